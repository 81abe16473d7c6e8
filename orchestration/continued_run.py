"""Which earlier run a refresh goes on from, and which network a daily run.

The choice depends on what is older than the run alone, so that the same run made twice, or made again after a kill,
chooses the same and finds its steps in the cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestration.arguments import TRAINED
from orchestration.configuration import RunConfiguration
from orchestration.finished_runs import FinishedRun, finished_runs
from schemas.artifact_meta import read_meta
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant, parse_duration, parse_instant
from schemas.timeline import Timeline


def run_to_continue(runs: Path, configuration: RunConfiguration, newest: Instant, own: Path) -> FinishedRun:
    """The run whose rankers a refresh trains on: the champion of the newest network.

    Where no ranker of that network was pushed, these are the rankers of its daily run. A refused ranker is left behind;
    the rows that it trained on train the next one instead.

    Args:
        runs: Where runs are kept.
        configuration: Of the refresh.
        newest: The instant of the refresh.
        own: The refresh's own folder, which does not count.

    Raises:
        ContractError: There is no run with rankers old enough.
    """
    as_of = newest - parse_duration(configuration.refresh_test)
    usable = [
        run
        for run in finished_runs(runs, configuration.name)
        if run.folder != own and run.has(*TRAINED) and run.meta("ranker_with_graph").as_of_instant < as_of
    ]
    if not usable:
        raise ContractError(
            f"{runs}: no finished run of configuration '{configuration.name}' has rankers that trained on rows before "
            f"{format_instant(as_of)} only; run the daily pipeline first, or name artifacts with --network, "
            "--ranker-without-graph and --ranker-with-graph"
        )
    newest_network = max(usable, key=_network_age)
    chain = [run for run in usable if _weights(run) == _weights(newest_network)]
    champions = [run for run in chain if run.has("evaluation") and run.blessed]
    return max(champions or [run for run in chain if run.record.pipeline == "daily"] or chain, key=_ranker_age)


def extended_artifacts(
    runs: Path, configuration: RunConfiguration, timeline: Timeline, network: Path, own: Path
) -> dict[str, Path]:
    """The newest graph and embeddings that a refresh need only extend, by name; those that there are.

    Args:
        runs: Where runs are kept.
        configuration: Of the refresh.
        timeline: Of the refresh.
        network: The network that embeds.
        own: The refresh's own folder, which does not count.
    """
    found = [run for run in finished_runs(runs, configuration.name) if run.folder != own]
    graphs = [run for run in found if run.has("replay_graph") and _can_be_extended(run, timeline)]
    stores = [run for run in found if run.has("embeddings") and _can_start(run, timeline, network)]
    result = {}
    if graphs:
        newest = max(graphs, key=lambda run: run.meta("replay_graph").as_of_instant)
        result["replay_graph"] = newest.artifacts["replay_graph"]
    if stores:
        newest = max(stores, key=lambda run: parse_instant(run.record.newest))
        result["embeddings"] = newest.artifacts["embeddings"]
    return result


def earlier_network(runs: Path, configuration: RunConfiguration, logs_address: str) -> Path | None:
    """The newest network of an earlier day that a daily run can start from; None where there is none.

    It is of the same configuration, the same settings and the same shop's logs.

    Args:
        runs: Where runs are kept.
        configuration: Of the daily run.
        logs_address: RunRecord.logs_address of the daily run.
    """
    settings = configuration.network.model_dump(mode="json")
    fitting = [
        run
        for run in finished_runs(runs, configuration.name)
        if run.record.pipeline == "daily"
        and run.record.logs_address == logs_address
        and run.has("network")
        and run.meta("network").as_of_instant < configuration.timeline.network_end
        and run.meta("network").details["settings"] == settings
    ]
    return max(fitting, key=_network_age).artifacts["network"] if fitting else None


def trained_until(earlier: Mapping[str, Path]) -> Instant:
    """Where the training of both rankers ended.

    Args:
        earlier: The artifacts that a refresh goes on from, by name.

    Raises:
        ContractError: The rankers have not trained on the same rows.
    """
    folders = [earlier[name] for name in ("ranker_without_graph", "ranker_with_graph")]
    without_graph, with_graph = (read_meta(folder, "ranker").as_of for folder in folders)
    if without_graph != with_graph:
        raise ContractError(
            f"{folders[0]} has trained on rows before {without_graph}, {folders[1]} on rows before {with_graph}; "
            "name two rankers of one run, so that the comparison stays fair"
        )
    return parse_instant(with_graph)


def _can_be_extended(run: FinishedRun, timeline: Timeline) -> bool:
    """As components.build_graph.base_graph.BaseGraph wants it."""
    meta = run.meta("replay_graph")
    start = parse_instant(str(meta.details["window_start"]))
    return start <= timeline.window_start <= meta.as_of_instant < timeline.test_end


def _can_start(run: FinishedRun, timeline: Timeline, network: Path) -> bool:
    """As components.embed_nodes.earlier.find_earlier wants it."""
    if run.artifacts.get("network") != network:
        return False
    return EmbeddingStore(run.artifacts["embeddings"]).instants()[0] <= timeline.refresh_instants[0]


def _network_age(run: FinishedRun) -> tuple[Instant, str]:
    return run.meta("network").as_of_instant, run.folder.name


def _ranker_age(run: FinishedRun) -> tuple[Instant, str]:
    return run.meta("ranker_with_graph").as_of_instant, run.folder.name


def _weights(run: FinishedRun) -> str:
    return str(run.meta("network").details["weights"])
