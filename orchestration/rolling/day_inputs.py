"""What every seed of a day reads: the day's validated logs and its graphs, made once."""

from __future__ import annotations

from pathlib import Path

from components.build_graph.settings import GraphSettings
from components.validate_logs.settings import ValidationSettings
from orchestration.rolling.kept_steps import KeptSteps
from schemas.step_report import StepReport
from schemas.timeline import Timeline

LOGS, TRAIN_GRAPH, REPLAY_GRAPH = "validated_logs", "train_graph", "replay_graph"


def make_day_inputs(
    logs: Path, folder: Path, timeline: Timeline, validation: ValidationSettings, graph: GraphSettings
) -> KeptSteps:
    """Validates the day's logs and builds its graphs, as far as they are not there yet.

    Logs are validated for each day, of its window alone: everything is then as the daily pipeline of that day has it.

    Args:
        logs: A folder in the log contract.
        folder: Of the day; gets LOGS, TRAIN_GRAPH and REPLAY_GRAPH.
        timeline: Of the day.
        validation: Of validate_logs.
        graph: Of build_graph.

    Returns:
        The steps, with their seconds.

    Raises:
        ContractError: The logs break the contract or do not hold the day.
    """
    steps = KeptSteps(folder)

    def validate(report: StepReport) -> None:
        # Great Expectations takes seconds to import: only where there is something to validate.
        from components.validate_logs.step import validate_logs

        validate_logs(
            logs=logs,
            output=folder / LOGS,
            start=timeline.window_start,
            end=timeline.test_end,
            settings=validation,
            report=report,
        )

    steps.run("validate_logs", validate)
    for name, span in ((TRAIN_GRAPH, "train"), (REPLAY_GRAPH, "replay")):
        start, end = timeline.graph_spans[span]

        def build(report: StepReport, name: str = name, start: int = start, end: int = end) -> None:
            from components.build_graph.step import build_graph

            build_graph(logs=folder / LOGS, output=folder / name, start=start, end=end, settings=graph, report=report)

        steps.run(f"build_graph ({span})", build)
    return steps
