"""Settings of the evaluation and of the verdict."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class EvaluationSettings(Settings):
    """How the rankers are compared and what the challenger must reach; docs/verdict.md explains every check.

    Attributes:
        resamples: Bootstrap resamples of the users.
        level: Confidence level of every interval.
        seed: Of the resamples, and of the requests for which whole pages are ranked.
        calibration_bins: Bins of equal mass of the expected calibration error.
        slot_bands: First slots of the bands after the first: (4, 10, 20) makes 0-3, 4-9, 10-19 and 20 onwards.
        minimum_slice_clicks: A slice with fewer clicks gets no metric and no check.
        minimum_clicks: The verdict needs at least so many clicks to tell one ranker from another; earlier test rows are
            pooled until there are.
        calibration_low: Smallest predicted / observed clicks of a blessed ranker.
        calibration_high: Largest predicted / observed clicks of a blessed ranker.
        graph_tolerance: Percentage points by which the ranker with the graph may lie below the one without.
        auc_tolerance: Percentage points of ROC-AUC per request that the challenger may lose against the champion.
        log_loss_tolerance: By how many percent of the champion's log loss the challenger's may be higher.
        slice_tolerance: Percentage points of ROC-AUC per request that a slice may lose.
        replayed_requests: Test records that the export must score as the evaluation did.
        largest_export_megabytes: Most megabytes (10^6 bytes) of the exported model.
        rank_candidates: Candidates of the request whose latency is measured.
        rank_budget_milliseconds: Most milliseconds that it may take, the best of `rank_repeats` calls.
        rank_repeats: Calls of that request.
        page_requests: Test requests for which whole pages are ranked, for coverage, novelty and diversity; 0 for none.
        page_length: Contents of a page.
        re_ranked_slates: Test requests on whose logged slates the loss by re-ranking for diversity is measured.
    """

    resamples: int = pydantic.Field(default=1000, ge=10)
    level: float = pydantic.Field(default=0.95, gt=0, lt=1)
    seed: int = 1
    calibration_bins: int = pydantic.Field(default=20, ge=2)
    slot_bands: tuple[int, ...] = (4, 10, 20)
    minimum_slice_clicks: int = pydantic.Field(default=30, ge=1)
    minimum_clicks: int = pydantic.Field(default=400, ge=0)
    calibration_low: float = 0.9
    calibration_high: float = 1.1
    graph_tolerance: float = pydantic.Field(default=0.5, ge=0)
    auc_tolerance: float = pydantic.Field(default=0.5, ge=0)
    log_loss_tolerance: float = pydantic.Field(default=1.0, ge=0)
    slice_tolerance: float = pydantic.Field(default=2.0, ge=0)
    replayed_requests: int = pydantic.Field(default=32, ge=1)
    largest_export_megabytes: float = pydantic.Field(default=500.0, gt=0)
    rank_candidates: int = pydantic.Field(default=2000, ge=1)
    rank_budget_milliseconds: float = pydantic.Field(default=100.0, gt=0)
    rank_repeats: int = pydantic.Field(default=20, ge=1)
    page_requests: int = pydantic.Field(default=200, ge=0)
    page_length: int = pydantic.Field(default=40, ge=2)
    re_ranked_slates: int = pydantic.Field(default=1000, ge=1)
