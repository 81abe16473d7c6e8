"""How versions and labels change."""

from __future__ import annotations

from components.push_ranker.served_versions import ServedVersions


def test_moving_stable_forward_and_back_remembers_what_was_stable() -> None:
    served = ServedVersions((1,), {"stable": 1}).labelled("stable", 2).labelled("canary", 3).labelled("stable", 3)
    assert served == ServedVersions((1, 2, 3), {"stable": 3, "canary": 3}, (2, 1))
    assert served.labelled("stable", 3) == served
    assert served.rolled_back(2).stable_before == (1,)
    assert served.rolled_back(1).stable_before == ()
    again = served.rolled_back(1).labelled("stable", 2)
    assert (again.labels["stable"], again.stable_before) == (2, (1,))


def test_a_label_that_waits_for_its_version_is_kept_until_that_label_moves() -> None:
    """Else a push of a canary that was killed while the server loaded it could not be repeated."""
    served = ServedVersions((1, 2), {"stable": 2}, (1,)).announced("canary", 3)
    assert served == ServedVersions((1, 2, 3), {"stable": 2}, (1,), ("canary", 3))
    assert served.labelled("stable", 3).moving == ("canary", 3)
    assert served.rolled_back(1).moving == ("canary", 3)
    assert served.labelled("canary", 3).moving is None
    assert served.announced("stable", 3).rolled_back(1).moving is None


def test_what_is_waited_for_and_what_a_label_means_is_kept_and_the_rest_only_while_it_is_new() -> None:
    served = ServedVersions((1, 2, 3, 4, 5, 6), {"stable": 4, "canary": 1}, (3, 2), ("stable", 5))
    assert served.kept([1, 2, 3, 4, 5, 6], keep=1) == ServedVersions(
        (1, 3, 4, 5, 6), {"stable": 4, "canary": 1}, (3,), ("stable", 5)
    )
