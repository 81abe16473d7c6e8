"""The pages that a ranker would fill: the best contents of all that are visible, for each of some requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy
import numpy.typing
import tensorflow
from tqdm import tqdm

from components.evaluate_ranker.catalogue import Catalogue
from components.evaluate_ranker.metrics import IntArray
from components.evaluate_ranker.page_requests import PageRequest
from components.train_ranker.signatures import OUTPUT

SIGNATURE = "rank"
EMPTY = -1

Scores = Callable[[PageRequest, IntArray], numpy.typing.NDArray[numpy.float32]]
"""From a request and the rows of the visible contents [N] to a score of each [N]."""


def model_scores(saved_model: Path, catalogue: Catalogue) -> Scores | None:
    """Scores of an exported ranker; None where it cannot answer SIGNATURE.

    Args:
        saved_model: The export.
        catalogue: Whose contents it is asked for.
    """
    model = tensorflow.saved_model.load(str(saved_model))
    if SIGNATURE not in model.signatures:
        return None
    encoded = tensorflow.constant(catalogue.ids)

    def scores(request: PageRequest, visible: IntArray) -> numpy.typing.NDArray[numpy.float32]:
        # The signature does not keep its model alive.
        answer = model.signatures[SIGNATURE](**request.inputs, content_ids=tensorflow.gather(encoded, visible))
        found: numpy.typing.NDArray[numpy.float32] = answer[OUTPUT].numpy()
        return found

    return scores


def ranked_pages(
    scores: Scores, requests: Sequence[PageRequest], catalogue: Catalogue, length: int, title: str
) -> IntArray:
    """The pages.

    Args:
        scores: Who ranks.
        requests: For whom.
        catalogue: The contents.
        length: Contents of a page.
        title: Of the progress bar.

    Returns:
        Rows of the catalogue, the best first, EMPTY where fewer are visible [requests, length].
    """
    pages = numpy.full((len(requests), length), EMPTY)
    for number, request in enumerate(tqdm(requests, desc=f"pages {title}", unit="page")):
        visible = numpy.flatnonzero(catalogue.visible_from <= request.timestamp)
        best = visible[numpy.argsort(-scores(request, visible), kind="stable")[:length]]
        pages[number, : len(best)] = best
    return pages
