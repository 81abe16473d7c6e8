"""A simulated fashion shop as a log folder: `python -m sources.simulator --output <folder>`.

The folder holds the tables of the log contract and, apart from them, the truth: for each impression the probability
of its click (`truth/impressions/day=.../`), and the best possible ROC-AUC of the last day (`truth/summary.json`).
What the world is like, and why, stands in `sources/simulated_shop/settings.py`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, NoReturn

import tqdm

from components.command_line import exit_code_of
from schemas.folders import whole_folder
from schemas.instants import format_instant
from schemas.settings import parse_settings, read_settings_section
from sources.log_writer import require_replaceable
from sources.simulated_shop.daily_files import DailyFiles
from sources.simulated_shop.facts import RunFacts
from sources.simulated_shop.log_tables import write_tables
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World

OPTIONS: dict[str, type] = {
    "seed": int,
    "first_day": str,
    "days": int,
    "impressions": int,
    "users": int,
    "contents": int,
    "articles": int,
    "brands": int,
    "clicks": str,
}
"""The settings that the command line can set without a file."""


def simulate(*, output: Path, settings: SimulatorSettings) -> None:
    """Writes the logs of a simulated shop; the same settings give the same bytes.

    Args:
        output: The log folder; replaced as a whole.
        settings: Size, seed and truth of the shop.

    Raises:
        ContractError: `output` holds something else than logs; it is left alone.
    """
    require_replaceable(output)
    world = World(settings)
    facts = RunFacts(settings, world.contents)
    with whole_folder(output) as folder:
        write_tables(folder, world)
        with DailyFiles(folder, world) as files, _progress(settings) as progress:
            for period in world.periods():
                files.write(period)
                facts.add(period)
                progress.update(len(period.clicked))
        text = json.dumps(facts.summary(), indent=2)
        (folder / "truth" / "summary.json").write_text(text + "\n", encoding="utf-8")


def _progress(settings: SimulatorSettings) -> tqdm.tqdm[NoReturn]:
    return tqdm.tqdm(total=settings.impressions, desc="simulate", unit=" impressions", unit_scale=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sources.simulator", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="the log folder to write")
    parser.add_argument("--config", type=Path, help="a run's YAML file; its section 'simulator' is read")
    for name, kind in OPTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=f"overrides '{name}'")
    given = parser.parse_args(arguments)

    def run() -> None:
        settings = SimulatorSettings()
        if given.config is not None:
            settings = read_settings_section(SimulatorSettings, given.config, "simulator")
        values: dict[str, Any] = {name: getattr(given, name) for name in OPTIONS if getattr(given, name) is not None}
        settings = parse_settings(
            SimulatorSettings, {**settings.model_dump(exclude_unset=True), **values}, "command line"
        )
        simulate(output=given.output, settings=settings)
        print(f"{given.output}: logs from {format_instant(settings.start)} to {format_instant(settings.end)}")

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
