"""The step: validated logs and refreshed embeddings in, ranking examples out."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import numpy

from components.engine.engine import open_engine
from components.write_examples.earlier_ranker import vocabularies_of_earlier
from components.write_examples.embedding_records import write_embedding_records
from components.write_examples.prepared_join import PreparedJoin, prepare_join
from components.write_examples.refreshed_embeddings import weights_of_refreshes
from components.write_examples.serving_tables import write_serving_tables
from components.write_examples.settings import ExampleSettings
from components.write_examples.split_records import write_split
from components.write_examples.splits import split_spans
from schemas.artifact_meta import FILE_NAME, ArtifactMeta, read_meta, write_meta
from schemas.embedding_store import EmbeddingStore
from schemas.embedding_versions import write_embedding_versions
from schemas.errors import ContractError
from schemas.example_artifact import EMBEDDING_VERSIONS, ExampleDetails, RecordFile
from schemas.folders import whole_folder
from schemas.instants import format_instant
from schemas.step_report import StepReport
from schemas.timeline import Timeline


def write_examples(
    *,
    logs: Path,
    embeddings: Path,
    output: Path,
    timeline: Timeline,
    cold_content_views: int,
    settings: ExampleSettings,
    report: StepReport,
    earlier_ranker: Path | None = None,
) -> None:
    """Joins every request to the last refresh before it and writes TFRecords.

    What a ranker may learn from lies strictly before the artifact's as_of, and in a daily run so does everything in the
    serving tables. Those of a refresh know the newest instant. The test split is later by its nature.

    Args:
        logs: Validated logs that reach until the end of the test days.
        embeddings: Root of an EmbeddingStore with every refresh of the timeline.
        output: Where the examples artifact goes.
        timeline: Which rows train and test, and what each may see.
        cold_content_views: Content with fewer views in the window is cold.
        settings: The step's settings.
        report: Receives requests, candidates and clicks by split and the seconds of the parts.
        earlier_ranker: Of a refresh: the ranker that training will go on from; its vocabularies are kept.

    Raises:
        ContractError: Logs or embeddings are missing, incomplete or know too much, or a split is empty.
    """
    _check_reach(logs, timeline)
    started = time.perf_counter()
    store = EmbeddingStore(embeddings)
    kept = None if earlier_ranker is None else vocabularies_of_earlier(earlier_ranker, timeline, store.space)
    files: dict[str, RecordFile] = {}
    with open_engine(settings) as engine, whole_folder(output) as folder:
        prepared = prepare_join(engine, logs, store, timeline, cold_content_views, settings, kept)
        report.counts["prepare_seconds"] = round(time.perf_counter() - started, 3)
        for split, requests in prepared.splits.items():
            started = time.perf_counter()
            files |= write_split(folder / split, requests, prepared.join, settings)
            report.counts |= {
                f"{split}_requests": len(requests),
                f"{split}_candidates": len(requests.content),
                f"{split}_clicks": int(requests.clicked.sum()),
                f"{split}_seconds": round(time.perf_counter() - started, 3),
            }
        write_serving_tables(
            folder / "serving", prepared.join, prepared.articles, prepared.content_mean, timeline.serving_instant
        )
        files |= write_embedding_records(folder / "embeddings", store, timeline.serving_instant, settings.suffix)
        versions = folder / EMBEDDING_VERSIONS
        versions.parent.mkdir()
        write_embedding_versions(versions, prepared.join.embeddings.versions.values())
        details = _details(prepared, store, timeline, settings, files)
        meta = ArtifactMeta(
            kind="examples",
            as_of=format_instant(timeline.as_of),
            largest_event_time=prepared.youngest_event_before(timeline.as_of),
            inputs={"logs": _fingerprint(logs), "embeddings": _fingerprint(store.folder(timeline.serving_instant))},
            space=store.space,
            counts={name: count for name, count in report.counts.items() if not name.endswith("_seconds")},
            details=details.model_dump(mode="json"),
        )
        write_meta(folder, meta)


def _check_reach(logs: Path, timeline: Timeline) -> None:
    meta = read_meta(logs, "validated_logs")
    if meta.as_of_instant < timeline.test_end:
        raise ContractError(
            f"{logs}: ends at {meta.as_of}, the test days at {format_instant(timeline.test_end)}; "
            "validate logs until then or choose an earlier as_of"
        )


def _details(
    prepared: PreparedJoin,
    store: EmbeddingStore,
    timeline: Timeline,
    settings: ExampleSettings,
    files: dict[str, RecordFile],
) -> ExampleDetails:
    splits = prepared.splits
    return ExampleDetails(
        space=store.space,
        weights=weights_of_refreshes(store, timeline.refresh_instants),
        embedding_size=prepared.join.embeddings.size,
        vocabularies=prepared.vocabularies,
        requests={split: len(requests) for split, requests in splits.items()},
        candidates={split: len(requests.content) for split, requests in splits.items()},
        clicks={split: int(requests.clicked.sum()) for split, requests in splits.items()},
        smoothing=settings.content_smoothing,
        user_smoothing=settings.user_smoothing,
        user_kind_smoothing=settings.user_kind_smoothing,
        prior_click_rate=prepared.prior,
        refresh=timeline.refresh,
        training_slate_size=float(numpy.median(splits["train"].slate_size)),
        largest_test_event_time=prepared.youngest_event_before(timeline.test_end),
        files=files,
        split_spans=split_spans(splits, timeline),
        largest_prior_event_time=format_instant(prepared.largest_prior_time),
        serving_as_of=format_instant(timeline.serving_instant),
    )


def _fingerprint(folder: Path) -> str:
    """SHA-256 of an input's meta.json, which tells what the input was made from."""
    return hashlib.sha256((folder / FILE_NAME).read_bytes()).hexdigest()
