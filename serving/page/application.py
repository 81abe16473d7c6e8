"""The page as a web application: one address, `/?user=<id>&diversity=<0 to 1>`."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from pathlib import Path

import jinja2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from schemas.instants import DAY, HOUR, Instant, as_datetime
from serving.client import RankingClient
from serving.page.contents import UNKNOWN, Content
from serving.page.ranked_pages import PagePair, SilentRankerError, page_pair
from serving.page.shoppers import Shopper, Shoppers

TEMPLATES = Path(__file__).parent / "templates"
KEPT_PAGES = 256


def application(
    served: RankingClient, plain: RankingClient, shoppers: Shoppers, contents: Mapping[str, Content]
) -> Starlette:
    """Makes the application.

    Args:
        served: Of the served ranker.
        plain: Of the ranker without the graph.
        shoppers: Who can be chosen.
        contents: Facts by content id.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(percent=_percent, points=_points, moment=_moment)
    environment.globals.update(content=lambda content_id: contents.get(content_id, UNKNOWN), ago=_ago)
    templates = Jinja2Templates(env=environment)

    # A page asks the ranker once for each recent order; who comes back to it waits no second time.
    @functools.lru_cache(KEPT_PAGES)
    def pages_of(user: str, diversity: float) -> PagePair:
        return page_pair(served, plain, shoppers.by_user[user], diversity)

    def answer(request: Request, status: int, *, user: str, diversity: float, problem: str | None = None) -> Response:
        shopper = shoppers.by_user.get(user)
        pages: PagePair | None = None
        if problem is None and shopper is not None:
            try:
                pages = pages_of(user, diversity)
            except SilentRankerError as error:
                status, problem = 503, str(error)
        values = {
            "users": list(shoppers.by_user),
            "user": user,
            "shopper": shopper,
            "diversity": diversity,
            "pages": pages,
            "problem": problem,
            "clicks": _clicks(shopper),
        }
        return templates.TemplateResponse(request, "page.html.j2", values, status_code=status)

    def page(request: Request) -> Response:
        user = request.query_params.get("user", next(iter(shoppers.by_user)))
        written = request.query_params.get("diversity", "0")
        try:
            diversity = float(written)
        except ValueError:
            diversity = -1.0
        if not 0 <= diversity <= 1:
            problem = f"diversity is '{written}'; it is a number between 0 and 1"
            return answer(request, 400, user=user, diversity=0.0, problem=problem)
        if user not in shoppers.by_user:
            problem = f"user '{user}' is none of the {len(shoppers.by_user)} that this page can be shown for"
            return answer(request, 404, user=user, diversity=diversity, problem=problem)
        return answer(request, 200, user=user, diversity=diversity)

    # A function that is no coroutine runs in a thread of its own: rankers are asked without blocking other visitors.
    return Starlette(routes=[Route("/", page)])


def _clicks(shopper: Shopper | None) -> list[tuple[str, Instant]]:
    """Contents that the user clicked before the request, the newest first."""
    if shopper is None:
        return []
    visitor = shopper.visitor
    pairs = zip(visitor.clicked_content_ids, visitor.clicked_times, strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(change: float) -> str:
    """Percentage points with their sign."""
    return f"{100 * change:+.2f}"


def _moment(instant: Instant) -> str:
    return as_datetime(instant).astimezone(datetime.UTC).strftime("%A, %d %B %Y, %H:%M UTC")


def _ago(instant: Instant, now: Instant) -> str:
    """How long before, in the unit that one would say it in."""
    hours = (now - instant) // HOUR
    if hours < 48:
        return "less than an hour before" if hours < 1 else f"{hours} h before"
    return f"{(now - instant) // DAY} days before"
