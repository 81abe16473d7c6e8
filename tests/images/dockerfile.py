"""Dockerfiles as tests read them."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from orchestration.fingerprint import PROJECT_ROOT


@dataclasses.dataclass(frozen=True)
class Instruction:
    """One instruction: `COPY` and what follows it."""

    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """What follows, without options."""
        return [word for word in self.rest.split() if not word.startswith("--")]


def instructions(path: Path) -> list[Instruction]:
    """Every instruction in order."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    parts = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
    return [Instruction(part[0], part[1] if len(part) > 1 else "") for part in parts]


def image_instructions(image: str) -> list[Instruction]:
    """Those of images/<image>/Dockerfile."""
    return instructions(PROJECT_ROOT / "images" / image / "Dockerfile")


def final_stage(image: str) -> list[Instruction]:
    """Those of the stage that becomes the image, its FROM first."""
    found = image_instructions(image)
    last = max(index for index, instruction in enumerate(found) if instruction.name == "FROM")
    return found[last:]
