"""The page tells what both rankers answer, why, and what is wrong with a question."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import numpy
import pytest

from orchestration.fingerprint import PROJECT_ROOT
from schemas.errors import ContractError
from serving.page.server import serve_page
from serving.page.settings import PageSettings
from tests.serving.page.conftest import ORDERED

SLOT = re.compile(r'<li class="slot ([^"]*)" data-content="(c\d+)">(.*?)</li>', re.DOTALL)


def opened(address: str) -> tuple[int, str]:
    """Status and text of an answer."""
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def pages_in(text: str) -> list[list[tuple[str, str]]]:
    """Contents and inner text of both pages' slots, from the top."""
    return [[(content, inner) for _, content, inner in SLOT.findall(part)] for part in text.split("<section")[2:]]


def probability(content: str, taste: float) -> float:
    """What a tiny ranker gives a content that the user has not seen."""
    number = int(content[1:])
    bought = number in {int(article[1:]) for article in ORDERED}
    return float(1 / (1 + numpy.exp(-(number / 25 - 1 + taste * bought))))


def users_of(text: str) -> list[str]:
    return re.findall(r"<option[^>]*>(u\d+)</option>", text)


def test_both_pages_stand_in_the_order_of_their_rankers(address: str) -> None:
    status, text = opened(f"{address}?user=u4")
    assert status == 200
    assert "version 5" in text
    for page, taste in zip(pages_in(text), (1.5, 0.0), strict=True):
        assert len(page) == 40
        shown = [float(re.search(r"([\d.]+) %", inner).group(1)) / 100 for _, inner in page]  # type: ignore[union-attr]
        assert shown == sorted(shown, reverse=True)
        for (content, _), score in zip(page, shown, strict=True):
            whole = probability(content, taste)
            assert min(abs(score - whole), abs(score - whole / 10)) <= 0.0005, content


def test_arrows_tell_where_the_other_page_has_a_content(address: str) -> None:
    pages = pages_in(opened(f"{address}?user=u4")[1])
    slots = [{content: slot for slot, (content, _) in enumerate(page, start=1)} for page in pages]
    told = set()
    for page, own, other in ((pages[0], slots[0], slots[1]), (pages[1], slots[1], slots[0])):
        for content, inner in page:
            higher = None if content not in other else other[content] - own[content]
            arrow = "▲" if (higher or 0) > 0 else "▼"
            expected = "not there" if higher is None else f"{arrow} {abs(higher)}" if higher else "same slot"
            assert expected in inner
            told.add(expected[0])
    assert {"▲", "▼"} <= told


def test_an_order_is_named_where_it_moved_the_score_and_only_there(address: str) -> None:
    """c11 is what the order of a11 speaks for, by the difference of two logistic functions."""
    page = dict(pages_in(opened(f"{address}?user=u4")[1])[0])
    (change,) = re.findall(r"a11 ([+-][\d.]+)", page["c11"])
    expected = 100 * (probability("c11", 1.5) - probability("c11", 0.0))
    assert min(abs(float(change) - expected), abs(float(change) - expected / 10)) <= 0.006
    assert {content for content, inner in page.items() if 'class="reasons"' in inner} <= {"c3", "c11"}


def test_users_with_orders_come_first_and_others_are_told(address: str) -> None:
    users = users_of(opened(address)[1])
    assert len(users) == 10
    ordered = {user for user in users if int(user[1:]) % 2 == 0}
    assert len(ordered) == 6
    (without, *_) = sorted(set(users) - ordered)
    assert "the user bought nothing before this request" in opened(f"{address}?user={without}")[1]


def test_what_contents_are_called_cannot_become_markup(address: str) -> None:
    text = opened(address)[1]
    assert html.escape("<b>loud</b>") in text
    assert "<b>loud" not in text


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("user=<i>", 404, "user &#39;&lt;i&gt;&#39; is none of the 10"),
        ("diversity=2", 400, "diversity is &#39;2&#39;; it is a number between 0 and 1"),
        ("diversity=nan", 400, "between 0 and 1"),
        ("diversity=much", 400, "between 0 and 1"),
    ],
)
def test_a_wrong_question_is_refused_with_its_reason(address: str, query: str, status: int, told: str) -> None:
    found, text = opened(f"{address}?{query}")
    assert found == status
    assert told in text
    assert not any(pages_in(text))


def test_diversity_changes_the_order(address: str) -> None:
    plain, mixed = (pages_in(opened(f"{address}?user=u4&diversity={value}")[1])[0] for value in (0, 0.9))
    assert [content for content, _ in plain] != [content for content, _ in mixed]
    assert plain[0][0] == mixed[0][0]


def test_a_silent_ranker_is_told(finished_run: Path) -> None:
    """Nothing listens at port 9, discard."""
    settings = PageSettings(port=0, users=2, deadline=0.5)
    with serve_page(finished_run, "localhost:9", "ranker", settings) as address:
        status, text = opened(address)
    assert status == 503
    assert "the ranker did not answer: " in text


def test_a_folder_that_is_no_finished_run_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ContractError, match="give the folder of a finished daily run"),
        serve_page(tmp_path, "localhost:9", "ranker", PageSettings(port=0)),
    ):
        pass


def test_a_taken_port_is_refused(finished_run: Path, address: str) -> None:
    port = int(address.rstrip("/").rpartition(":")[2])
    with (
        pytest.raises(ContractError, match="choose another --page-port"),
        serve_page(finished_run, "localhost:9", "ranker", PageSettings(port=port, users=2)),
    ):
        pass


def test_the_command_serves_the_page_beside_the_ranker(finished_run: Path, tmp_path: Path) -> None:
    """With as many threads of an operation as the option says: TensorFlow's own log tells what each device got."""
    threads = str((os.cpu_count() or 1) + 3)
    command = [sys.executable, "-m", "serving.local_server", "--base", str(finished_run / "serving"), "--port", "0"]
    command += ["--run", str(finished_run), "--page-port", "0"]
    command += ["--intra-operation-threads", threads]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "local_device=1"}
    log = tmp_path / "log.txt"
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=PROJECT_ROOT, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(f"the page of {finished_run} is at http://localhost:"), line + log.read_text()
            assert all(len(page) == 40 for page in pages_in(opened(line.split()[-1])[1]))
        finally:
            process.terminate()
    assert process.returncode == 0
    assert set(re.findall(r"num_threads=(\d+)", log.read_text())) == {threads}
