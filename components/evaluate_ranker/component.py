"""The evaluation of the rankers as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("ranker"), install_kfp_package=False)
def evaluate_ranker(
    examples: dsl.Input[dsl.Dataset],
    without_graph: dsl.Input[dsl.Model],
    with_graph: dsl.Input[dsl.Model],
    network: dsl.Input[dsl.Model],
    logs: dsl.Input[dsl.Dataset],
    settings: dict[str, Any],
    fingerprint: str,
    evaluation: dsl.Output[dsl.Metrics],
    curves: dsl.Output[dsl.ClassificationMetrics],
    verdict: dsl.Output[dsl.Markdown],
    page: dsl.Output[dsl.HTML],
    champion: dsl.Input[dsl.Model] | None = None,
    earlier_examples: dsl.Input[dsl.Dataset] | None = None,
) -> None:
    """Compares the rankers on the test days and gives the verdict.

    Args:
        examples: From write_examples.
        without_graph: The ranker without the graph's features.
        with_graph: The ranker with them.
        network: From train_gnn.
        logs: The source's folder; a simulated one also holds the truth that the report compares with.
        settings: EvaluationSettings.
        fingerprint: Of the step's code, for the cache.
        evaluation: Metrics, slices, lift and verdict; the headline figures also as the artifact's metrics.
        curves: ROC curve and confusion matrix of the ranker with the graph, for the server's page of the run.
        verdict: Every check with its value, for the same page.
        page: The report, for the same page.
        champion: The ranker that serves now; the challenger must not lose to it. Without one it must beat popularity.
        earlier_examples: Of an earlier refresh, whose test rows are pooled where the newest hold too few clicks.
    """
    import json
    from pathlib import Path

    from components.evaluate_ranker import kubeflow_artifacts, step
    from components.evaluate_ranker.settings import EvaluationSettings
    from schemas.lineage import lineage
    from schemas.settings import parse_settings
    from schemas.step_report import step_report

    with step_report("evaluate_ranker") as report:
        step.evaluate_ranker(
            examples=Path(examples.path),
            without_graph=Path(without_graph.path),
            with_graph=Path(with_graph.path),
            network=Path(network.path),
            output=Path(evaluation.path),
            settings=parse_settings(EvaluationSettings, settings, "argument 'evaluation'"),
            logs=Path(logs.path),
            report=report,
            champion=Path(champion.path) if champion else None,
            earlier_examples=[Path(earlier_examples.path)] if earlier_examples else [],
        )
    shown = kubeflow_artifacts.shown_evaluation(Path(evaluation.path))
    for name, value in shown.metrics.items():
        evaluation.log_metric(name, value)
    if shown.roc is not None and shown.confusion is not None:
        roc = shown.roc
        curves.log_roc_curve(roc.false_positive_rate, roc.true_positive_rate, roc.threshold)
        curves.log_confusion_matrix(list(kubeflow_artifacts.CATEGORIES), shown.confusion)
    # The values themselves are metadata; a cache keeps nothing of a step one of whose outputs is not there.
    Path(curves.path).write_text(json.dumps(curves.metadata), encoding="utf-8")
    Path(verdict.path).write_text(shown.verdict, encoding="utf-8")
    Path(page.path).write_text(shown.page, encoding="utf-8")
    evaluation.metadata.update(report.metadata())
    evaluation.metadata.update(as_of=examples.metadata["as_of"], fingerprint=fingerprint)
    evaluation.metadata.update(
        lineage(examples=examples, ranker_without_graph=without_graph, ranker_with_graph=with_graph)
    )
