"""Slices of links by the window: few views lie within more, and the bounds are where the issue has them."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.link_slices import link_slices


def test_bounds_of_few_views() -> None:
    views = numpy.array([0, 1, 49, 50, 499, 500, 501])
    masks = link_slices(numpy.arange(7) < 2, views, numpy.arange(7) == 0)
    found = {name: numpy.flatnonzero(mask).tolist() for name, mask in masks.items()}
    assert found == {
        "cold_users": [0, 1],
        "warm_users": [2, 3, 4, 5, 6],
        "new_content": [0],
        "content_without_views": [0],
        "content_under_50_views": [0, 1, 2],
        "content_under_500_views": [0, 1, 2, 3, 4],
        "content_from_500_views": [5, 6],
    }


def test_slices_without_a_link_are_left_out() -> None:
    masks = link_slices(numpy.zeros(3, numpy.bool_), numpy.full(3, 700))
    assert list(masks) == ["warm_users", "content_from_500_views"]
