"""In-batch negatives: contents of other links of the batch, corrected for their popularity."""

from __future__ import annotations

import numpy
import numpy.typing

from components.train_gnn.supervision import Links, pair_key
from schemas.graph_artifact import FloatArray, IntArray
from schemas.time_search import first_not_before


class InBatchNegatives:
    r"""Which contents of a batch a clicked link may be set against, and how often each turns up there.

    A popular content is a negative more often than others, which would press its score down for its popularity alone.
    The correction (Yi et al. 2019, "Sampling-bias-corrected neural modeling for large corpus item recommendations",
    section 3) takes the logarithm of the chance of meeting it from every score, :math:`s - \ln p`. Nothing younger than
    the link enters (rule 4): others are contents shown no later, and p is the content's share of the epoch's links up
    to the link's time, which is the chance that one of those is of this content.

    A pair of user and content that was shown at all, at any time of the training days, is no negative: it could be
    clicked, be held out (whether it is shown must not tell its label), or carry messages that tell its label.

    Args:
        links: The links of the epoch.
        shown: Sorted keys of all pairs that were shown before the end of the training days [pairs].
        contents: Number of content nodes.
    """

    def __init__(self, links: Links, shown: IntArray, contents: int) -> None:
        self.shown, self.contents = shown, contents
        self.times = numpy.sort(links.time)
        self.time = links.time[numpy.lexsort((links.time, links.content))]
        self.first = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(links.content, minlength=contents))])

    def allowed(
        self, user: IntArray, instant: IntArray, content: IntArray, time: IntArray
    ) -> numpy.typing.NDArray[numpy.bool_]:
        """Which contents each clicked link may be set against.

        Args:
            user: Of the clicked links [clicks].
            instant: When they were shown, microseconds [clicks].
            content: Of the links of the batch [links].
            time: When they were shown, microseconds [links].

        Returns:
            [clicks, links].
        """
        key = pair_key(user[:, None], content[None, :], self.contents)
        place = numpy.searchsorted(self.shown, key)
        known = self.shown[numpy.minimum(place, len(self.shown) - 1)] == key
        result: numpy.typing.NDArray[numpy.bool_] = (time[None, :] <= instant[:, None]) & ~known
        return result

    def log_share(self, content: IntArray, instant: IntArray) -> FloatArray:
        """Logarithms of contents' shares of the epoch's links up to instants.

        Args:
            content: Node indices, of the shape of the instants or one that they are stretched to.
            instant: Microseconds, likewise.

        Returns:
            float32; a content without a link so far counts as if it had one.
        """
        content, instant = numpy.broadcast_arrays(content, instant)
        start = self.first[content].ravel()
        stop = first_not_before(self.time, start, self.first[content + 1].ravel(), instant.ravel() + 1)
        count = numpy.maximum(stop - start, 1).reshape(content.shape)
        links = numpy.maximum(numpy.searchsorted(self.times, instant, side="right"), 1)
        result: FloatArray = (numpy.log(count) - numpy.log(links)).astype(numpy.float32)
        return result
