"""The log odds as a probability: exact where it is one, and no number where the loss only ranks."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import sklearn.linear_model

from components.evaluate_ranker.link_calibration import OLDER_NETWORK, link_calibration

ROWS = 40_000


def test_log_odds_learned_from_thinned_links_are_calibrated() -> None:
    """A logistic regression on every click and a quarter of the rest is right once the share is taken back."""
    generator = numpy.random.default_rng(0)
    dot_product = generator.normal(size=ROWS)
    clicked = generator.random(ROWS) < 1 / (1 + numpy.exp(3 - 1.5 * dot_product))
    kept = clicked | (generator.random(ROWS) < 0.25)
    model = sklearn.linear_model.LogisticRegression(C=1e6).fit(dot_product[kept, None], clicked[kept])
    log_odds: dict[str, Any] = {
        "scale": float(model.coef_[0, 0]),
        "bias": float(model.intercept_[0]),
        "popularity": None,
        "unclicked_share": 0.25,
        "uncalibrated_because": None,
    }
    score = log_odds["scale"] * dot_product + log_odds["bias"]
    told, bins = link_calibration(score, clicked, log_odds, 20)
    assert told["predicted_over_observed"] == pytest.approx(1, abs=0.05)
    assert told["ece"] < 0.006
    assert told["as_trained"]["predicted_over_observed"] > 2
    assert told["as_trained"]["ece"] > 0.1
    assert bins is not None
    gaps = numpy.abs(bins["predicted"] - bins["observed"])
    assert told["ece"] == pytest.approx((gaps * bins["rows"]).sum() / ROWS)


@pytest.mark.parametrize(
    ("log_odds", "reason"),
    [
        (None, OLDER_NETWORK),
        ({"scale": 1.0, "bias": 0.0, "unclicked_share": 1.0, "uncalibrated_because": "it only ranks"}, "it only ranks"),
    ],
)
def test_what_is_no_probability_gets_no_number(log_odds: dict[str, Any] | None, reason: str) -> None:
    told, bins = link_calibration(numpy.zeros(4), numpy.array([True, False, False, True]), log_odds, 20)
    assert told == {"refused": reason}
    assert bins is None
