"""The wiring of the pipelines: who reads what, and that every step hands its fingerprint and settings over."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import pipeline
from orchestration.arguments import (
    NOTHING,
    SECTIONS,
    TRAINED,
    Input,
    daily_arguments,
    refresh_arguments,
    settings_values,
)
from orchestration.configuration import RunConfiguration, read_configuration
from orchestration.fingerprint import PROJECT_ROOT, step_fingerprint
from schemas.errors import ContractError
from schemas.instants import DAY
from schemas.settings import Settings, parse_settings
from schemas.timeline import Timeline

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
STEPS = sorted(path.parent.name for path in (PROJECT_ROOT / "components").glob("*/component.py"))
SECTION_OF_STEP = {
    "validate_logs": "validation",
    "build_graph": "graph",
    "train_gnn": "network",
    "embed_nodes": "embedding",
    "publish_embeddings": "push",
    "write_examples": "examples",
    "train_ranker": "ranker",
    "evaluate_ranker": "evaluation",
    "push_ranker": "push",
}
OWNER_OF_SETTINGS = {"publish_embeddings": "push_ranker"}
"""The steps that read another one's settings, so that both read the same."""
LOGS = Input("/logs", "abc")


def _tasks(name: str) -> dict[str, Any]:
    return dict(PIPELINES[name].pipeline_spec.root.dag.tasks)


def _step(task: str) -> str:
    return task.rstrip("-0123456789").replace("-", "_")


def _producers(name: str) -> dict[str, dict[str, str]]:
    """For each task the task that makes each artifact that it reads."""
    return {
        task: {key: value.task_output_artifact.producer_task for key, value in specification.inputs.artifacts.items()}
        for task, specification in _tasks(name).items()
        if not task.startswith("importer")
    }


def test_the_daily_pipeline_reads_as_the_design_says() -> None:
    assert _producers("daily") == {
        "validate-logs": {"logs": "importer"},
        "build-graph": {"validated_logs": "validate-logs"},
        "build-graph-2": {"validated_logs": "validate-logs"},
        "build-graph-3": {"validated_logs": "validate-logs"},
        "train-gnn": {"train_graph": "build-graph", "test_graph": "build-graph-2", "earlier": "importer-2"},
        "embed-nodes": {"replay_graph": "build-graph-3", "network": "train-gnn"},
        "publish-embeddings": {"embeddings": "embed-nodes"},
        "write-examples": {"validated_logs": "validate-logs", "embeddings": "embed-nodes"},
        "train-ranker": {"examples": "write-examples"},
        "train-ranker-2": {"examples": "write-examples"},
        "evaluate-ranker": {
            "examples": "write-examples",
            "without_graph": "train-ranker",
            "with_graph": "train-ranker-2",
            "network": "train-gnn",
            "logs": "importer",
        },
        "push-ranker": {"ranker": "train-ranker-2", "evaluation": "evaluate-ranker"},
    }
    spans = [_tasks("daily")[f"build-graph{end}"].inputs.parameters["span"] for end in ("", "-2", "-3")]
    assert [span.runtime_value.constant.string_value for span in spans] == ["train", "test", "replay"]
    graphs = [_tasks("daily")[f"train-ranker{end}"].inputs.parameters["with_graph"] for end in ("", "-2")]
    assert [graph.runtime_value.constant.bool_value for graph in graphs] == [False, True]


def test_the_refresh_pipeline_trains_no_network_and_starts_from_the_last_ranker() -> None:
    producers = _producers("refresh")
    assert {_step(task) for task in producers} == set(STEPS) - {"train_gnn"}
    assert producers["embed-nodes"]["network"] == producers["evaluate-ranker"]["network"] == "importer-2"
    # Both rankers start from their own predecessor: the comparison gives both the same budget.
    assert producers["train-ranker"] == {"examples": "write-examples", "warm_start": "importer-3"}
    assert producers["train-ranker-2"] == {"examples": "write-examples", "warm_start": "importer-4"}
    # The one that it started from is the one that it must not lose to.
    assert producers["evaluate-ranker"]["champion"] == "importer-4"
    assert producers["push-ranker"]["ranker"] == "train-ranker-2"


