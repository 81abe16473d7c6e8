"""Runs inside an image, with nothing but Python's own modules, and prints what it finds there as JSON."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from typing import Any

TOOLS = (
    "gcc",
    "cc",
    "g++",
    "clang",
    "ld",
    "make",
    "cmake",
    "nvcc",
    "rustc",
    "go",
    "git",
    "curl",
    "wget",
    "pip",
    "pip3",
)
CACHES = ("/root/.cache", "/tmp/.cache", "/var/cache/apt", "/var/lib/apt/lists")
SECRETS = (".netrc", ".pypirc", ".git", ".git-credentials", ".env", "id_rsa", "id_ed25519", "pip.conf")
OUTSIDE = ("/proc", "/sys", "/dev", "/run")
TEMPORARY = ("/tmp", "/var/tmp", "/var/lock")
OURS = "/frontrow"
FOLDERS = ("/", "/etc", OURS, f"{OURS}/code", f"{OURS}/packages")


def everything() -> Iterator[tuple[str, os.stat_result]]:
    """Every path of the image but links with its status; what is mounted from outside is left out."""
    for folder, names, files in os.walk("/"):
        names[:] = [name for name in names if os.path.join(folder, name) not in OUTSIDE]
        for path in (os.path.join(folder, name) for name in [*names, *files]):
            status = os.lstat(path)
            if not stat.S_ISLNK(status.st_mode):
                yield path, status


def digest(path: str) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def contents() -> dict[str, Any]:
    """What the image holds, seen by root."""
    foreign, setuid, secrets, caches, code = [], [], [], [], {}
    for path, status in everything():
        ours, regular = path.startswith(OURS), stat.S_ISREG(status.st_mode)
        if ours and ((status.st_uid, status.st_gid) != (0, 0) or status.st_mode & 0o022):
            foreign.append(path)
        if status.st_mode & 0o002 and not path.startswith(TEMPORARY):
            foreign.append(path)
        if regular and status.st_mode & 0o6000:
            setuid.append(path)
        if os.path.basename(path) in SECRETS and (status.st_size or not regular):
            secrets.append(path)
        if regular and path.startswith(CACHES):
            caches.append(path)
        if regular and path.startswith(f"{OURS}/code/") and not path.endswith(".pyc"):
            code[os.path.relpath(path, f"{OURS}/code")] = digest(path)
    elsewhere = importlib.metadata.distributions(path=[part for part in sys.path if OURS not in part])
    packages = importlib.metadata.distributions(path=[f"{OURS}/packages"])
    return {
        "foreign": foreign,
        "setuid": setuid,
        "secrets": secrets,
        "caches": caches,
        "code": code,
        "tools": [tool for tool in TOOLS if shutil.which(tool)],
        "packages": {distribution.metadata["Name"]: distribution.version for distribution in packages},
        "other_packages": [distribution.metadata["Name"] for distribution in elsewhere],
    }


def imports(modules: list[str]) -> dict[str, Any]:
    """Imports each module as the image's own user."""
    failed = {}
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            failed[module] = str(error)
    large = ("torch", "tensorflow", "great_expectations")
    return {
        "user": [os.getuid(), os.getgid()],
        "failed": failed,
        "found": [name for name in large if importlib.util.find_spec(name)],
        "writable": [path for path in FOLDERS if os.access(path, os.W_OK)],
        "environment": list(os.environ),
        "folder": os.getcwd(),
    }


print(json.dumps(imports(sys.argv[2:]) if sys.argv[1] == "imports" else contents()))
