"""Which earlier run a run goes on from: decided by what is older alone, and never by a ranker that was refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.configuration import RunConfiguration, read_configuration
from orchestration.continued_run import earlier_network, extended_artifacts, run_to_continue
from orchestration.fingerprint import PROJECT_ROOT
from orchestration.finished_runs import RunRecord, finished_runs, write_record
from orchestration.run_folder import write_artifacts_file
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.instants import DAY, HOUR, Instant, compact_instant, format_instant, parse_instant

DAILY = parse_instant("2026-03-09T00:00:00Z")
SHOP = "/logs/shop"


@pytest.fixture
def configuration() -> RunConfiguration:
    return read_configuration(PROJECT_ROOT / "configs" / "demo.yaml", ["refresh_test=1h", "refresh=30m"])


def artifact(folder: Path, kind: str, as_of: Instant, **details: Any) -> Path:
    folder.mkdir(parents=True)
    write_meta(folder, ArtifactMeta(kind=kind, as_of=format_instant(as_of), largest_event_time=None, details=details))
    return folder


def ranked(runs: Path, name: str, pipeline: str, as_of: Instant, newest: Instant, network: Path, blessed: bool) -> Path:
    """What both kinds of run leave."""
    made = runs / "artifacts" / name
    rankers = {kind: artifact(made / kind, "ranker", as_of) for kind in ("ranker_with_graph", "ranker_without_graph")}
    start = format_instant(as_of - 7 * DAY)
    graph = artifact(made / "graph", "graph", newest, window_start=start)
    (made / "embeddings" / "space=one" / f"as_of={compact_instant(as_of - HOUR)}").mkdir(parents=True)
    evaluation = made / "evaluation"
    evaluation.mkdir()
    (evaluation / "evaluation.json").write_text(json.dumps({"verdict": {"blessed": blessed}}))
    others = {"network": network, "replay_graph": graph, "embeddings": made / "embeddings", "evaluation": evaluation}
    (runs / name).mkdir(parents=True)
    write_artifacts_file(runs / name, {name: str(path) for name, path in (rankers | others).items()})
    record = RunRecord(
        pipeline=pipeline,
        configuration="demo",
        newest=format_instant(newest),
        logs_address=SHOP,
        logs=SHOP,
        logs_fingerprint="abc",
        serving="/serving",
    )
    write_record(runs / name, record)
    return runs / name


def daily(
    runs: Path, configuration: RunConfiguration, day: int = 0, blessed: bool = True, weights: str = "one"
) -> Path:
    as_of = DAILY + day * DAY
    settings = configuration.network.model_dump(mode="json")
    folder = runs / "artifacts" / f"network-{day}-{weights}"
    network = artifact(folder, "network", as_of - 3 * DAY, weights=f"{day}-{weights}", settings=settings)
    return ranked(runs, f"demo-daily-{day}-{weights}", "daily", as_of, as_of + DAY, network, blessed)


def refreshed(runs: Path, newest: Instant, of: Path, blessed: bool = True) -> Path:
    network = Path(json.loads((of / "artifacts.json").read_text())["network"])
    name = f"demo-refresh-{compact_instant(newest)}"
    return ranked(runs, name, "refresh", newest - HOUR, newest, network, blessed)


def continued(runs: Path, configuration: RunConfiguration, newest: Instant) -> Path:
    own = runs / f"demo-refresh-{compact_instant(newest)}"
    return run_to_continue(runs, configuration, newest, own).folder


def test_a_refresh_goes_on_from_the_youngest_ranker_that_was_pushed(
    tmp_path: Path, configuration: RunConfiguration
) -> None:
    first = daily(tmp_path, configuration)
    start = DAILY + DAY
    assert continued(tmp_path, configuration, start + HOUR) == first
    pushed = refreshed(tmp_path, start + HOUR, of=first)
    refreshed(tmp_path, start + 2 * HOUR, of=first, blessed=False)
    assert continued(tmp_path, configuration, start + 3 * HOUR) == pushed
    # Made again, it goes on from what it went on from.
    assert continued(tmp_path, configuration, start + HOUR) == first


def test_where_no_ranker_was_pushed_the_daily_one_is_trained_on(
    tmp_path: Path, configuration: RunConfiguration
) -> None:
    first = daily(tmp_path, configuration, blessed=False)
    refreshed(tmp_path, DAILY + DAY + HOUR, of=first, blessed=False)
    assert continued(tmp_path, configuration, DAILY + DAY + 2 * HOUR) == first


def test_a_new_network_begins_a_new_chain(tmp_path: Path, configuration: RunConfiguration) -> None:
    """Its rankers know another space than the refreshed ones, though these are younger."""
    first = daily(tmp_path, configuration)
    pushed = refreshed(tmp_path, DAILY + 2 * DAY - HOUR, of=first)
    assert continued(tmp_path, configuration, DAILY + 2 * DAY) == pushed
    second = daily(tmp_path, configuration, day=1)
    assert continued(tmp_path, configuration, DAILY + 2 * DAY + HOUR) == second


def test_nothing_to_go_on_from_is_said(tmp_path: Path, configuration: RunConfiguration) -> None:
    with pytest.raises(ContractError, match="run the daily pipeline first"):
        continued(tmp_path, configuration, DAILY + DAY)
    daily(tmp_path, configuration)
    with pytest.raises(ContractError, match=f"before {format_instant(DAILY)} only"):
        continued(tmp_path, configuration, DAILY + HOUR)
    other = configuration.model_copy(update={"name": "another"})
    with pytest.raises(ContractError, match="no finished run of configuration 'another'"):
        continued(tmp_path, other, DAILY + DAY)


def test_a_run_that_did_not_finish_or_lost_its_rankers_does_not_count(
    tmp_path: Path, configuration: RunConfiguration
) -> None:
    first = daily(tmp_path, configuration)
    unfinished = refreshed(tmp_path, DAILY + DAY + HOUR, of=first)
    (unfinished / "run.json").unlink()
    lost = refreshed(tmp_path, DAILY + DAY + 2 * HOUR, of=first)
    ranker = tmp_path / "artifacts" / lost.name / "ranker_with_graph"
    ranker.rename(ranker.with_name("gone"))
    assert continued(tmp_path, configuration, DAILY + DAY + 3 * HOUR) == first
    assert [run.folder for run in finished_runs(tmp_path, "demo")] == [first, lost]


def test_graph_and_embeddings_are_the_youngest_that_can_be_extended(
    tmp_path: Path, configuration: RunConfiguration
) -> None:
    first = daily(tmp_path, configuration)
    network = tmp_path / "artifacts" / "network-0-one"
    start = DAILY + DAY
    timeline = configuration.refresh_timeline(start + 3 * HOUR, trained_until=DAILY)
    refused = refreshed(tmp_path, start + 2 * HOUR, of=first, blessed=False)

    def names(own: str = "another") -> dict[str, str]:
        found = extended_artifacts(tmp_path, configuration, timeline, network, tmp_path / own)
        return {name: path.parent.name for name, path in found.items()}

    # The younger graph begins after the window that the rows need.
    assert names() == {"replay_graph": first.name, "embeddings": first.name}
    timeline = configuration.refresh_timeline(start + 3 * HOUR, trained_until=start + HOUR)
    assert names() == {"replay_graph": refused.name, "embeddings": refused.name}
    assert names(own=refused.name) == {"replay_graph": first.name, "embeddings": first.name}
    timeline = configuration.refresh_timeline(start, trained_until=DAILY)
    assert names() == {"embeddings": first.name}, "a graph that knows the newest instant already is no base"


def test_a_daily_run_starts_from_the_youngest_network_of_the_days_before(
    tmp_path: Path, configuration: RunConfiguration
) -> None:
    networks = {day: tmp_path / "artifacts" / f"network-{day}-one" for day in (0, 1)}
    assert earlier_network(tmp_path, configuration, SHOP) is None
    for day in (0, 1):
        daily(tmp_path, configuration, day)

    def found(day: int, address: str = SHOP, **changes: Any) -> Path | None:
        dated = configuration.model_copy(update={"as_of": format_instant(DAILY + day * DAY), **changes})
        return earlier_network(tmp_path, dated, address)

    assert [found(day) for day in (0, 1, 2)] == [None, networks[0], networks[1]]
    assert found(2, address="/logs/another shop") is None
    assert found(2, network=configuration.network.model_copy(update={"embedding_size": 8})) is None
