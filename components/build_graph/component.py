"""The graph building as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("data"), install_kfp_package=False)
def build_graph(
    validated_logs: dsl.Input[dsl.Dataset],
    timeline: dict[str, float],
    span: str,
    settings: dict[str, Any],
    fingerprint: str,
    graph: dsl.Output[dsl.Dataset],
    base: dsl.Input[dsl.Dataset] | None = None,
) -> None:
    """Builds the graph of one span of time.

    Args:
        validated_logs: From validate_logs.
        timeline: Timeline.to_values.
        span: `train`, `test` or `replay`: which of Timeline.graph_spans.
        settings: GraphSettings.
        fingerprint: Of the step's code, for the cache.
        graph: The graph artifact; its as_of is the span's end.
        base: An earlier graph that this one continues; only later events are then read from the logs.
    """
    from pathlib import Path

    from components.build_graph import step
    from components.build_graph.settings import GraphSettings
    from schemas.absent_artifact import path_of
    from schemas.instants import format_instant
    from schemas.settings import parse_settings
    from schemas.step_report import step_report
    from schemas.timeline import Timeline

    start, end = Timeline.from_values(timeline).graph_spans[span]
    with step_report(f"build_graph ({span})") as report:
        step.build_graph(
            logs=Path(validated_logs.path),
            output=Path(graph.path),
            start=start,
            end=end,
            settings=parse_settings(GraphSettings, settings, "argument 'graph'"),
            report=report,
            # The test graph shares no edge with the train graph (rule 2), those of follows and brands included.
            reach_back=span != "test",
            base=path_of(base),
        )
    graph.metadata.update(report.metadata())
    graph.metadata.update(as_of=format_instant(end), fingerprint=fingerprint)
