"""Named parts of scored links, by what the window before the daily `as_of` tells of their ends."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.metrics import BoolArray, IntArray

FEW_VIEWS = (50, 500)
"""Content under so many views in the window is a slice of its own; from the last on it is warm."""


def link_slices(
    cold_user: BoolArray, window_views: IntArray, new_content: BoolArray | None = None
) -> dict[str, BoolArray]:
    """Which links belong to each slice; the slices of few views lie within each other.

    Args:
        cold_user: Whether the user has no impression in the window [links].
        window_views: Views of the content in the window [links].
        new_content: Whether the content has no view at all before the daily `as_of`, also before the window; None where
            nothing tells [links].

    Returns:
        Masks [links], without slices that hold no link.
    """
    masks = {"cold_users": cold_user, "warm_users": ~cold_user}
    if new_content is not None:
        masks["new_content"] = new_content
    masks["content_without_views"] = window_views == 0
    for views in FEW_VIEWS:
        masks[f"content_under_{views}_views"] = window_views < views
    masks[f"content_from_{FEW_VIEWS[-1]}_views"] = window_views >= FEW_VIEWS[-1]
    return {name: mask for name, mask in masks.items() if numpy.any(mask)}
