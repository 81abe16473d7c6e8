"""What comparators are called, apart from what computes them: the table needs no LightGBM."""

TREES_WITHOUT, TREES_WITH = "lightgbm_without_graph", "lightgbm_with_graph"
TREES_WITH_FILTERING, FILTERING = "lightgbm_with_collaborative_filtering", "collaborative_filtering"
