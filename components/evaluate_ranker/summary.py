"""The table that a run ends with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.evaluate_ranker.network_section import network_rows
from components.evaluate_ranker.number_text import decimal, percent, share, value_with_interval, whole, with_interval

ROWS = (("auc", "ROC-AUC, pooled"), ("auc_per_request", "ROC-AUC, per request"), ("log_loss", "log loss"))
NETWORK_METRICS = (("auc", "pooled"), ("auc_per_request", "per request"))
NETWORK_PARTS = {"all": "the graph network alone, ROC-AUC", "new_content": "  on new content"}
SCOPES = ((None, "all"), ("cold_users", "cold users"), ("cold_content", "cold content"))


def summary_table(report: Mapping[str, Any]) -> str:
    """The rankers beside each other, on all rows, on cold users and on cold content; then the network, the verdict.

    Args:
        report: The contents of report.json or of evaluation.json.

    Returns:
        Lines of equal columns, without a line feed at the end.
    """
    header = ("", "without graph", "with graph", f"difference, {percent(report['level'])} interval")
    lines: list[tuple[str, ...]] = [header]
    for key, title in SCOPES:
        scope = report if key is None else report["slices"].get(key)
        if scope is None:
            lines.append((f"{title}: no rows", "", "", ""))
            continue
        counts = f"{whole(scope['candidates'])} candidates, {whole(scope['clicks'])} clicks"
        if not scope["rankers"]:
            lines.append((f"{title}: {counts}, too few to tell", "", "", ""))
            continue
        lines.append((f"{title}: {counts}", "", "", ""))
        lines.extend(_metric_row(scope, metric, name) for metric, name in ROWS)
    metric_lines = [line for line in lines if any(line[1:])]
    widths = [max(len(line[column]) for line in metric_lines) for column in range(4)]
    rule = "-" * (sum(widths) + 6)
    texts = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([texts[0], rule, *texts[1:], *_network_lines(report), *_verdict_lines(report["verdict"])])


def _verdict_lines(verdict: Mapping[str, Any]) -> list[str]:
    """The outcome, and every reason against a blessing."""
    against = f"{len(verdict['checks'])} checks, against {verdict['reference']}"
    return [f"verdict: {verdict['outcome']} ({against})", *(f"  {reason}" for reason in verdict["reasons"])]


def _network_lines(report: Mapping[str, Any]) -> list[str]:
    """The graph network alone, where it was measured: a line for all links, one for new content."""
    lines = []
    for row in network_rows(report):
        if row["name"] not in NETWORK_PARTS:
            continue
        told = [
            f"{value_with_interval(row['measured'][metric])} {words}"
            + (f" ({share(row['share'][metric])} of the possible)" if row["share"][metric] is not None else "")
            for metric, words in NETWORK_METRICS
        ]
        if any(row["test_graph"].values()):
            values = [decimal((row["test_graph"][metric] or {}).get("value"), 3) for metric, _ in NETWORK_METRICS]
            told.append(f"test graph {' / '.join(values)}")
        lines.append(f"{NETWORK_PARTS[row['name']]}: {', '.join(told)}")
    return lines


def _metric_row(scope: Mapping[str, Any], metric: str, name: str) -> tuple[str, ...]:
    rankers = scope["rankers"]
    difference = (
        with_interval(scope["difference"][metric], unit="", digits=4)
        if metric in scope["difference"]
        else with_interval(scope["lift"][metric])
    )
    return (
        f"  {name}",
        decimal(rankers["without_graph"][metric]),
        decimal(rankers["with_graph"][metric]),
        difference,
    )
