"""Which step runs in which image, read from the components."""

from __future__ import annotations

import ast
from functools import cache

from orchestration.fingerprint import PROJECT_ROOT


@cache
def image_of_component() -> dict[str, str]:
    """The image of each module that holds components: the steps', and the first and last step of scheduled runs."""
    found = {}
    for pattern in ("components/*/component.py", "orchestration/*/component.py"):
        for path in sorted(PROJECT_ROOT.glob(pattern)):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
            images = {ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "image"}
            [found[".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)]] = images
    return found


def components_of(image: str) -> list[str]:
    """The modules whose components run in an image."""
    return [module for module, name in image_of_component().items() if name == image]


def modules_of(image: str) -> list[str]:
    """What an image must be able to import: its components, and the commands of its steps."""
    modules = components_of(image)
    commands = [module.removesuffix("component") + "__main__" for module in modules if module.startswith("components.")]
    return modules + commands
