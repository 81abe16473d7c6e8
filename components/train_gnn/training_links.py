"""The links of an epoch: which, how often, in what order, and where batches may be cut."""

from __future__ import annotations

import dataclasses

import numpy

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.losses.in_batch import InBatchNegatives
from components.train_gnn.losses.registry import LOSSES
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.slates import copies, thin_slates
from components.train_gnn.supervision import VIEWS, Links, pair_key, thin_negatives
from schemas.errors import ContractError
from schemas.graph_artifact import Edges, FloatArray, IntArray
from schemas.time_search import first_not_before


@dataclasses.dataclass(frozen=True)
class ArrangedLinks:
    """Links in the order in which batches take them.

    Attributes:
        links: The links, in order.
        slate: The request of each; copies of a request are requests of their own. Every link is a request of its own
            where the loss does not compare within requests [links].
        units: How much each link counts in the mean that the loss takes [links].
        in_batch: Which contents of a batch are negatives besides; None: none are.
    """

    links: Links
    slate: IntArray
    units: FloatArray
    in_batch: InBatchNegatives | None = None

    @property
    def begins(self) -> IntArray:
        """Numbers of the links at which requests begin, ascending [requests]."""
        return numpy.flatnonzero(numpy.diff(self.slate, prepend=-1))


class TrainingLinks:
    """Draws the links of each epoch.

    Args:
        links: All links of the training days, supervised or not.
        training: Those that are trained on.
        tables: The train graph.
        settings: The network's settings.
    """

    def __init__(self, links: Links, training: Links, tables: GraphTables, settings: NetworkSettings) -> None:
        self.training, self.contents, self.settings = training, tables.contents, settings
        self.shown: IntArray | None = None
        if settings.loss.in_batch_negatives:
            self.shown = numpy.unique(pair_key(links.user, links.content, tables.contents))
        self.factor: numpy.ndarray | None = None
        cold_start = settings.cold_start
        if cold_start.cold_views and cold_start.cold_oversampling > 1:
            cold = earlier_views(tables.edges[VIEWS], self.training) < cold_start.cold_views
            self.factor = numpy.where(cold, cold_start.cold_oversampling, 1.0)

    @property
    def unclicked_share(self) -> float:
        """Share of the unclicked links that an epoch of single links keeps, in expectation; 1 where it keeps all."""
        if not self.settings.negatives_per_click:
            return 1.0
        weight = numpy.ones(len(self.training)) if self.factor is None else self.factor
        clicked = self.training.label > 0
        kept = self.settings.negatives_per_click * float(weight[clicked].sum())
        return min(1.0, kept / max(float(weight[~clicked].sum()), 1.0))

    def epoch(self, generator: numpy.random.Generator) -> ArrangedLinks:
        """Thins, repeats and shuffles the training links.

        Args:
            generator: Source of randomness; the same state gives the same links.

        Raises:
            ContractError: The loss compares links of one request, and no request has any to compare.
        """
        by_request = LOSSES[self.settings.loss.name].whole_slates
        chosen, size = self._slates(generator) if by_request else self._links(generator)
        if not len(chosen):
            raise ContractError(
                f"loss '{self.settings.loss.name}': no request has a clicked and an unclicked one among "
                f"{len(self.training)} training links; raise disjoint_train_ratio, or use the loss 'bce'"
            )
        slate = numpy.repeat(numpy.arange(len(size)), size)
        return ArrangedLinks(
            chosen,
            slate,
            LOSSES[self.settings.loss.name].units(chosen.label, slate),
            None if self.shown is None else InBatchNegatives(chosen, self.shown, self.contents),
        )

    def _links(self, generator: numpy.random.Generator) -> tuple[Links, IntArray]:
        """Single links, each a slate of its own."""
        training = self.training
        if self.factor is not None:
            training = training.select(numpy.repeat(numpy.arange(len(training)), copies(self.factor, generator)))
        chosen = thin_negatives(training, self.settings.negatives_per_click, generator)
        return chosen, numpy.ones(len(chosen), dtype=numpy.int64)

    def _slates(self, generator: numpy.random.Generator) -> tuple[Links, IntArray]:
        """Whole requests; those in which cold content was clicked count more often."""
        slates = thin_slates(self.training, self.settings.negatives_per_click, self.shown is None, generator)
        number = numpy.arange(len(slates.size))
        if self.factor is not None and len(number):
            clicked = self.training.label[slates.position] > 0
            factor = numpy.where(clicked, self.factor[slates.position], 1.0)
            number = numpy.repeat(number, copies(numpy.maximum.reduceat(factor, slates.start), generator))
        shuffled = slates.select(generator.permutation(number))
        return self.training.select(shuffled.position), shuffled.size


def thinned(links: Links, settings: NetworkSettings, generator: numpy.random.Generator) -> Links:
    """Links with as few unclicked ones as in training, those of a request together where the loss compares them.

    Args:
        links: The links, in any order.
        settings: The network's settings.
        generator: Source of randomness.
    """
    if LOSSES[settings.loss.name].whole_slates:
        return links.select(thin_slates(links, settings.negatives_per_click, True, generator).position)
    return thin_negatives(links, settings.negatives_per_click, generator)


def arranged(links: Links, settings: NetworkSettings) -> ArrangedLinks:
    """Links that are only measured, in the order in which they are.

    Args:
        links: The links; neighbours of one user and time are of one request.
        settings: The network's settings.
    """
    loss = LOSSES[settings.loss.name]
    begins = numpy.ones(len(links), dtype=numpy.bool_)
    if loss.whole_slates:
        begins[1:] = (numpy.diff(links.user) != 0) | (numpy.diff(links.time) != 0)
    slate = numpy.cumsum(begins) - 1
    return ArrangedLinks(links, slate, loss.units(links.label, slate))


def earlier_views(views: Edges, links: Links) -> IntArray:
    """How often the content of each link was shown strictly before it (rule 4) [links]."""
    start = numpy.asarray(views.colptr[links.content])
    stop = numpy.asarray(views.colptr[links.content + 1])
    return first_not_before(views.time, start, stop, links.time) - start
