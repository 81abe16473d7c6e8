"""The training of a ranker as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("ranker"), install_kfp_package=False)
def train_ranker(
    examples: dsl.Input[dsl.Dataset],
    with_graph: bool,
    settings: dict[str, Any],
    fingerprint: str,
    ranker: dsl.Output[dsl.Model],
    warm_start: dsl.Input[dsl.Model] | None = None,
) -> None:
    """Trains a deep-and-cross ranker and exports it for serving.

    Args:
        examples: From write_examples.
        with_graph: Whether the ranker reads the graph's features.
        settings: RankerSettings.
        fingerprint: Of the step's code, for the cache.
        ranker: The trained models.
        warm_start: A ranker whose weights training starts from.
    """
    from pathlib import Path

    from components.train_ranker import step
    from components.train_ranker.settings import RankerSettings
    from schemas.artifact_meta import space_of
    from schemas.settings import parse_settings
    from schemas.step_report import step_report

    with step_report(f"train_ranker ({'with' if with_graph else 'without'} graph)") as report:
        step.train_ranker(
            examples=Path(examples.path),
            output=Path(ranker.path),
            with_graph=with_graph,
            settings=parse_settings(RankerSettings, settings, "argument 'ranker'"),
            report=report,
            warm_start=Path(warm_start.path) if warm_start else None,
        )
    ranker.metadata.update(report.metadata())
    ranker.metadata.update(as_of=examples.metadata["as_of"], fingerprint=fingerprint)
    ranker.metadata.update(space_of(Path(ranker.path), "ranker"))
