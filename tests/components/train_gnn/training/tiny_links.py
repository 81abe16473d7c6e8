"""Links of which only the requests and what the loss counts matter."""

from __future__ import annotations

import numpy

from components.train_gnn.supervision import Links
from components.train_gnn.training_links import ArrangedLinks
from schemas.graph_artifact import IntArray


def arranged_links(slate: IntArray, units: numpy.ndarray) -> ArrangedLinks:
    """Links of these requests and units, all else zero."""
    zeros = numpy.zeros(len(slate), dtype=numpy.int64)
    return ArrangedLinks(Links(zeros, zeros, zeros, zeros.astype(numpy.float32)), slate, units.astype(numpy.float32))
