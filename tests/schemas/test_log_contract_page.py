"""docs/log_contract.md says what the contract declares, and the committed page is current."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from schemas import log_contract_page
from schemas.log_contract import log_contract

ROOT = Path(__file__).parents[2]


def test_the_committed_page_is_current() -> None:
    """Write it again with python -m schemas.log_contract_page --output docs/log_contract.md."""
    page = log_contract_page.log_contract_page(log_contract())
    assert (ROOT / log_contract_page.PAGE).read_text(encoding="utf-8") == page


def test_every_table_column_and_limit_stands_on_the_page() -> None:
    page = log_contract_page.log_contract_page(log_contract())
    for name, table in log_contract().items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert f"{table.quarantine.maximum_share:.2%}" in section
        for column_name, column in table.columns.items():
            (row,) = (line for line in section.splitlines() if line.startswith(f"| `{column_name}` |"))
            assert column.type in row
            assert column.description in row
            assert (column.references or "") in row
            assert all(f"`{value}`" in row for value in column.allowed or ())
        if table.drift is not None and table.drift.volume is not None:
            assert f"| volume | {table.drift.volume.warn:g} |" in section


def test_another_declaration_gives_another_page() -> None:
    contract = dict(log_contract())
    column = contract["impressions"].columns["slot"].model_copy(update={"maximum": 7.0})
    columns = {**contract["impressions"].columns, "slot": column}
    contract["impressions"] = contract["impressions"].model_copy(update={"columns": columns})
    assert "0 to 7" in log_contract_page.log_contract_page(contract)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["log_contract_page", *arguments])
    log_contract_page.main()


def test_a_stale_page_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    run(monkeypatch, "--output", str(page))
    run(monkeypatch, "--check", "--output", str(page))
    page.write_text(page.read_text() + "by hand")
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, "--check", "--output", str(page))
    assert caught.value.code == 2
    assert f"python -m schemas.log_contract_page --output {page}" in capsys.readouterr().err
    assert page.read_text().endswith("by hand")
