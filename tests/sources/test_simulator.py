"""The simulated logs as others read them: contract, repeatability, truth, realism of the defaults, and coin flips."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
import scipy.stats
import sklearn.metrics

from schemas.errors import ContractError
from schemas.instants import DAY, HOUR
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulator import main, simulate
from tests.sources.contract_checks import assert_follows_contract, files, read_folder

SMALL = SimulatorSettings(impressions=30_000, contents=300, articles=600, brands=30, list_refresh_minutes=30, seed=3)


def _frame(logs: Path, table: str) -> pandas.DataFrame:
    frame: pandas.DataFrame = read_folder(logs, table).to_pandas()
    return frame


def _summary(logs: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((logs / "truth" / "summary.json").read_text())
    return summary


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logs = tmp_path_factory.mktemp("small") / "logs"
    simulate(output=logs, settings=SMALL)
    return logs


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logs = tmp_path_factory.mktemp("default") / "logs"
    simulate(output=logs, settings=SimulatorSettings())
    return logs


@pytest.fixture(scope="module")
def coin_flip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logs = tmp_path_factory.mktemp("coin_flip") / "logs"
    simulate(output=logs, settings=SMALL.model_copy(update={"clicks": "coin_flip"}))
    return logs


def test_logs_follow_the_contract(small: Path) -> None:
    assert_follows_contract(small, optional_tables={"follows"})


def test_same_seed_same_bytes_other_seed_other_bytes(small: Path, tmp_path: Path) -> None:
    simulate(output=tmp_path / "again", settings=SMALL)
    simulate(output=tmp_path / "other", settings=SMALL.model_copy(update={"seed": 4}))
    names = [path.relative_to(small) for path in sorted(small.rglob("*")) if path.is_file()]
    assert len(names) > 50
    assert all(filecmp.cmp(small / name, tmp_path / "again" / name, shallow=False) for name in names)
    for table in ("impressions", "orders", "contents", "articles", "follows"):
        assert not read_folder(small, table).equals(read_folder(tmp_path / "other", table)), table


def test_every_impression_is_of_content_already_published(small: Path) -> None:
    contents = _frame(small, "contents").set_index("content_id")["published_at"]
    impressions = _frame(small, "impressions")
    assert (impressions["timestamp"] >= impressions["content_id"].map(contents)).all()
    assert (contents >= pandas.Timestamp(SMALL.test_start, unit="us", tz="UTC")).any()


def test_truth_stands_beside_the_logs_row_by_row(small: Path) -> None:
    impressions, truth = _frame(small, "impressions"), _frame(small, "truth/impressions")
    assert truth.columns.to_list() == ["request_id", "content_id", "click_probability", "user_content_score"]
    assert (truth[["request_id", "content_id"]] == impressions[["request_id", "content_id"]]).all(axis=None)
    for day in files(small, "impressions"):
        assert (small / "truth" / day.relative_to(small)).is_file()


def test_clicks_are_drawn_from_the_stored_probability(small: Path) -> None:
    truth, clicked = _frame(small, "truth/impressions"), _frame(small, "impressions")["clicked"]
    tenth = pandas.qcut(truth["click_probability"], 10, labels=False)
    expected = truth["click_probability"].groupby(tenth).sum()
    variance = (truth["click_probability"] * (1 - truth["click_probability"])).groupby(tenth).sum()
    deviation: pandas.Series[float] = (clicked.groupby(tenth).sum() - expected) / numpy.sqrt(variance)
    assert deviation.abs().max() < 4
    assert expected.iloc[-1] > 10 * expected.iloc[0]


def test_summary_repeats_what_logs_and_truth_say(small: Path) -> None:
    """The best possible ROC-AUC is recomputed from the files, as the evaluation's report will."""
    impressions, truth, summary = _frame(small, "impressions"), _frame(small, "truth/impressions"), _summary(small)
    assert summary["impressions"] == len(impressions)
    assert summary["clicks"] == impressions["clicked"].sum()
    assert summary["requests"] == impressions["request_id"].nunique()
    in_test = impressions["timestamp"] >= pandas.Timestamp(SMALL.test_start, unit="us", tz="UTC")
    test = summary["test_day"]
    for name, column in (("all_knowledge", "click_probability"), ("user_and_content", "user_content_score")):
        auc = sklearn.metrics.roc_auc_score(impressions["clicked"][in_test], truth[column][in_test])
        assert test["best_possible"][name]["auc"] == pytest.approx(auc, abs=1e-5)
    known = set(impressions["user_id"][~in_test])
    assert test["cold_user_share"] == pytest.approx(1 - impressions["user_id"][in_test].isin(known).mean(), abs=1e-5)
    shown = set(impressions["content_id"][~in_test])
    assert test["new_content_share"] == pytest.approx(
        1 - impressions["content_id"][in_test].isin(shown).mean(), abs=1e-5
    )


