"""The encoders by the name that a configuration gives."""

from __future__ import annotations

from torch import nn

from components.train_gnn.encoders.contrast import ContrastEncoder
from components.train_gnn.encoders.sage import SageEncoder
from components.train_gnn.settings import NetworkSettings
from schemas.errors import ContractError

ENCODERS: dict[str, type[ContrastEncoder] | type[SageEncoder]] = {"contrast": ContrastEncoder, "sage": SageEncoder}
"""Each keeps the protocol of message_block.Encoder."""


def make_encoder(settings: NetworkSettings) -> nn.Module:
    """Builds the encoder that the settings name.

    Raises:
        ContractError: There is no encoder of that name.
    """
    if settings.encoder not in ENCODERS:
        raise ContractError(f"encoder '{settings.encoder}' is unknown; choose one of {', '.join(sorted(ENCODERS))}")
    return ENCODERS[settings.encoder](settings)
