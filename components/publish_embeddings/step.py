"""The step: publishes the users of the youngest embeddings; says why where it does not."""

from __future__ import annotations

from pathlib import Path

from components.evaluate_ranker.fingerprint import meta_fingerprint
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.embedding_store import EmbeddingStore
from schemas.feature_store import FeatureStoreSettings, store_refusals
from schemas.folders import whole_folder
from schemas.step_report import StepReport

KIND = "publication"


def publish_embeddings(
    *, embeddings: Path, output: Path, feature_store: FeatureStoreSettings | None, report: StepReport
) -> None:
    """Publishes users' vectors, if there is a feature store, whatever becomes of the ranker that is trained with them.

    The ranker that serves now needs them too: it is of the same space, or of one whose vectors stay.

    Args:
        embeddings: Root of the embeddings of one space; the youngest version is published.
        output: The publication artifact: meta.json, whose details hold `published` and `reason`.
        feature_store: Where to; None where callers get the vectors elsewhere.
        report: Gets `users` and, of these, `written`.

    Raises:
        ContractError: There are no embeddings, their vectors are not of the space's size, or the store does not answer.
    """
    store = EmbeddingStore(embeddings)
    instant = store.youngest_instant()
    meta = store.meta(instant)
    if feature_store is None:
        published, reason = False, "no feature store is configured (push.feature_store)"
        report.counts |= {"users": meta.counts.get("user", 0), "written": 0}
    else:
        # Its libraries take seconds to load, which a run without a feature store need not wait for.
        from components.publish_embeddings.publish import publish_users

        with store_refusals(feature_store):
            published, reason = publish_users(store, instant, feature_store, report)
    with whole_folder(output) as folder:
        publication = ArtifactMeta(
            kind=KIND,
            as_of=meta.as_of,
            largest_event_time=meta.largest_event_time,
            inputs={"embeddings": meta_fingerprint(store.folder(instant))},
            space=store.space,
            counts=report.counts,
            details={"published": published, "reason": reason},
        )
        write_meta(folder, publication)
    print(f"publish_embeddings: {'published' if published else 'not published'}: {reason}", flush=True)
