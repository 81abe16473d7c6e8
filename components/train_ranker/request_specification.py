"""What a `rank` request carries."""

from __future__ import annotations

import tensorflow

from components.train_ranker.input_features import USER_EMBEDDING


def request_specification() -> dict[str, tensorflow.TensorSpec]:
    """Names, shapes and types of what a `rank` request carries.

    - user_embedding float32 and its space: from the feature store. Of any length, since the caller cannot know that
      of a version which has just been promoted; a vector of another space or length counts as none.
    - recent_order_article_ids [K]: newest last; the last 25 are read.
    - viewed_content_ids and viewed_times [V], clicked_content_ids and clicked_times [C]: the user's own impressions
      and clicks of at least the last 7 days, in any order, UTC microseconds.
    - timestamp and device: of this request.
    - content_ids [N]: the candidates.
    """
    ids, instants = ([None], tensorflow.string), ([None], tensorflow.int64)
    shapes = {
        USER_EMBEDDING: ([None], tensorflow.float32),
        "space": ([], tensorflow.string),
        "recent_order_article_ids": ids,
        "viewed_content_ids": ids,
        "viewed_times": instants,
        "clicked_content_ids": ids,
        "clicked_times": instants,
        "timestamp": ([], tensorflow.int64),
        "device": ([], tensorflow.string),
        "content_ids": ids,
    }
    return {name: tensorflow.TensorSpec(shape, kind, name) for name, (shape, kind) in shapes.items()}
