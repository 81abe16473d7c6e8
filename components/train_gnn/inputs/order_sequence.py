"""LSTM over a user's recent orders."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class OrderSequenceEncoder(nn.Module):
    """Encodes the sequence of ordered articles by an LSTM's last state (Hochreiter and Schmidhuber, 1997).

    Sequences are packed, so that the padding never enters a state and a user's vector does not depend on the batch.

    Args:
        size: Length of the article vectors and of the result.
        hidden_size: Units of the LSTM.
        start_at_zero: Whether the result is zero before training, for encoders that take it as a correction.

    Shapes:
        vectors [histories, 25, size], length [histories] -> [histories, size]; a history without orders gives zeros.
    """

    def __init__(self, size: int, hidden_size: int, start_at_zero: bool) -> None:
        super().__init__()
        self.lstm = nn.LSTM(size, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, size, bias=False)
        if start_at_zero:
            nn.init.zeros_(self.output.weight)

    def forward(self, vectors: Tensor, length: Tensor) -> Tensor:
        """Encodes the sequences.

        Args:
            vectors: Article vectors, oldest first, padded on the right [histories, 25, size].
            length: Number of orders [histories].
        """
        result = vectors.new_zeros(vectors.shape[0], self.output.out_features)
        present = torch.nonzero(length > 0).squeeze(1)
        if len(present) == 0:
            return result
        packed = pack_padded_sequence(vectors[present], length[present].cpu(), batch_first=True, enforce_sorted=False)
        _, (last, _) = self.lstm(packed)  # last: [1, present, hidden]
        return result.index_copy(0, present, self.output(last[0]))
