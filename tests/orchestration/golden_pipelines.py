"""The compiled pipelines as the repository keeps them, so that a review shows every change: `make golden` writes them.

They are compiled with `--tag golden`; the fingerprints of code, which change with every line of a step, are replaced by
the steps' names.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pipeline
from orchestration.command_line import main
from orchestration.fingerprint import PROJECT_ROOT, step_fingerprint

FOLDER = Path(__file__).parent / "golden"
PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}


def compile_golden(output: Path) -> None:
    """Compiles both pipelines of this checkout for GKE.

    Args:
        output: A folder that is not there yet.
    """
    configurations = PROJECT_ROOT / "configs"
    options = ["--config", str(configurations / "production.yaml")]
    options += ["--resources", str(configurations / "resources" / "gke.yaml"), "--tag", "golden"]
    if main(PIPELINES, ["compile", "--output", str(output), *options]) != 0:
        raise SystemExit(2)


def golden_texts(output: Path) -> dict[str, str]:
    """What compile_golden wrote, without fingerprints, by the name of the file."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(output.glob("*.yaml"))}
    for component in (PROJECT_ROOT / "components").glob("*/component.py"):
        step = component.parent.name
        fingerprint = step_fingerprint(step)
        # One of digits alone stands in quotation marks.
        texts = {
            name: text.replace(f"'{fingerprint}'", fingerprint).replace(fingerprint, f"fingerprint of {step}")
            for name, text in texts.items()
        }
    return texts


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        compile_golden(Path(folder) / "compiled")
        for file, text in golden_texts(Path(folder) / "compiled").items():
            (FOLDER / file).write_text(text, encoding="utf-8")
            print(FOLDER.relative_to(PROJECT_ROOT) / file)
