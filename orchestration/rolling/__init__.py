"""A rolling evaluation: day after day, seed after seed, at several refreshes, in one table (`run --test-days`)."""
