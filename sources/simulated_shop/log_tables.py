"""Writes what is known of a world from the start: articles, contents, orders and follows."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow

from sources.log_writer import contract_table, numbered_ids, ragged_lists, write_daily_table, write_whole_table
from sources.simulated_shop.contents import KINDS
from sources.simulated_shop.world import World


def user_ids(world: World) -> pyarrow.Array:
    """Ids of users by index."""
    return numbered_ids("u", world.settings.users)


def content_ids(world: World) -> pyarrow.Array:
    """Ids of contents by index, oldest first."""
    return numbered_ids("c", world.settings.contents)


def write_tables(logs: Path, world: World) -> None:
    """Writes every table but the impressions; users without attributes need none.

    Args:
        logs: The log folder.
        world: The shop.
    """
    article_ids, brand_ids = numbered_ids("a", world.settings.articles), numbered_ids("b", world.settings.brands)
    catalogue, contents = world.catalogue, world.contents
    embedding_size = numpy.full(len(article_ids), catalogue.embeddings.shape[1])
    articles = {
        "article_id": article_ids,
        "brand_id": brand_ids.take(pyarrow.array(catalogue.article_brands)),
        "embedding": ragged_lists(pyarrow.array(catalogue.embeddings.ravel()), embedding_size),
    }
    write_whole_table(logs, contract_table("articles", articles), "articles")
    has_brand = contents.brands >= 0
    brands = brand_ids.take(pyarrow.array(contents.brands[has_brand]))
    content_columns = {
        "content_id": content_ids(world),
        "kind": pyarrow.array(KINDS).take(pyarrow.array(contents.kind)),
        "published_at": contents.published_at,
        "article_ids": ragged_lists(article_ids.take(pyarrow.array(contents.articles)), contents.lengths),
        "brand_ids": ragged_lists(brands, has_brand.sum(axis=1)),
    }
    write_whole_table(logs, contract_table("contents", content_columns), "contents")
    for name, choices, column, ids in (
        ("orders", world.orders, "article_id", article_ids),
        ("follows", world.follows, "brand_id", brand_ids),
    ):
        columns = {
            "user_id": user_ids(world).take(pyarrow.array(choices.user)),
            column: ids.take(pyarrow.array(choices.chosen)),
            "timestamp": choices.time,
        }
        write_daily_table(logs, contract_table(name, columns), name)
