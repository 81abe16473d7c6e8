"""Settings of the graph network."""

from __future__ import annotations

from typing import Literal

import pydantic

from schemas.errors import ContractError
from schemas.instants import parse_duration
from schemas.settings import Settings


def checked_duration(text: str | None) -> str | None:
    """A duration as it was written, or None.

    Raises:
        ValueError: It cannot be read as one.
    """
    if text is not None:
        try:
            parse_duration(text)
        except ContractError as error:
            raise ValueError(str(error)) from error
    return text


class SamplerSettings(Settings):
    """How neighbours are drawn.

    Attributes:
        strategy: `uniform`; `recency`, whose weights halve with every half-life of age; or `importance`, which weighs
            edges by how often short random walks met their source.
        replace: Whether an edge can be drawn twice for one node.
        look_back: Edges older than this before the seed are left out, such as 2d; None for no limit.
        half_life: Of `recency`.
        visits: Visits that the walks of `importance` count for each edge of a node.
        visit_refresh: How often visits are counted, backwards from the end of the training days; a seed sees the
            last count before it.
        visit_refreshes: How many such counts there are; before the oldest all edges weigh the same. Each takes 8 bytes
            for every older edge.
        threads: Threads that make batches; 0 takes all cores. The draws do not depend on it.
        prefetch: Batches made ahead; 0 makes each when it is asked for.
    """

    strategy: Literal["uniform", "recency", "importance"] = "uniform"
    replace: bool = False
    look_back: str | None = None
    half_life: str = "1d"
    visits: int = pydantic.Field(default=4, ge=1)
    visit_refresh: str = "1d"
    visit_refreshes: int = pydantic.Field(default=4, ge=1)
    threads: int = pydantic.Field(default=0, ge=0)
    prefetch: int = pydantic.Field(default=4, ge=0)

    @pydantic.field_validator("look_back", "half_life", "visit_refresh")
    @classmethod
    def _durations(cls, text: str | None) -> str | None:
        return checked_duration(text)


class MessageSettings(Settings):
    """What an edge counts in the mean over a node's neighbours.

    Attributes:
        half_life: Age at which a view or a click counts half, such as 1d; None: age does not matter.
        dwell: Whether a click counts log1p(dwell_seconds), once its dwell is known.
    """

    half_life: str | None = None
    dwell: bool = False

    @pydantic.field_validator("half_life")
    @classmethod
    def _half_life(cls, text: str | None) -> str | None:
        return checked_duration(text)


class TrainingSettings(Settings):
    """How the training runs: when it stops, what survives a kill, where and how precisely it computes.

    Attributes:
        validation_span: The last hours of the training days, such as 12h, whose links are not trained on but tell when
            to stop; None: the held-out pairs tell.
        validation_clicks: Clicks that the span must hold to tell; with fewer the held-out pairs take its place.
        patience: Epochs without a lower validation loss after which training stops; the weights of the epoch with the
            lowest are kept. 0: every epoch is trained and the last one's weights are kept.
        checkpoint_minutes: Time between checkpoints within an epoch; 0: after every batch.
        precision: Of the matrix products in training; weights, sums over neighbours and what is measured are float32.
        device: `auto` takes a GPU where there is one.
        pairwise_cosine_limit: A layer whose vectors of one kind of node are more alike than this, on average over
            pairs, is reported as over-smoothed.
    """

    validation_span: str | None = "12h"
    validation_clicks: int = pydantic.Field(default=100, ge=1)
    patience: int = pydantic.Field(default=2, ge=0)
    checkpoint_minutes: float = pydantic.Field(default=10.0, ge=0)
    precision: Literal["float32", "bfloat16"] = "float32"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    pairwise_cosine_limit: float = pydantic.Field(default=0.95, gt=0, le=1)

    @pydantic.field_validator("validation_span")
    @classmethod
    def _validation_span(cls, text: str | None) -> str | None:
        return checked_duration(text)


