"""Lines are read whole at any batch size, text stays as it is, and a bad line is told by its number."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import pytest

from schemas.errors import ContractError
from sources.mind_layout.tab_separated import count_lines, read_lines

NAMES = ("left", "middle", "right")
TEXT = strategies.text(strategies.characters(exclude_characters="\t\r\n", codec="utf-8"), max_size=5).filter(
    lambda text: not text.startswith("\ufeff")
)


@hypothesis.settings(max_examples=60)
@hypothesis.example(rows=[('"left', 'middle"', '"right"'), ("a\\", 'b""', "'")], batch_bytes=1000, ended=True)
@hypothesis.given(
    rows=strategies.lists(strategies.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=8),
    batch_bytes=strategies.integers(1, 40),
    ended=strategies.booleans(),
)
def test_text_survives_and_lines_are_numbered(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], batch_bytes: int, ended: bool
) -> None:
    """Quotes, backslashes and empty values included, with and without an end of the last line."""
    path = tmp_path_factory.mktemp("lines") / "file.tsv"
    path.write_bytes(("\n".join("\t".join(row) for row in rows) + "\n" * ended).encode())
    read: list[int] = []
    found: list[tuple[str, ...]] = []
    for lines in read_lines(path, NAMES, ("right", "left"), read.append, batch_bytes):
        assert lines.first_line == len(found) + 1
        found += zip(*lines.columns.to_pydict().values(), strict=True)
    assert found == [(right, left) for left, _, right in rows]
    assert sum(read) == path.stat().st_size
    assert count_lines(path) == len(rows)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\tb\tc\na\tb\tc\na\tb\n", "line 3: text is 'a\tb'; has 2 columns instead of 3"),
        (b"a\tb\tc\n\na\tb\tc\td\n", "line 3: text is 'a\tb\tc\td'"),
        (b"a\tb\tc\na\tb\tc\td\n", "line 2: text is 'a\tb\tc\td'; has 4 columns"),
        (b"a\tb\tc\n\xff\tb\tc\n", "from line [12]: .*invalid UTF8"),
        (b"", "holds no line"),
    ],
)
@pytest.mark.parametrize("batch_bytes", [3, 1000])
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, message: str, batch_bytes: int) -> None:
    path = tmp_path / "file.tsv"
    path.write_bytes(data)
    with pytest.raises(ContractError, match=rf"file.tsv.*{message}.*download the file anew"):
        list(read_lines(path, NAMES, NAMES, lambda _: None, batch_bytes))
