"""The step: pushes the first seed of a ranker that is blessed and fit to be served; says why where it does not."""

from __future__ import annotations

import json
from pathlib import Path

from components.evaluate_ranker.fingerprint import fingerprint, meta_fingerprint
from components.push_ranker.infra_validation import reason_to_refuse
from components.push_ranker.model_config import STABLE, read_served_versions
from components.push_ranker.push import push_version
from components.push_ranker.settings import PushSettings
from schemas.artifact_meta import ArtifactMeta, read_meta, write_meta
from schemas.errors import ContractError
from schemas.feature_store import open_feature_store
from schemas.folders import whole_folder
from schemas.instants import compact_instant
from schemas.ranker_artifact import RankerArtifact
from schemas.step_report import StepReport
from schemas.user_vectors import require_published

PUSH_FILE = "push.json"


def push_ranker(
    *, ranker: Path, evaluation: Path, base: str | Path, output: Path, settings: PushSettings, report: StepReport
) -> None:
    """Pushes a ranker, if its evaluation blesses it and a fresh process can serve it.

    The version is the instant that its tables know.

    Args:
        ranker: The ranker artifact with the graph.
        evaluation: The evaluation artifact of that very ranker.
        base: The folder that TensorFlow Serving reads, local or gs://; versions and models.config lie in it.
        output: The push artifact: push.json with `pushed`, `version`, `reason`, `label`, `stable`, `labels` and
            `versions`.
        settings: See PushSettings.
        report: Gets `pushed` and `versions`.

    Raises:
        ContractError: The evaluation is of another ranker, other bytes lie under the same version, or the vectors
            of its space are not in the feature store.
    """
    artifact = RankerArtifact(ranker)
    evaluation_meta = read_meta(evaluation, "evaluation")
    evaluated, found = evaluation_meta.inputs.get("with_graph"), fingerprint(artifact.folder)
    if evaluated != found:
        raise ContractError(
            f"{evaluation}: evaluates the ranker {evaluated}, {ranker} is {found}; evaluate this ranker first"
        )
    verdict = json.loads((evaluation / "evaluation.json").read_text(encoding="utf-8"))["verdict"]
    version = int(compact_instant(artifact.served_as_of))
    if not verdict["blessed"]:
        pushed, reason = False, "not blessed: " + "; ".join(verdict["reasons"])
    elif unfit := reason_to_refuse(artifact.saved_model(), settings.infra_validation):
        pushed, reason = False, f"refused by infra validation: {unfit}"
    else:
        if settings.feature_store is not None:
            # A version whose users have no vectors would rank everybody as if they were cold.
            require_published(
                open_feature_store(settings.feature_store), artifact.details.space, artifact.meta.as_of_instant
            )
        pushed = push_version(artifact.saved_model(), base, version, settings)
        reason = "blessed" if pushed else "the same bytes are served already"
    served = read_served_versions(base)
    result = {
        "pushed": pushed,
        "version": version,
        "reason": reason,
        "label": settings.label,
        "stable": served.labels.get(STABLE),
        "labels": served.labels,
        "versions": list(served.versions),
    }
    counts: dict[str, float] = {"pushed": int(pushed), "versions": len(served.versions)}
    with whole_folder(output) as folder:
        text = json.dumps(result, indent=2, ensure_ascii=False)
        (folder / PUSH_FILE).write_text(text + "\n", encoding="utf-8")
        meta = ArtifactMeta(
            kind="push",
            as_of=artifact.meta.as_of,
            largest_event_time=artifact.meta.largest_event_time,
            inputs={"ranker": found, "evaluation": meta_fingerprint(evaluation)},
            space=artifact.details.space,
            counts=counts,
        )
        write_meta(folder, meta)
    report.counts.update(counts)
    print(f"push_ranker: {'pushed' if pushed else 'not pushed'} version {version}: {reason}", flush=True)
