"""Remote logs for a local run, as a mirror: KFP gives a step /gcs/<bucket>, a mount that this machine does not have."""

from __future__ import annotations

from pathlib import Path

from components.validate_logs.log_window import LogWindow
from components.validate_logs.needed_files import needed_files
from orchestration.arguments import Input
from orchestration.fingerprint import LENGTH
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.remote.listing import remote_listing
from schemas.remote.transfer import download_files
from schemas.timeline import Timeline

TRUTH = "truth/"
"""A simulated shop's folder beside its tables, laid out as they are; the report compares with it."""


def mirror_logs(location: str, timeline: Timeline, runs: Path) -> Input:
    """Copies what a run reads of a remote log folder, once for the same objects.

    Args:
        location: gs://<bucket>/<prefix>, a folder in the log contract.
        timeline: Of the run: other days are left out, their folders empty.
        runs: Mirrors are kept in its folder `logs`.

    Returns:
        The mirror, and the fingerprint of the remote objects that it copies.

    Raises:
        ContractError: The location holds no log file of the run, or cannot be read.
    """
    window = LogWindow(timeline.window_start, timeline.test_end)
    needed = needed_files(window)
    with remote_listing(location, lambda path: needed(path.removeprefix(TRUTH))) as listing:
        if not listing.files:
            raise ContractError(
                f"{listing.folder.url}: none of its objects is a log file of {window.describe()}; "
                "name a folder in the log contract (schemas/logs)"
            )
        fingerprint = listing.fingerprint[:LENGTH]
        target = runs / "logs" / f"mirror-{fingerprint}"
        if target.is_dir():
            print(f"logs: reusing {target}, the mirror of {listing.folder.url}", flush=True)
        else:
            print(f"logs: mirroring {listing.folder.url} in {target}", flush=True)
            with whole_folder(target) as folder:
                download_files(listing, folder)
    return Input(str(target.resolve()), fingerprint)
