"""Tiny folders in MIND's official layout, and a parser of them that reads line by line."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

MIDNIGHT = datetime.datetime(2019, 11, 14)
"""Of the first day of the tiny folder; dev's day is the next."""


@dataclasses.dataclass
class Line:
    """One line of behaviors.tsv."""

    impression: str
    user: str
    time: str
    history: str
    impressions: str


@dataclasses.dataclass
class Item:
    """One line of news.tsv."""

    news: str
    category: str
    subcategory: str
    title: str
    abstract: str


@dataclasses.dataclass
class Official:
    """Files of one split."""

    behaviors: list[Line]
    news: list[Item]


Folder = dict[str, Official]


def official_time(moment: datetime.datetime) -> str:
    """As MIND writes it: 11/9/2019 9:05:58 AM, without leading zeros in front of month, day and hour."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment.minute:02}:{moment.second:02} {half}"


def tiny_folder() -> Folder:
    """A train and a dev split; everything can be changed before `write_folder`.

    Lines are not sorted by time. User U1 is in both splits, U2 has no history, U3 is in dev only. N5 is in dev's news
    only, has no subcategory and was clicked by nobody before; N4 has neither category nor abstract.
    """
    football = Item("N10", "sports", "football_nfl", "Football tonight", 'The "cup final" is tonight')
    minister = Item("N2", "news", "newspolitics", "Minister resigns", "Politics in parliament")
    stays = Item("N3", "news", "newspolitics", "Minister stays", "Parliament politics")
    return {
        "train": Official(
            behaviors=[
                Line("1", "U1", "11/14/2019 10:22:32 PM", "N2 N3 N2", "N10-0 N4-1 N2-0"),
                Line("2", "U2", "11/14/2019 12:00:01 AM", "", "N2-0 N3-1"),
                Line("3", "U1", "11/14/2019 9:05:58 AM", "N2 N3 N2", "N3-1 N10-1"),
            ],
            news=[football, minister, stays, Item("N4", "", "", "Football cup", "")],
        ),
        "dev": Official(
            behaviors=[
                Line("1", "U3", "11/15/2019 12:00:00 AM", "N10", "N5-1 N2-0"),
                Line("2", "U1", "11/15/2019 11:59:59 PM", "N2 N3 N2", "N4-0 N5-0 N3-1"),
            ],
            news=[
                *(dataclasses.replace(item) for item in (minister, stays)),
                Item("N5", "weather", "", "Storm tonight", "It hits the minister"),
                dataclasses.replace(football),
            ],
        ),
    }


def write_folder(folder: Path, official: Folder) -> Path:
    """Writes the files, named like the official ones, and returns the folder."""
    for name, split in official.items():
        (folder / name).mkdir(parents=True)
        lines = ["\t".join(dataclasses.astuple(line)) for line in split.behaviors]
        (folder / name / "behaviors.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        items = ["\t".join((*dataclasses.astuple(item), "https://example.com", "[]", "[]")) for item in split.news]
        (folder / name / "news.tsv").write_text("".join(f"{item}\n" for item in items), encoding="utf-8")
    return folder


Row = tuple[str, datetime.datetime, str, str, int]


def naive_rows(official: Folder) -> list[Row]:
    """Request, time, user, content, clicked of every labelled item, parsed line by line, sorted."""
    rows: dict[tuple[str, str], Row] = {}
    for name, split in official.items():
        for line in split.behaviors:
            for shown in line.impressions.split():
                news, label = shown.split("-")
                request = f"{name}-{line.impression}"
                clicked = max(int(label), rows[request, news][-1] if (request, news) in rows else 0)
                rows[request, news] = (request, naive_time(line.time), line.user, news, clicked)
    return sorted(rows.values())


def naive_histories(official: Folder) -> dict[str, list[str]]:
    """What each user clicked before, from the user's earliest line."""
    lines = [line for split in official.values() for line in split.behaviors]
    by_time = sorted(lines, key=lambda line: naive_time(line.time))  # stable: ties stay as read
    return {line.user: line.history.split() for line in reversed(by_time)}


def naive_time(text: str) -> datetime.datetime:
    """A time as UTC."""
    return datetime.datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=datetime.UTC)
