"""The publication of users' vectors as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("ranker"), install_kfp_package=False)
def publish_embeddings(
    embeddings: dsl.Input[dsl.Dataset],
    settings: dict[str, Any],
    fingerprint: str,
    publication: dsl.Output[dsl.Artifact],
) -> None:
    """Publishes users' vectors to the feature store that the push asks for them; nothing where there is none.

    Args:
        embeddings: From embed_nodes.
        settings: PushSettings, whose feature_store the push reads as well.
        fingerprint: Of the step's code.
        publication: What was published, or why nothing was.
    """
    from pathlib import Path

    from components.publish_embeddings import step
    from components.push_ranker.settings import PushSettings
    from schemas.artifact_meta import read_meta
    from schemas.lineage import lineage
    from schemas.settings import parse_settings
    from schemas.step_report import step_report

    with step_report("publish_embeddings") as report:
        step.publish_embeddings(
            embeddings=Path(embeddings.path),
            output=Path(publication.path),
            feature_store=parse_settings(PushSettings, settings, "argument 'push'").feature_store,
            report=report,
        )
    meta = read_meta(Path(publication.path), step.KIND)
    publication.metadata.update(report.metadata())
    publication.metadata.update(as_of=meta.as_of, space=meta.space, fingerprint=fingerprint, **meta.details)
    publication.metadata.update(lineage(embeddings=embeddings))
