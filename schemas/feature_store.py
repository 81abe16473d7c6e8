"""Where the feature store lies, which hands users' vectors to the callers of the ranker."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pydantic

from schemas.errors import ContractError
from schemas.remote.address import absolute_location, is_remote
from schemas.settings import Settings

if TYPE_CHECKING:
    import feast


class FeatureStoreSettings(Settings):
    """The Feast feature store; publishers and readers use the same settings, such as configs/feature_store/sqlite.yaml.

    Relative paths are those of the working directory.

    Attributes:
        project: Feast's name for everything of one registry that belongs together.
        registry: What is published: a file of this machine or gs://...; one publisher at a time writes it.
        online_store: Where the vectors are: `sqlite`, a file for one machine, or `redis`, for many.
        sqlite_path: The file of `sqlite`.
        redis: The address of `redis`, as host:port[,name=value...]; $NAME stands for an environment variable, such as
            in localhost:6379,password=$REDIS_PASSWORD.
        rows_at_a_time: Users that are written together; what a publisher holds in memory in Feast's form.
    """

    project: str = pydantic.Field(default="frontrow", pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    registry: str = "runs/feature_store/registry.db"
    online_store: Literal["sqlite", "redis"] = "sqlite"
    sqlite_path: str = "runs/feature_store/online.db"
    redis: str = "localhost:6379"
    rows_at_a_time: int = pydantic.Field(default=5_000, ge=1, le=30_000)

    @property
    def local_files(self) -> list[Path]:
        """The files of this machine that hold it, whether they are there yet or not."""
        names = [self.registry, *([self.sqlite_path] if self.online_store == "sqlite" else [])]
        return [Path(name) for name in names if not is_remote(name)]

    def absolute(self) -> FeatureStoreSettings:
        """The same store for a process with another working directory."""
        paths = {name: absolute_location(getattr(self, name)) for name in ("registry", "sqlite_path")}
        return self.model_copy(update=paths)


def open_feature_store(settings: FeatureStoreSettings) -> feast.FeatureStore:
    """Opens the feature store; neither file need exist yet.

    Raises:
        ContractError: Feast is not installed.
    """
    # Takes 3 seconds: never at the top of a module.
    try:
        import feast
    except ImportError as error:
        raise ContractError("feast is not installed: pip install 'frontrow[features]'") from error

    if settings.online_store == "redis":
        online_store = {"type": "redis", "connection_string": os.path.expandvars(settings.redis)}
    else:
        online_store = {"type": "sqlite", "path": settings.sqlite_path}
    return feast.FeatureStore(
        config=feast.RepoConfig(
            project=settings.project,
            provider="local",
            registry=settings.registry,
            online_store=online_store,
            entity_key_serialization_version=3,
        )
    )


@contextlib.contextmanager
def store_refusals(settings: FeatureStoreSettings) -> Iterator[None]:
    """Says what to look at where Redis does not answer or refuses.

    Raises:
        ContractError: In place of an error of Redis' client.
    """
    if settings.online_store != "redis":
        yield
        return
    import redis

    try:
        yield
    except redis.RedisError as error:
        raise ContractError(
            f"redis at {settings.redis}: {error}; start the server, or correct `redis` in the feature store's settings"
        ) from error
