"""The writing of ranking examples as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("data"), install_kfp_package=False)
def write_examples(
    validated_logs: dsl.Input[dsl.Dataset],
    embeddings: dsl.Input[dsl.Dataset],
    timeline: dict[str, float],
    cold_content_views: int,
    settings: dict[str, Any],
    fingerprint: str,
    examples: dsl.Output[dsl.Dataset],
    earlier_ranker: dsl.Input[dsl.Model] | None = None,
) -> None:
    """Joins every request to the last refresh before it and writes TFRecords.

    Args:
        validated_logs: From validate_logs.
        embeddings: From embed_nodes.
        timeline: Timeline.to_values; rows of [rows_start, as_of) train, rows of [as_of, test_end) test.
        cold_content_views: Content with fewer views in the window is cold.
        settings: ExampleSettings.
        fingerprint: Of the step's code, for the cache.
        examples: Training, validation and test examples, and the tables that the ranker serves from.
        earlier_ranker: Of a refresh: the ranker that training will go on from; its vocabularies are kept.
    """
    from pathlib import Path

    from components.write_examples import step
    from components.write_examples.settings import ExampleSettings
    from schemas.artifact_meta import space_of
    from schemas.instants import format_instant
    from schemas.lineage import lineage
    from schemas.settings import parse_settings
    from schemas.step_report import step_report
    from schemas.timeline import Timeline

    moments = Timeline.from_values(timeline)
    with step_report("write_examples") as report:
        step.write_examples(
            logs=Path(validated_logs.path),
            embeddings=Path(embeddings.path),
            output=Path(examples.path),
            timeline=moments,
            cold_content_views=cold_content_views,
            settings=parse_settings(ExampleSettings, settings, "argument 'examples'"),
            report=report,
            earlier_ranker=Path(earlier_ranker.path) if earlier_ranker else None,
        )
    examples.metadata.update(report.metadata())
    examples.metadata.update(as_of=format_instant(moments.test_end), fingerprint=fingerprint)
    examples.metadata.update(space_of(Path(examples.path), "examples"))
    examples.metadata.update(lineage(embeddings=embeddings))
