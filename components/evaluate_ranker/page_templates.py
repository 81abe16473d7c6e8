"""How the templates of report pages are read: strictly, escaped, and with the numbers' own formats as filters."""

from __future__ import annotations

from pathlib import Path

import jinja2

from components.evaluate_ranker import number_text

TEMPLATES = Path(__file__).parent / "templates"
FILTERS = (
    "decimal",
    "signed",
    "whole",
    "with_interval",
    "value_with_interval",
    "interval",
    "percent",
    "share",
    "compact_count",
    "duration",
    "words",
)


def page_environment(*folders: Path) -> jinja2.Environment:
    """Templates of some folders, the first that has one of a name.

    Args:
        folders: Where templates and what they include lie.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update({name: getattr(number_text, name) for name in FILTERS})
    return environment
