"""Facts of contents are found by id; what is unknown has none."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from serving.catalogue import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    table = pyarrow.table(
        {
            "content_id": ["", "a", "b"],
            "kind": [0, 2, 1],
            "content_click_rate_7d": pyarrow.array([0.05, 0.2, 0.1], pyarrow.float32()),
            "content_embedding": pyarrow.FixedSizeListArray.from_arrays(
                pyarrow.array(numpy.arange(6), pyarrow.float32()), 2
            ),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "content.parquet")
    return Catalogue.of_serving_table(tmp_path / "content.parquet")


def test_facts_are_found_by_id(catalogue: Catalogue) -> None:
    wanted = ["b", "unheard of", "a"]
    directions = catalogue.directions_of(wanted)
    assert directions is not None
    expected = [numpy.array([4, 5]) / 41**0.5, [0, 0], numpy.array([2, 3]) / 13**0.5]
    numpy.testing.assert_allclose(directions, expected, rtol=1e-6)
    assert catalogue.groups_of(wanted) == {"kind": ["1", "", "2"]}
    numpy.testing.assert_allclose(catalogue.popularity_of(wanted), [0.1, 0.05, 0.2])


def test_an_empty_catalogue_knows_nothing() -> None:
    empty = Catalogue.empty()
    assert empty.directions_of(["a"]) is None
    assert empty.groups_of(["a"]) == {}
    assert empty.popularity_of(["a", "b"]).tolist() == [0, 0]


def test_columns_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="vectors has 1 rows for 2"):
        Catalogue(("a", "b"), numpy.zeros(2), numpy.zeros((1, 3), numpy.float32))
    with pytest.raises(ValueError, match="1 repeated ids"):
        Catalogue(("a", "a"), numpy.zeros(2))
