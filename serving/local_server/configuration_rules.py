"""What a model server configuration may say, as TensorFlow Serving checks it before anything changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from tensorflow_serving.config import model_server_config_pb2

from serving.local_server.refusals import invalid_argument

PLATFORM = "tensorflow"

Models = Iterable[model_server_config_pb2.ModelConfig]


def require_valid_list(models: Models) -> None:
    """Checks names, base paths and platforms.

    Raises:
        RefusalError: INVALID_ARGUMENT.
    """
    names: set[str] = set()
    for model in models:
        if model.name in names:
            raise invalid_argument(f"Illegal to list model {model.name} multiple times in config list")
        names.add(model.name)
        if "://" not in model.base_path and not PurePosixPath(model.base_path).is_absolute():
            raise invalid_argument(
                f"Expected model {model.name} to have an absolute path or URI; got base_path()={model.base_path}"
            )
        if not model.model_platform:
            raise invalid_argument(
                "Illegal setting neither ModelServerConfig::model_type (deprecated) nor "
                f"ModelServerConfig::model_platform, model name is {model.name}"
            )


def require_same_platforms(before: Models, after: Models) -> None:
    """Checks that no model changes its platform, and that each has the one that there is.

    Raises:
        RefusalError: INVALID_ARGUMENT.
    """
    platforms = {model.name: model.model_platform for model in before}
    for model in after:
        was = platforms.get(model.name, model.model_platform)
        if was != model.model_platform:
            raise invalid_argument(
                f"Illegal to change a model's platform. For model {model.name} platform was {was} and new platform "
                f"requested is {model.model_platform}"
            )
        if model.model_platform != PLATFORM:
            raise invalid_argument(f"Model {model.name} requests unsupported platform {model.model_platform}")