class EncoderSettings(Settings):
    """What single encoders need beyond the network's settings.

    Attributes:
        heads: Attention heads of `gat` and `hgt`; they divide the vectors among them.
        initial_view_weight: How much the mean of the viewers counts against that of the clickers before training, in
            `contrast`.
    """

    heads: int = pydantic.Field(default=4, ge=1)
    initial_view_weight: float = pydantic.Field(default=1.0, ge=0)


class InputSettings(Settings):
    """What a node says of itself before any message.

    Attributes:
        content_pooling: How the articles of a content become its vector: their mean, or attention over them, which
            starts as the mean.
        attributes: Whether declared attributes enter, such as a content's kind; what they add starts at zero.
        pooled_orders: How many of a user's last orders enter the mean over orders; the LSTM reads the last 25.
        rarity_power: An order counts ln((1 + users) / (1 + n)) to this power in that mean, where n users ordered the
            article before the graph's window; 0: all orders count the same. Term weighting by inverse document
            frequency (Spärck Jones 1972): that two users bought a bestseller says little of their taste.
    """

    content_pooling: Literal["mean", "attention"] = "mean"
    attributes: bool = True
    pooled_orders: int = pydantic.Field(default=200, ge=1)
    rarity_power: float = pydantic.Field(default=2.0, ge=0)


class LossSettings(Settings):
    """What training minimizes.

    Attributes:
        name: `bce`, every link by itself; `bpr`, clicked against unclicked links of one request; `softmax`, each
            clicked link against all unclicked ones of its request. The last two fix only differences: their log odds
            rank, but are not calibrated.
        in_batch_negatives: Whether clicked links are also set against contents of other links of the batch, corrected
            for popularity: those that were shown no later and that the user was never shown.
        popularity_offset: Whether a content's click rate is added to the log odds, so that the vectors learn only what
            it leaves to explain: what one user likes more than others do.
        popularity_smoothing: How many views the overall click rate counts in a content's own.
    """

    name: Literal["bce", "bpr", "softmax"] = "bce"
    in_batch_negatives: bool = False
    popularity_offset: bool = True
    popularity_smoothing: float = pydantic.Field(default=20.0, gt=0)


class ColdStartSettings(Settings):
    """How the network learns to speak for nodes of few edges.

    Attributes:
        hidden_edge_share: Share of the users and of the contents of training links whose views and clicks are hidden,
            so that orders, articles, brands and follows must speak for them. Drawn anew in every epoch.
        cold_views: Content with fewer views before the link is cold: the sampler takes all its views and clicks. 0: no
            content is.
        cold_brand_fan_out: Brands drawn for cold content, and neighbours for its brands, where the fan-out is smaller.
        cold_oversampling: How often links of cold content are trained on for once that others are; with a loss over
            requests, whole requests in which cold content was clicked.
    """

    hidden_edge_share: float = pydantic.Field(default=0.0, ge=0, lt=1)
    cold_views: int = pydantic.Field(default=0, ge=0)
    cold_brand_fan_out: int = pydantic.Field(default=0, ge=0)
    cold_oversampling: float = pydantic.Field(default=1.0, ge=1)


class AlignmentSettings(Settings):
    """How a network starts from an earlier one, and when it goes on in its space.

    Attributes:
        learning_rate_share: Step size of a training that starts from an earlier network, as a share of learning_rate.
            Most of what it sees is not new: large steps would move the space more than they teach.
        smallest_cosine: Mean cosine of the shared nodes' aligned and earlier vectors below which the network spans a
            space of its own, so that embeddings, examples and rankers of the earlier space end with it. On EB-NeRD a
            ranker lost 0.1 to 0.3 points of ROC-AUC at cosines of 0.97 to 0.99, and 0.4 to 0.7 at 0.91
            (benchmarks/space_swap.py, two seeds).
    """

    learning_rate_share: float = pydantic.Field(default=0.1, gt=0, le=1)
    smallest_cosine: float = pydantic.Field(default=0.95, ge=-1, le=1)


