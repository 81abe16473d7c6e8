"""Who asks: what the page knows of a user at the moment of a request, and the limits of a request."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

MOST_CANDIDATES = 10_000
MOST_EVENTS = 10_000
LONGEST_ID = 256


@dataclasses.dataclass(frozen=True)
class Visitor:
    """A user at a request.

    Attributes:
        user_id: The user; "" for somebody unknown.
        device: As the logs call it, for example `phone`.
        recent_order_article_ids: What they bought, newest last; the last 25 count.
        viewed_content_ids: Contents that they saw in the last 7 days at least, in any order.
        viewed_times: When, UTC microseconds since 1970, as many.
        clicked_content_ids: Those that they clicked.
        clicked_times: When, as many.
    """

    user_id: str
    device: str = ""
    recent_order_article_ids: Sequence[str] = ()
    viewed_content_ids: Sequence[str] = ()
    viewed_times: Sequence[int] = ()
    clicked_content_ids: Sequence[str] = ()
    clicked_times: Sequence[int] = ()

    def __post_init__(self) -> None:
        """Checks what can be checked before anything is sent.

        Raises:
            ValueError: Lengths differ, there are too many events, or an id is too long; the message names the value.
        """
        for name in ("viewed", "clicked"):
            ids, times = getattr(self, f"{name}_content_ids"), getattr(self, f"{name}_times")
            if len(ids) != len(times):
                raise ValueError(f"{name}_content_ids has {len(ids)} values and {name}_times {len(times)}")
            require_ids(f"{name}_content_ids", ids, MOST_EVENTS)
        require_ids("recent_order_article_ids", self.recent_order_article_ids, MOST_EVENTS)
        require_ids("user_id", [self.user_id], 1)
        require_ids("device", [self.device], 1)


def require_ids(name: str, ids: Sequence[str], most: int) -> None:
    """Checks ids.

    Raises:
        ValueError: There are more than `most`, or one is no text or longer than LONGEST_ID.
    """
    if len(ids) > most:
        raise ValueError(f"{name} has {len(ids):,} values; at most {most:,} are allowed")
    # All at once; only where something is wrong, one after the other to say what.
    if set(map(type, ids)) <= {str} and max(map(len, ids), default=0) <= LONGEST_ID:
        return
    for position, value in enumerate(ids):
        if not isinstance(value, str):
            raise ValueError(f"{name}[{position}] is {value!r}, which is no text")
        if len(value) > LONGEST_ID:
            raise ValueError(f"{name}[{position}] has {len(value):,} characters; at most {LONGEST_ID} are allowed")
