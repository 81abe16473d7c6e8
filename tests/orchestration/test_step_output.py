"""What a run shows: every line of a step, none of KFP's, and why an input was refused."""

from __future__ import annotations

import io

from orchestration.step_output import INDENT, StepOutput

NOTE = "    [KFP Executor 2026-11-21 10:22:37,490 INFO]: "
DUMP = f'{NOTE}Got executor_input:\n    {{\n        "inputs": {{\n        }}\n    }}\n'


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _shown(text: str, terminal: io.StringIO | None = None) -> list[str]:
    terminal = terminal or io.StringIO()
    StepOutput(terminal).write(text)
    return terminal.getvalue().split("\n")[:-1]


def test_drops_the_executor_and_keeps_the_step() -> None:
    found = f"{NOTE}Looking for component `x`\n{NOTE}Loading KFP component `x` from y\n{DUMP}"
    written = f"{NOTE}Wrote executor output file to x.\n"
    assert _shown(f"{found}    rows 3\n    \n\n{'-' * 80}\n{written}") == [f"{INDENT}rows 3"]


def test_keeps_a_warning_of_the_executor_and_the_indentation_of_a_traceback() -> None:
    text = '    [KFP Executor 2026-11-21 10:22:37,490 WARNING]: careful\n      File "x.py", line 3\n'
    assert _shown(text) == [f"{INDENT}{line[4:]}" for line in text.splitlines()]


def test_lines_come_whole_however_they_are_cut() -> None:
    terminal = io.StringIO()
    output = StepOutput(terminal)
    for piece in ("    ro", "ws", " 3", "\n"):
        output.write(piece)
    assert terminal.getvalue() == f"{INDENT}rows 3\n"


def test_progress_bars_are_thinned_out_but_each_last_one_is_shown_once() -> None:
    bars = "".join(
        f"    {name}: {share:3d}%|###      | {share}/100 [00:01<00:02, 33.1it/s]\n"
        for name in ("train", "test")
        for share in [*range(101), 100]
    )
    assert [line.split("|")[0].strip() for line in _shown(bars)] == ["train: 100%", "test: 100%"]


def test_progress_bars_are_redrawn_in_place_on_a_terminal() -> None:
    terminal = _Terminal()
    output = StepOutput(terminal)
    output.write("    train: 10%|#  | 1/10 [00:01<00:09]\n    train: 20%|## | 2/10 [00:02<00:08]\n    done\n")
    assert terminal.getvalue().count("\n") == 2
    assert terminal.getvalue().endswith(f"\n{INDENT}done\n")


def test_keeps_the_whole_message_of_a_refused_input() -> None:
    output = StepOutput(io.StringIO())
    output.write(
        "    Traceback (most recent call last):\n    schemas.errors.ContractError: orders: missing\n    try x\n"
    )
    assert output.refusal == "orders: missing\ntry x"
    output.step_begins()
    assert output.refusal is None
