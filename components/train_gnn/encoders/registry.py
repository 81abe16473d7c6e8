"""The encoders by the name that a configuration gives."""

from __future__ import annotations

from collections.abc import Callable

from components.train_gnn.encoders.contrast import ContrastEncoder
from components.train_gnn.encoders.gat import GatEncoder
from components.train_gnn.encoders.hgt import HgtEncoder
from components.train_gnn.encoders.layered_encoder import LayeredEncoder
from components.train_gnn.encoders.lightgcn import LightgcnEncoder
from components.train_gnn.encoders.pinsage import PinsageEncoder
from components.train_gnn.encoders.sage import SageEncoder
from components.train_gnn.settings import NetworkSettings
from schemas.errors import ContractError

ENCODERS: dict[str, Callable[[NetworkSettings], LayeredEncoder]] = {
    "contrast": ContrastEncoder,
    "gat": GatEncoder,
    "hgt": HgtEncoder,
    "lightgcn": LightgcnEncoder,
    "pinsage": PinsageEncoder,
    "sage": SageEncoder,
}
"""Each keeps the protocol of message_block.Encoder."""


def make_encoder(settings: NetworkSettings) -> LayeredEncoder:
    """Builds the encoder that the settings name.

    Raises:
        ContractError: There is no encoder of that name, or the settings do not fit it.
    """
    if settings.encoder not in ENCODERS:
        raise ContractError(f"encoder '{settings.encoder}' is unknown; choose one of {', '.join(sorted(ENCODERS))}")
    return ENCODERS[settings.encoder](settings)