class NetworkSettings(Settings):
    """How the network is built and trained.

    Attributes:
        encoder: A name in encoders/registry.py.
        encoder_options: What single encoders need besides.
        inputs: How nodes are described.
        loss: What is minimized.
        cold_start: How nodes of few edges are treated.
        layers: Message-passing layers.
        embedding_size: Length of the exported vectors.
        fan_out: Neighbours sampled for each relation, one number a layer, seeds' own neighbours first.
        sampler: How they are drawn.
        messages: What each edge counts.
        unit_length: Whose vectors are scaled to length one, so that dot products compare across nodes that say little
            of themselves and nodes that say much.
        disjoint_train_ratio: Share of (user, content) pairs that are supervision only (rule 3).
        held_out_share: Share of those pairs that is never trained on: the held-out pairs that the step reports on.
        negatives_per_click: Impressed-not-clicked links kept for each clicked one, of its own request with a loss over
            requests; 0 keeps all.
        epochs: Passes over the training links.
        batch_links: Links in a batch, over all processes that train together.
        learning_rate: Step size of Adam.
        scalar_rate: How many times larger the steps of single numbers are, such as scales, shrinkages and how much a
            relation counts: few clicks tell them, and what matrices learn depends on them.
        weight_decay: Decoupled weight decay of matrices towards where training starts: the untrained shape, or the
            earlier network (training/decay_to_start.py). The fewer the clicks, the more of it; the validation loss
            tells.
        initial_shrinkage: k of n / (n + k) at the start, for encoders that shrink means.
        lstm_hidden_size: Hidden units of the LSTM over a user's orders.
        threads: Threads of the arithmetic; 0 takes all cores. One by default: the operators of a batch are small, and
            threads that wait for each other on a busy machine made an epoch ten times slower.
        seed: Seed of the split, the sampler and the weights.
        training: When training stops, what survives a kill, where and how precisely it computes.
        alignment: Whether the network keeps the space of the one that it started from.
    """

    encoder: str = "contrast"
    encoder_options: EncoderSettings = EncoderSettings()
    inputs: InputSettings = InputSettings()
    loss: LossSettings = LossSettings()
    cold_start: ColdStartSettings = ColdStartSettings()
    layers: int = pydantic.Field(default=2, ge=1, le=4)
    embedding_size: int = pydantic.Field(default=64, ge=2)
    fan_out: tuple[int, ...] = (12, 6)
    sampler: SamplerSettings = SamplerSettings()
    messages: MessageSettings = MessageSettings()
    unit_length: Literal["none", "user", "user_and_content"] = "none"
    disjoint_train_ratio: float = pydantic.Field(default=0.3, gt=0, lt=1)
    held_out_share: float = pydantic.Field(default=0.2, gt=0, lt=1)
    negatives_per_click: int = pydantic.Field(default=4, ge=0)
    epochs: int = pydantic.Field(default=4, ge=0)
    batch_links: int = pydantic.Field(default=512, ge=1)
    learning_rate: float = pydantic.Field(default=0.003, gt=0)
    weight_decay: float = pydantic.Field(default=10.0, ge=0)
    scalar_rate: float = pydantic.Field(default=5.0, gt=0)
    initial_shrinkage: float = pydantic.Field(default=1.0, gt=0)
    lstm_hidden_size: int = pydantic.Field(default=32, ge=1)
    threads: int = pydantic.Field(default=1, ge=0)
    seed: int = 0
    training: TrainingSettings = TrainingSettings()
    alignment: AlignmentSettings = AlignmentSettings()

    @pydantic.model_validator(mode="after")
    def _one_fan_out_a_layer(self) -> NetworkSettings:
        if len(self.fan_out) != self.layers:
            raise ValueError(f"fan_out {self.fan_out} must have one number for each of the {self.layers} layers")
        return self

    @pydantic.model_validator(mode="after")
    def _cold_content_takes_each_edge_once(self) -> NetworkSettings:
        if self.cold_start.cold_views and self.sampler.replace:
            raise ValueError("cold content takes each of its edges once: cold_start.cold_views needs replace: false")
        return self

    @pydantic.model_validator(mode="after")
    def _heads_divide_the_vectors(self) -> NetworkSettings:
        heads = self.encoder_options.heads
        if self.encoder in ("gat", "hgt") and self.embedding_size % heads:
            raise ValueError(f"embedding_size {self.embedding_size} must be a multiple of the {heads} heads")
        return self
