"""The training of the graph network as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("gnn"), install_kfp_package=False)
def train_gnn(
    train_graph: dsl.Input[dsl.Dataset],
    test_graph: dsl.Input[dsl.Dataset],
    timeline: dict[str, float],
    settings: dict[str, Any],
    fingerprint: str,
    network: dsl.Output[dsl.Model],
    earlier: dsl.Input[dsl.Model] | None = None,
) -> None:
    """Trains the graph network on the first days of the window.

    Args:
        train_graph: The graph of the window.
        test_graph: The graph of the test days, on which the trained network is measured; it must share no edge with
            the train graph (rule 2).
        timeline: Timeline.to_values; the weights see only edges before network_end.
        settings: NetworkSettings.
        fingerprint: Of the step's code, for the cache.
        network: The trained weights and their space.
        earlier: A network whose weights training starts from; where both agree enough, its space is kept.
    """
    from pathlib import Path

    from components.train_gnn import step
    from components.train_gnn.settings import NetworkSettings
    from schemas.absent_artifact import path_of
    from schemas.artifact_meta import space_of
    from schemas.instants import format_instant
    from schemas.settings import parse_settings
    from schemas.step_report import step_report
    from schemas.timeline import Timeline

    moments = Timeline.from_values(timeline)
    with step_report("train_gnn") as report:
        step.train_gnn(
            graph=Path(train_graph.path),
            output=Path(network.path),
            network_end=moments.network_end,
            settings=parse_settings(NetworkSettings, settings, "argument 'network'"),
            report=report,
            test_graph=Path(test_graph.path),
            earlier=path_of(earlier),
        )
    network.metadata.update(report.metadata())
    network.metadata.update(as_of=format_instant(moments.network_end), fingerprint=fingerprint)
    network.metadata.update(space_of(Path(network.path), "network"))
