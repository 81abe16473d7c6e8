"""What a scheduled run reads: decided when it starts, by the clock, the logs and the runs before it.

The clock is read here, not handed over by the server's `[[ScheduledTime]]`, which some releases of KFP 2 hand on as
these very characters. A run that starts late thus takes the newest instant, and nothing is left to catch up.
"""

from __future__ import annotations

import dataclasses
import datetime
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from components.validate_logs.log_window import LogWindow
from components.validate_logs.needed_files import needed_files
from orchestration.arguments import EXTENDED, NOTHING, TRAINED, Input, daily_arguments, refresh_arguments
from orchestration.clock import last_daily_run, last_refresh
from orchestration.configuration import RunConfiguration
from orchestration.continued_run import earlier_network, extended_artifacts, run_to_continue, trained_until
from orchestration.fingerprint import LENGTH, folder_fingerprint
from orchestration.finished_runs import RunRecord
from orchestration.scheduled.history import run_name, unpack_history
from schemas.instants import DAY, Instant, format_instant
from schemas.remote.address import is_remote, local_folder
from schemas.remote.reading import remote_fingerprint
from schemas.settings import parse_settings
from schemas.timeline import Timeline

WINDOWS_OF_HISTORY = 3
"""A run looks so many windows back for one to go on from: as long as a shop can be without a daily run."""


@dataclasses.dataclass(frozen=True)
class StartedRun:
    """A scheduled run before its first step.

    Attributes:
        arguments: Of the daily or the refresh pipeline.
        record: What it is made from.
    """

    arguments: dict[str, Any]
    record: RunRecord


@dataclasses.dataclass(frozen=True)
class Places:
    """The addresses that scheduled runs share.

    Attributes:
        logs: A folder in the log contract.
        serving: Where versions are pushed to.
        history: Where each run leaves its note.
    """

    logs: str
    serving: str
    history: str

    @property
    def nothing(self) -> Input:
        """In place of an earlier artifact where there is none: an address below which nothing lies."""
        return Input(f"{self.history.rstrip('/')}/{NOTHING.location}", NOTHING.fingerprint)


def start_daily(configuration: RunConfiguration, places: Places, now: datetime.datetime) -> StartedRun:
    """The daily run whose test days have just ended.

    Args:
        configuration: Of the run; its `as_of` gives the hour of the day at which days begin.
        places: Addresses.
        now: The clock, UTC.

    Raises:
        ContractError: The logs or the history cannot be read.
    """
    as_of = last_daily_run(configuration, now)
    configuration = configuration.model_copy(update={"as_of": format_instant(as_of)})
    timeline = configuration.timeline
    logs = _logs(places.logs, timeline)
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder:
        runs = Path(folder).resolve()
        addresses = unpack_history(places.history, configuration.name, _horizon(timeline), runs)
        found = earlier_network(runs, configuration, places.logs)
        network = places.nothing if found is None else _artifact(addresses[found])
    continued = {} if found is None else {"network": network.location}
    record = _record("daily", configuration, timeline.test_end, logs, places, continued)
    return StartedRun(daily_arguments(configuration, logs, places.serving, network), record)


def start_refresh(configuration: RunConfiguration, places: Places, now: datetime.datetime) -> StartedRun:
    """The refresh of the last instant of the grid.

    Args:
        configuration: Of the run.
        places: Addresses.
        now: The clock, UTC.

    Raises:
        ContractError: There is nothing to go on from, no row to train on, or the logs cannot be read.
    """
    newest = last_refresh(configuration, now)
    with tempfile.TemporaryDirectory(prefix="frontrow-") as folder:
        runs = Path(folder).resolve()
        since = newest - WINDOWS_OF_HISTORY * configuration.window_days * DAY
        addresses = unpack_history(places.history, configuration.name, since, runs)
        own = runs / run_name(_record("refresh", configuration, newest, NOTHING, places, {}))
        run = run_to_continue(runs, configuration, newest, own)
        earlier = {name: run.artifacts[name] for name in TRAINED}
        timeline = configuration.refresh_timeline(newest, trained_until(earlier))
        earlier |= extended_artifacts(runs, configuration, timeline, earlier["network"], own)
        inputs = {name: _artifact(addresses[path]) for name, path in earlier.items()}
    logs = _logs(places.logs, timeline)
    continued = {name: given.location for name, given in inputs.items()}
    record = _record("refresh", configuration, newest, logs, places, continued)
    inputs = {name: inputs.get(name, places.nothing) for name in (*TRAINED, *EXTENDED)}
    return StartedRun(refresh_arguments(configuration, timeline, logs, inputs, places.serving), record)


Start = Callable[[RunConfiguration, Places, datetime.datetime], StartedRun]


def start_now(start: Start, configuration: dict[str, Any], places: Places) -> dict[str, Any]:
    """Starts a run at the clock's time and tells the step's log of it.

    Args:
        start: start_daily or start_refresh.
        configuration: RunConfiguration.
        places: Addresses.

    Returns:
        The pipeline's arguments by name, and as `record` what record_run notes.

    Raises:
        ContractError: The configuration is not valid, or see `start`.
    """
    started = start(parse_settings(RunConfiguration, configuration, "argument 'configuration'"), places, utc_now())
    print(f"start: {started.record.model_dump_json(indent=2)}", flush=True)
    return started.arguments | {"record": started.record.model_dump(mode="json")}


def utc_now() -> datetime.datetime:
    """The clock."""
    return datetime.datetime.now(datetime.UTC)


def _artifact(address: str) -> Input:
    """KFP never writes twice to one address, which thus names the contents."""
    return Input(address, address)


def _logs(location: str, timeline: Timeline) -> Input:
    """The logs, their fingerprint that of the files that the run reads: the same ones let the server reuse steps."""
    if not is_remote(location):
        return Input(location, folder_fingerprint(local_folder(location)))
    needed = needed_files(LogWindow(timeline.window_start, timeline.test_end))
    return Input(location, remote_fingerprint(location, needed)[:LENGTH])


def _horizon(timeline: Timeline) -> Instant:
    return timeline.as_of - WINDOWS_OF_HISTORY * timeline.window


def _record(
    pipeline: str,
    configuration: RunConfiguration,
    newest: Instant,
    logs: Input,
    places: Places,
    continued: dict[str, str],
) -> RunRecord:
    return RunRecord(
        pipeline=pipeline,
        configuration=configuration.name,
        newest=format_instant(newest),
        logs_address=places.logs,
        logs=logs.location,
        logs_fingerprint=logs.fingerprint,
        serving=places.serving,
        continued=continued,
    )
