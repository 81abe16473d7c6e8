"""Matrix factorization by Bayesian personalized ranking (Rendle et al., UAI 2009): ids alone, never refreshed."""

from __future__ import annotations

import sys

import numpy
import pyarrow.compute
import torch
from tqdm import tqdm

from benchmarks.networks.dot_products import dot_products
from benchmarks.networks.finished_run import FinishedRun
from components.train_gnn.supervision import CLICKS, VIEWS, Links, impressed_links
from schemas.graph_artifact import FloatArray, GraphArtifact, IntArray
from schemas.instants import Instant

SIZE, EPOCHS, BATCH_PAIRS = 64, 20, 4096
LEARNING_RATE, REGULARIZATION = 0.01, 1e-4


class MatrixFactorization:
    """Factors of the users and contents of the training days; later ones score 0.

    Args:
        run: The finished run.
        seed: Of starts and pairs.
    """

    def __init__(self, run: FinishedRun, seed: int) -> None:
        train = run.train_graph
        links = impressed_links(train.edges(VIEWS), train.edges(CLICKS))
        links = links.select(links.time < run.network_end)
        counts = {kind: train.nodes(kind).num_rows for kind in ("user", "content")}
        self._users, self._contents = factorize(links, counts["user"], counts["content"], seed)
        self._user_index, self._content_index = (
            _trained_index(train, run.replay_graph, kind) for kind in ("user", "content")
        )

    def scores_at(self, instant: Instant, user: IntArray, content: IntArray) -> FloatArray:
        """See Scorer; the factors are the same at every instant."""
        del instant
        return dot_products(self._users, self._contents, self._user_index[user], self._content_index[content])


def factorize(links: Links, users: int, contents: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Trains factors on pairs of a clicked and an unclicked link of the same user.

    Args:
        links: Impressed links, clicked or not.
        users: Number of users.
        contents: Number of contents.
        seed: Of starts and pairs.

    Returns:
        Factors [users, size] and [contents, size].
    """
    generator = torch.Generator().manual_seed(seed)
    user_factors, content_factors = (
        torch.nn.Parameter(0.1 * torch.randn(count, SIZE, generator=generator)) for count in (users, contents)
    )
    optimizer = torch.optim.Adam([user_factors, content_factors], lr=LEARNING_RATE)
    clicked, unclicked = (links.select(numpy.flatnonzero(links.label == label)) for label in (1, 0))
    unclicked = unclicked.select(numpy.argsort(unclicked.user, kind="stable"))
    unclicked_of = numpy.bincount(unclicked.user, minlength=users)  # [users]
    clicked = clicked.select(unclicked_of[clicked.user] > 0)
    user, wanted = torch.from_numpy(clicked.user), torch.from_numpy(clicked.content)
    count = torch.from_numpy(unclicked_of)[user]
    first = torch.from_numpy(numpy.cumsum(unclicked_of) - unclicked_of)[user]
    others = torch.from_numpy(unclicked.content)
    for _ in tqdm(range(EPOCHS), desc="matrix factorization", file=sys.stderr, mininterval=5):
        for part in torch.split(torch.randperm(len(user), generator=generator), BATCH_PAIRS):
            draw = (torch.rand(len(part), generator=generator) * count[part]).long()
            of_user = user_factors[user[part]]
            better, worse = content_factors[wanted[part]], content_factors[others[first[part] + draw]]
            loss = -torch.nn.functional.logsigmoid((of_user * (better - worse)).sum(dim=1)).mean()
            size = of_user.square().sum(dim=1) + better.square().sum(dim=1) + worse.square().sum(dim=1)
            optimizer.zero_grad()
            (loss + REGULARIZATION * size.mean()).backward()  # type: ignore[no-untyped-call]  # torch has no annotation
            optimizer.step()
    return user_factors.detach().numpy(), content_factors.detach().numpy()


def _trained_index(train: GraphArtifact, replay: GraphArtifact, kind: str) -> IntArray:
    """Where each replayed node is among the trained ones, -1 for later ones; the last element is for unknown nodes."""
    trained, replayed = (graph.nodes(kind)["id"].combine_chunks() for graph in (train, replay))
    found = pyarrow.compute.index_in(replayed, value_set=trained).fill_null(-1).to_numpy()
    return numpy.append(found, -1).astype(numpy.int64)
