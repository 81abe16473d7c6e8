"""Which step runs in which image, read from the components."""

from __future__ import annotations

import ast
from functools import cache

from orchestration.fingerprint import PROJECT_ROOT


@cache
def image_of_step() -> dict[str, str]:
    """The image of each folder of components/ that is a step."""
    found = {}
    for path in sorted((PROJECT_ROOT / "components").glob("*/component.py")):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        images = {ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "image"}
        [found[path.parent.name]] = images
    return found


def steps_of(image: str) -> list[str]:
    """The steps that run in an image."""
    return [step for step, name in image_of_step().items() if name == image]
