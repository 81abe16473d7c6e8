"""What rankers are held against: LightGBM on their features, collaborative filtering; no step needs them."""
