"""The push of a blessed ranker as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("ranker"), install_kfp_package=False)
def push_ranker(
    ranker: dsl.Input[dsl.Model],
    evaluation: dsl.Input[dsl.Metrics],
    base: str,
    settings: dict[str, Any],
    fingerprint: str,
    push: dsl.Output[dsl.Artifact],
) -> None:
    """Pushes a ranker that the evaluation blessed as a new version; an unblessed one is not pushed.

    Args:
        ranker: The challenger.
        evaluation: Its verdict.
        base: The folder that TensorFlow Serving reads versions from; local or gs://.
        settings: PushSettings.
        fingerprint: Of the step's code, for the cache.
        push: What was pushed, or why nothing was.
    """
    from pathlib import Path

    from components.push_ranker import step
    from components.push_ranker.settings import PushSettings
    from schemas.lineage import lineage
    from schemas.settings import parse_settings
    from schemas.step_report import step_report

    with step_report("push_ranker") as report:
        step.push_ranker(
            ranker=Path(ranker.path),
            evaluation=Path(evaluation.path),
            base=base,
            output=Path(push.path),
            settings=parse_settings(PushSettings, settings, "argument 'push'"),
            report=report,
        )
    push.metadata.update(report.metadata())
    push.metadata.update(as_of=ranker.metadata["as_of"], fingerprint=fingerprint)
    push.metadata.update(lineage(evaluation=evaluation))
