"""`make locks`: every file of requirements/ from pyproject.toml's groups.

The development lock is resolved first and keeps the versions that it has, unless an upgrade is asked for. The images'
locks are resolved under its versions, so that an image runs what the tests ran.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
from pathlib import Path

from images.lock_files import (
    BASE,
    DEVELOPMENT_LOCK,
    TORCH_LOCKS,
    LockedPackage,
    fingerprint,
    image_groups,
    lock_groups,
    lock_text,
    parse_lock,
    read_lock,
    read_project,
)
from schemas.errors import ContractError

NOTES = {
    DEVELOPMENT_LOCK: [
        "Every package of a development machine, at the versions that the project is tested with.",
        "Installed without dependency resolution, because tensorflow-serving-api asks for `tensorflow`, whose part",
        "tensorflow-cpu plays. Written by `make locks`.",
    ],
    TORCH_LOCKS["cpu"]: ["torch's build for CPU. Written by `make locks`."],
    TORCH_LOCKS["cuda"]: ["torch's build for CUDA, with what it alone needs. Written by `make locks`."],
}
PLATFORM = ["--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28"]
TORCH = "torch"


@dataclasses.dataclass(frozen=True)
class Resolver:
    """uv, asked about one project.

    Attributes:
        uv: The program.
        root: The project's root.
    """

    uv: str
    root: Path

    def resolve(
        self, groups: list[str], pinned: dict[str, LockedPackage], links: str | None
    ) -> dict[str, LockedPackage]:
        """What an installation of these groups holds.

        Args:
            groups: Of pyproject.toml.
            pinned: Versions to keep.
            links: A folder or a page with torch's wheels for CPU; None for the package index's CUDA build.

        Raises:
            ContractError: The requirements contradict each other, or a package cannot be found.
        """
        with tempfile.TemporaryDirectory() as folder:
            constraints = Path(folder) / "constraints.txt"
            constraints.write_text("".join(f"{one.name}=={one.version}\n" for one in pinned.values()), encoding="utf-8")
            command = [self.uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--generate-hashes"]
            command += [*PLATFORM, "--constraint", str(constraints)]
            command += [part for group in groups for part in ("--extra", group)]
            command += ["--find-links", links] if links else []
            done = subprocess.run(
                [*command, "pyproject.toml"], cwd=self.root, capture_output=True, text=True, check=False
            )
        if done.returncode != 0:
            raise ContractError(f"{self.root / 'pyproject.toml'}: groups {groups}: {done.stderr.strip()}")
        return parse_lock(done.stdout)


def refresh_locks(root: Path, uv: str, torch_cpu_wheels: str, upgrade: bool) -> None:
    """Writes every lock.

    Args:
        root: The project's root.
        uv: The program that resolves.
        torch_cpu_wheels: A folder or a page with torch's wheels for CPU.
        upgrade: Whether to take the newest versions that pyproject.toml allows; else those of the development lock.

    Raises:
        ContractError: The requirements cannot be resolved, or the CPU build of torch is not where it should be.
    """
    project, resolver, folder = read_project(root), Resolver(uv, root), root / "requirements"
    groups, images = lock_groups(project), image_groups(project)
    kept = {} if upgrade else read_lock(folder / DEVELOPMENT_LOCK)
    development = any_build(resolver.resolve(groups[DEVELOPMENT_LOCK], kept, torch_cpu_wheels))
    found = {image: resolver.resolve(images[image], development, torch_cpu_wheels) for image in images}
    cuda = resolver.resolve(images["gnn"], development, None)
    if found["gnn"][TORCH].version == cuda[TORCH].version:
        raise ContractError(f"{torch_cpu_wheels}: holds no CPU build of torch {development[TORCH].version}")

    locks = {DEVELOPMENT_LOCK: {name: dataclasses.replace(one, hashes=()) for name, one in development.items()}}
    locks[f"{BASE}.lock"] = found[BASE]
    for image in sorted(set(images) - {BASE}):
        locks[f"{image}.lock"] = beyond(found[image], found[BASE])
    locks[TORCH_LOCKS["cpu"]] = {TORCH: locks["gnn.lock"].pop(TORCH)}
    locks[TORCH_LOCKS["cuda"]] = {TORCH: cuda[TORCH], **beyond(cuda, found["gnn"])}
    for name, packages in locks.items():
        note = NOTES.get(name, [f"What images/{Path(name).stem} installs. Written by `make locks`."])
        (folder / name).write_text(lock_text(packages, note, fingerprint(project, groups[name])), encoding="utf-8")
        print(f"{folder / name}: {len(packages)} packages")


def beyond(packages: dict[str, LockedPackage], others: dict[str, LockedPackage]) -> dict[str, LockedPackage]:
    """Those that the others lack."""
    return {name: package for name, package in packages.items() if name not in others}


def any_build(packages: dict[str, LockedPackage]) -> dict[str, LockedPackage]:
    """The same under versions that do not say for which processor."""
    return {
        name: dataclasses.replace(package, version=package.version.partition("+")[0])
        for name, package in packages.items()
    }


def main(arguments: list[str]) -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uv", default="uv", help="the program that resolves (default: %(default)s)")
    parser.add_argument("--torch-cpu-wheels", required=True, help="folder or page that lists torch's wheels for CPU")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    given = parser.parse_args(arguments)
    try:
        refresh_locks(Path(__file__).resolve().parent.parent, given.uv, given.torch_cpu_wheels, given.upgrade)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
