"""A project of three steps in a chain and one beside it, wired and run as the real ones are."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

from orchestration.fingerprint import PROJECT_ROOT

WORK = """
from pathlib import Path

from schemas.errors import ContractError


def work(source: Path, output: Path, settings: dict) -> None:
    texts = [path.read_text() for path in sorted(source.rglob("*")) if path.is_file()]
    if any("refuse" in text for text in texts):
        raise ContractError(f"{source}: holds a row to refuse; take it out")
    if any("crash" in text for text in texts):
        raise ValueError("unforeseen")
    output.mkdir(parents=True)
    (output / "out.txt").write_text(" ".join(texts) + str(settings))
"""

COMPONENT = """
from kfp import dsl


@dsl.component(base_image="frontrow/data:development", install_kfp_package=False)
def {step}(source: dsl.Input[dsl.Dataset], settings: dict, fingerprint: str, output: dsl.Output[dsl.Dataset]) -> None:
    from pathlib import Path

    from small_steps.{step}.work import work
    from schemas.step_report import step_report

    with step_report("{step}") as report:
        work(Path(source.path), Path(output.path), settings)
    output.metadata.update(report.metadata())
    output.metadata.update(fingerprint=fingerprint)
"""

PIPELINE = """
import json
import sys
from pathlib import Path
from typing import NamedTuple

from kfp import dsl
from orchestration.command_line import exit_code_of
from orchestration.fingerprint import code_fingerprint, folder_fingerprint
from orchestration.local_run import run_locally
from small_steps.aside.component import aside
from small_steps.first.component import first
from small_steps.second.component import second
from small_steps.third.component import third

ROOT = Path(__file__).parent


def code(step):
    return code_fingerprint(f"small_steps.{step}.component", ROOT)


class Artifacts(NamedTuple):
    third: dsl.Dataset
    aside: dsl.Dataset


@dsl.pipeline(name="small")
def small(logs: str, logs_fingerprint: str, one: dict, two: dict, three: dict) -> Artifacts:
    source = dsl.importer(artifact_uri=logs, artifact_class=dsl.Dataset, metadata={"fingerprint": logs_fingerprint})
    begun = first(source=source.output, settings=one, fingerprint=code("first")).outputs["output"]
    aside_task = aside(source=begun, settings={}, fingerprint=code("aside")).set_display_name("beside (the chain)")
    middle = second(source=begun, settings=two, fingerprint=code("second")).outputs["output"]
    ended = third(source=middle, settings=three, fingerprint=code("third")).outputs["output"]
    return Artifacts(third=ended, aside=aside_task.outputs["output"])


def run():
    settings = json.loads((ROOT / "settings.json").read_text())
    logs = ROOT / "logs"
    outputs = run_locally(small, {"logs": str(logs), "logs_fingerprint": folder_fingerprint(logs), **settings}, ROOT)
    print("RESULT", (Path(outputs["third"].path) / "out.txt").read_text())


if __name__ == "__main__":
    sys.exit(exit_code_of(run))
"""

STEPS = ("first", "second", "third", "aside")


@dataclasses.dataclass(frozen=True)
class Finished:
    """What a run of the small project showed."""

    code: int
    output: str
    errors: str

    @property
    def ran(self) -> set[str]:
        """Titles of the steps that did work."""
        return set(re.findall(r"^\[\d/4\] (.+): running$", self.output, re.MULTILINE))

    @property
    def reused(self) -> set[str]:
        """Titles of the steps that came from the cache."""
        return set(re.findall(r"^\[\d/4\] (.+): reused from the cache$", self.output, re.MULTILINE))


def write_small_project(root: Path) -> None:
    """Writes the project's sources, settings and logs."""
    files = {"pipeline.py": PIPELINE, "small_steps/__init__.py": "", "logs/day=1/rows.txt": "row"}
    for step in STEPS:
        folder = f"small_steps/{step}"
        files |= {f"{folder}/__init__.py": "", f"{folder}/component.py": COMPONENT.format(step=step)}
        files |= {f"{folder}/work.py": WORK}
    files["settings.json"] = '{"one": {"rate": 1}, "two": {"rate": 2.5, "names": ["a"]}, "three": {"flag": true}}'
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def run_small_project(root: Path) -> Finished:
    """Runs its pipeline in a process of its own, from another folder."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(PROJECT_ROOT)])}
    command = [sys.executable, str(root / "pipeline.py")]
    done = subprocess.run(command, env=environment, cwd=root.parent, capture_output=True, text=True, check=False)
    return Finished(done.returncode, done.stdout, done.stderr)