@pytest.mark.parametrize("impressions", [1_000, 10_000, 80_000])
def test_size_is_close_to_what_was_asked(impressions: int, tmp_path: Path) -> None:
    simulate(output=tmp_path / "logs", settings=SimulatorSettings(impressions=impressions, contents=500, articles=500))
    assert _summary(tmp_path / "logs")["impressions"] == pytest.approx(
        impressions, rel=0.15 if impressions < 5_000 else 0.03
    )


def test_defaults_are_realistic(default: Path) -> None:
    """The frozen facts of the default world: change a default and this says what it did."""
    summary = _summary(default)
    best = summary["test_day"]["best_possible"]
    assert 0.03 < summary["click_rate"] < 0.05
    assert 0.75 < best["all_knowledge"]["auc"] < 0.85
    assert best["user_and_content"]["auc"] < best["all_knowledge"]["auc"] - 0.005
    assert 0.28 < summary["young_click_share"] < 0.39
    assert all(0.25 < day["clicks_on_young_content"] / day["clicks"] < 0.42 for day in summary["days"])
    assert 0.3 < summary["top_tenth_of_contents_share"] < 0.6
    assert 500_000 < summary["impressions"] < 700_000
    assert summary["test_day"]["clicks"] > 2_000
    assert 0.05 < summary["test_day"]["cold_user_share"] < 0.2


def test_every_half_hour_has_traffic_and_every_day_cold_users_and_contents(default: Path) -> None:
    settings = SimulatorSettings()
    impressions = _frame(default, "impressions")
    microseconds = impressions["timestamp"].astype("int64") // 1_000  # nanoseconds in pandas
    if impressions["timestamp"].dt.unit == "us":
        microseconds = impressions["timestamp"].astype("int64")
    assert ((microseconds - settings.start) // (HOUR // 2)).nunique() == settings.days * 48
    day = (microseconds - settings.start) // DAY
    for column in ("user_id", "content_id"):
        first_day = day.groupby(impressions[column]).min().value_counts()
        assert set(first_day.index) == set(range(settings.days))
        assert first_day.min() > 50
    visits = impressions.groupby("user_id")["request_id"].nunique()
    assert visits.median() >= 3


def test_clicks_fall_with_the_slot(default: Path) -> None:
    impressions = _frame(default, "impressions")
    rate = impressions.groupby(pandas.cut(impressions["slot"], [-1, 0, 3, 9, 19, 39]))["clicked"].mean()
    assert rate.is_monotonic_decreasing
    assert rate.iloc[0] > 3 * rate.iloc[-1]


def test_coin_flips_change_nothing_but_clicks_and_dwell(small: Path, coin_flip: Path) -> None:
    assert_follows_contract(coin_flip, optional_tables={"follows"})
    same = ["request_id", "timestamp", "user_id", "content_id", "slot", "device"]
    assert read_folder(coin_flip, "impressions").select(same).equals(read_folder(small, "impressions").select(same))
    for table in ("contents", "articles", "orders", "follows"):
        assert read_folder(coin_flip, table).equals(read_folder(small, table))


def test_coin_flips_know_nothing_of_the_truth(small: Path, coin_flip: Path) -> None:
    """No score of the other world ranks these clicks, nor do they vary with anything that the logs show."""
    impressions, truth = _frame(coin_flip, "impressions"), _frame(small, "truth/impressions")
    clicked = impressions["clicked"]
    chance = SMALL.coin_flip_probability
    assert scipy.stats.binomtest(int(clicked.sum()), len(clicked), chance).pvalue > 0.001
    assert set(_frame(coin_flip, "truth/impressions")["click_probability"]) == {numpy.float32(chance)}
    assert _summary(coin_flip)["test_day"]["best_possible"]["all_knowledge"]["auc"] == 0.5
    for column in ("click_probability", "user_content_score"):
        scores = [truth[column][clicked == value] for value in (1, 0)]
        assert scipy.stats.mannwhitneyu(*scores).pvalue > 0.001
    dwelt = impressions["dwell_seconds"].notna()
    assert scipy.stats.spearmanr(impressions["dwell_seconds"][dwelt], truth["user_content_score"][dwelt]).pvalue > 0.001
    for column in ("slot", "device"):
        assert scipy.stats.chi2_contingency(pandas.crosstab(impressions[column], clicked)).pvalue > 0.001


def test_command_line_reads_a_section_and_overrides_it(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("simulator: {impressions: 2000, contents: 100, articles: 200, brands: 10, seed: 5}\n")
    assert (
        main(["--output", str(tmp_path / "logs"), "--config", str(config), "--seed", "6", "--clicks", "coin_flip"]) == 0
    )
    settings = _summary(tmp_path / "logs")["settings"]
    assert (settings["contents"], settings["seed"], settings["clicks"]) == (100, 6, "coin_flip")


@pytest.mark.parametrize(
    ("text", "message"),
    [("simulator: {impresions: 5}", "unknown key 'impresions'"), ("simulator: {clicks: always}", "'clicks'")],
)
def test_command_line_refuses_bad_settings_and_writes_nothing(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(text)
    assert main(["--output", str(tmp_path / "logs"), "--config", str(config)]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [config]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ContractError, match="is no log folder"):
        simulate(output=tmp_path, settings=SMALL)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
