"""schemas/ranking_features.yaml as objects: the one list of features for writing, parsing, model and serving."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from schemas.settings import Settings, parse_settings, read_yaml

FEATURES_FILE = Path(__file__).parent / "ranking_features.yaml"

Level = Literal["request", "candidate"]
Group = Literal["base", "graph", "position", "label", "slice", "provenance"]


class RankingFeature(Settings):
    """One declared feature; the YAML file's header explains each key."""

    name: str
    level: Level
    group: Group
    type: Literal["float32", "int64", "bytes"]
    description: str
    default: float | str
    size: int | Literal["embedding"] = 1
    transform: Literal["none", "log1p", "one_hot", "logit", "embedding"] = "none"
    categories: int | None = None
    vocabulary: str | None = None
    attribute: str | None = None
    slate: bool = False


@functools.cache
def ranking_features(path: Path = FEATURES_FILE) -> tuple[RankingFeature, ...]:
    """Every declared feature, in declared order.

    Raises:
        ContractError: The file has an unknown key or value.
    """
    return tuple(
        parse_settings(RankingFeature, {"name": name, **values}, f"{path}, feature '{name}'")
        for name, values in read_yaml(path).items()
    )


def features_of(groups: frozenset[str], level: str | None = None) -> tuple[RankingFeature, ...]:
    """The features of these groups (and of that level), in declared order."""
    return tuple(
        feature
        for feature in ranking_features()
        if feature.group in groups and (level is None or feature.level == level)
    )


def model_groups(with_graph: bool) -> frozenset[str]:
    """The groups that a ranker's own network reads, position aside."""
    return frozenset({"base", "graph"}) if with_graph else frozenset({"base"})
