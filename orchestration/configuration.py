"""The configuration of a run: one YAML file, read into frozen settings that refuse what they do not know."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal

import pydantic

from components.build_graph.settings import GraphSettings
from components.embed_nodes.settings import EmbeddingSettings
from components.evaluate_ranker.settings import EvaluationSettings
from components.push_ranker.settings import PushSettings
from components.train_gnn.settings import NetworkSettings
from components.train_ranker.settings import RankerSettings
from components.validate_logs.settings import ValidationSettings
from components.write_examples.settings import ExampleSettings
from orchestration.overrides import with_overrides
from orchestration.rolling.settings import RollingSettings
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant, parse_duration, parse_instant
from schemas.settings import Settings, parse_settings, read_yaml
from schemas.timeline import Timeline
from sources.simulated_shop.settings import SimulatorSettings


class EbnerdSettings(Settings):
    """Of sources.ebnerd.

    Attributes:
        seed: Of the article vectors' randomized decomposition.
    """

    seed: int = pydantic.Field(default=0, ge=0)


class MindSettings(Settings):
    """Of sources.mind.

    Attributes:
        seed: Of the article vectors' randomized decomposition.
    """

    seed: int = pydantic.Field(default=0, ge=0)


class RunConfiguration(Settings):
    """Everything that a run depends on besides its logs and its code.

    Attributes:
        name: Short name, the first part of the run's id.
        as_of: ISO 8601; everything known at training lies strictly before it.
        window_days: Days of logs before `as_of`.
        network_days: The first days of the window, on which the graph network's weights are trained.
        test_days: Days after `as_of` that test the rankers.
        refresh: Distance between refreshes of embeddings and counters: 30m, 2h or 1d.
        refresh_test: The newest rows of this span test a refreshed ranker, and train the next ones. It must hold
            `evaluation.minimum_clicks` clicks; the shorter, the younger are the rows that a ranker has learned from.
        cold_content_views: Content with fewer views in the window is cold.
        source: The module of sources/ that makes the logs; `contract` where they are in the log contract already.
        simulator: Of sources.simulator.
        ebnerd: Of sources.ebnerd.
        mind: Of sources.mind.
        validation: Of validate_logs.
        graph: Of build_graph.
        network: Of train_gnn.
        embedding: Of embed_nodes.
        examples: Of write_examples.
        ranker: Of train_ranker.
        evaluation: Of evaluate_ranker.
        push: Of push_ranker.
        rolling: Of a rolling evaluation (`run --test-days`).
    """

    name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_-]*$")
    as_of: str
    window_days: int = pydantic.Field(default=7, ge=2)
    network_days: int = pydantic.Field(default=4, ge=1)
    test_days: int = pydantic.Field(default=1, ge=1)
    refresh: str = "30m"
    refresh_test: str = "1d"
    cold_content_views: int = pydantic.Field(default=500, ge=1)
    source: Literal["simulator", "ebnerd", "mind", "contract"]
    simulator: SimulatorSettings = SimulatorSettings()
    ebnerd: EbnerdSettings = EbnerdSettings()
    mind: MindSettings = MindSettings()
    validation: ValidationSettings = ValidationSettings()
    graph: GraphSettings = GraphSettings()
    network: NetworkSettings = NetworkSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    examples: ExampleSettings = ExampleSettings()
    ranker: RankerSettings = RankerSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    push: PushSettings = PushSettings()
    rolling: RollingSettings = RollingSettings()

    @pydantic.field_validator("as_of", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        """YAML reads an unquoted instant as a date."""
        return format_instant(parse_instant(value)) if isinstance(value, str | datetime.date) else value

    @pydantic.field_validator("refresh_test")
    @classmethod
    def _is_a_duration(cls, value: str) -> str:
        parse_duration(value)
        return value

    @property
    def timeline(self) -> Timeline:
        """The boundaries of the run.

        Raises:
            ContractError: `refresh` does not divide a day, or `network_days` leaves none for the ranker.
        """
        return Timeline.from_text(self.as_of, self.refresh, self.window_days, self.network_days, self.test_days)

    def refresh_timeline(self, newest: Instant, trained_until: Instant) -> Timeline:
        """The boundaries of one refresh.

        Args:
            newest: Where its logs end.
            trained_until: The as_of of the ranker to start from.

        Raises:
            ContractError: An instant is not on the grid, or there is no row to train on.
        """
        return self.timeline.of_refresh(newest, trained_until, parse_duration(self.refresh_test))


def read_configuration(path: Path, overrides: list[str] | None = None) -> RunConfiguration:
    """Reads a run's configuration.

    Args:
        path: A YAML file.
        overrides: Settings such as `ranker.epochs=2` that replace the file's.

    Raises:
        ContractError: The file or an override has an unknown key or a value of the wrong type; the message names the
            file, the section, the key and the known keys.
    """
    values = with_overrides(read_yaml(path), overrides or [])
    for section, field in RunConfiguration.model_fields.items():
        kind = field.annotation
        if section in values and isinstance(kind, type) and issubclass(kind, Settings):
            if not isinstance(values[section], dict):
                raise ContractError(f"{path}, section '{section}': expected keys and values, got {values[section]!r}")
            # Section by section, so that a message lists the keys that are known there.
            values[section] = parse_settings(kind, values[section], f"{path}, section '{section}'")
    configuration = parse_settings(RunConfiguration, values, str(path))
    _check_timeline(configuration, path)
    return configuration


def _check_timeline(configuration: RunConfiguration, path: Path) -> None:
    try:
        _ = configuration.timeline
    except ContractError as error:
        raise ContractError(f"{path}: {error}") from error