def test_the_refresh_pipeline_extends_what_is_there() -> None:
    producers = _producers("refresh")
    addresses = {
        task: specification.inputs.parameters["uri"].component_input_parameter
        for task, specification in _tasks("refresh").items()
        if task.startswith("importer")
    }
    assert addresses[producers["build-graph"]["base"]] == "earlier_graph"
    assert addresses[producers["embed-nodes"]["earlier"]] == "earlier_embeddings"
    # The examples keep the vocabularies of the ranker with the graph, and begin where its training ended.
    assert producers["write-examples"]["earlier_ranker"] == producers["train-ranker-2"]["warm_start"]
    assert addresses[producers["train-ranker-2"]["warm_start"]] == "trained_ranker_with_graph"
    assert addresses[producers["train-ranker"]["warm_start"]] == "trained_ranker_without_graph"


@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_every_step_hands_over_the_fingerprint_of_its_own_code_and_its_own_settings(name: str) -> None:
    for task, specification in _tasks(name).items():
        parameters = specification.inputs.parameters
        if task.startswith("importer"):
            assert parameters["metadata"].component_input_parameter.endswith("fingerprint")
            continue
        step = _step(task)
        assert parameters["fingerprint"].runtime_value.constant.string_value == step_fingerprint(step)
        assert parameters["settings"].component_input_parameter == SECTION_OF_STEP[step]


def test_no_two_steps_share_a_fingerprint() -> None:
    assert len({step_fingerprint(step) for step in STEPS}) == len(STEPS) == len(SECTION_OF_STEP)


@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_only_what_changes_something_outside_is_never_cached(name: str) -> None:
    uncached = {task for task, specification in _tasks(name).items() if not specification.caching_options.enable_cache}
    assert uncached == {"publish-embeddings", "push-ranker"}


@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_a_ranker_is_pushed_after_its_users_vectors_are_published_whatever_its_verdict(name: str) -> None:
    tasks = _tasks(name)
    assert "publish-embeddings" in tasks["push-ranker"].dependent_tasks
    assert list(tasks["publish-embeddings"].dependent_tasks) == ["embed-nodes"]


@pytest.mark.parametrize("path", sorted((PROJECT_ROOT / "configs").glob("*.yaml")), ids=lambda path: str(path.stem))
def test_the_arguments_are_exactly_those_of_the_pipelines(path: Path) -> None:
    configuration = read_configuration(path)
    timeline = _refresh_timeline(configuration)
    arguments = {
        "daily": daily_arguments(configuration, LOGS, "/serving"),
        "refresh": refresh_arguments(configuration, timeline, LOGS, dict.fromkeys(TRAINED, LOGS), "/serving"),
    }
    assert arguments["daily"]["earlier_network"] == arguments["refresh"]["earlier_graph"] == NOTHING.location
    for name, values in arguments.items():
        assert set(values) == set(PIPELINES[name].pipeline_spec.root.input_definitions.parameters)


def test_settings_and_timeline_survive_the_way_through_kfp_as_floats() -> None:
    configuration = read_configuration(PROJECT_ROOT / "configs" / "demo.yaml", ["ranker.epochs=2"])
    arguments = daily_arguments(configuration, LOGS, "/serving")
    assert Timeline.from_values(_as_floats(arguments["timeline"])) == configuration.timeline
    refresh = refresh_arguments(
        configuration, _refresh_timeline(configuration), LOGS, dict.fromkeys(TRAINED, LOGS), "/serving"
    )
    assert Timeline.from_values(_as_floats(refresh["timeline"])) == _refresh_timeline(configuration)
    for section in SECTIONS:
        settings = getattr(configuration, section)
        assert parse_settings(type(settings), _as_floats(arguments[section]), section) == settings


def _refresh_timeline(configuration: RunConfiguration) -> Timeline:
    """Of the first refresh after the daily run."""
    as_of = configuration.timeline.as_of
    return configuration.refresh_timeline(as_of + 2 * DAY, as_of)


def _as_floats(value: Any) -> Any:
    """What KFP makes of a dictionary argument: every whole number arrives as a float."""
    if isinstance(value, dict):
        return {key: _as_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_floats(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class _Nullable(Settings):
    limit: int | None = 3
    other: int | None = None


def test_a_null_that_kfp_cannot_carry_is_refused() -> None:
    assert settings_values(_Nullable(), "section") == {"limit": 3}
    with pytest.raises(ContractError, match="null cannot be handed to a step"):
        settings_values(_Nullable(limit=None), "section")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_alone_reads_the_section_that_the_pipeline_reads(step: str) -> None:
    source = (PROJECT_ROOT / "components" / step / "__main__.py").read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [
        ast.literal_eval(call.args[2])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "read_settings_section"
    ]
    section = SECTION_OF_STEP[step]
    assert names == [section]
    kind = RunConfiguration.model_fields[section].annotation
    assert kind is not None
    assert kind.__module__ == f"components.{OWNER_OF_SETTINGS.get(step, step)}.settings"
