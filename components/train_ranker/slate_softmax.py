"""The slate softmax: which candidates of its request does a user click?

Source: Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007, section 4.2 (the top-one
probability of ListNet), with the clicks of a request as its targets.
"""

from __future__ import annotations

import tensorflow

from components.train_ranker.slate_features import request_of_candidate


def slate_softmax_loss(
    logits: tensorflow.Tensor, clicked: tensorflow.Tensor, counts: tensorflow.Tensor
) -> tensorflow.Tensor:
    r"""$-\frac{1}{M} \sum_{i\,clicked} \log \frac{e^{z_i}}{\sum_{j \in slate(i)} e^{z_j}}$.

    Requests without a click say nothing. Divided by the candidates, as the log loss is, so that the two can be added.

    Args:
        logits: Of the candidates of all requests, one after the other [M, 1].
        clicked: 0 or 1 [M, 1].
        counts: Candidates of each request, int64 [B].

    Returns:
        [].
    """
    flat, labels = logits[:, 0], tensorflow.cast(clicked[:, 0], logits.dtype)
    request, requests = request_of_candidate(counts), tensorflow.size(counts)
    # Slates without a candidate get the smallest number as their largest, which nothing is gathered from.
    largest = tensorflow.math.unsorted_segment_max(flat, request, requests)
    shifted = flat - tensorflow.gather(largest, request)
    total = tensorflow.math.unsorted_segment_sum(tensorflow.exp(shifted), request, requests)
    surprise = tensorflow.math.log(tensorflow.gather(total, request)) - shifted  # [M]
    return tensorflow.reduce_sum(labels * surprise) / tensorflow.cast(tensorflow.size(flat), logits.dtype)
