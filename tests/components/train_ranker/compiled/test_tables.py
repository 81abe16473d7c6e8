"""Tables of contents give back what was put in, whichever way they are read."""

from __future__ import annotations

import numpy
import pytest
import tensorflow

from components.train_ranker.compiled import vector_table
from components.train_ranker.compiled.content_rows import ContentRows
from components.train_ranker.compiled.vector_table import VectorTable


def test_rows_are_gathered_by_name_and_whole_numbers_stay_whole() -> None:
    generator = numpy.random.default_rng(0)
    values = {"inputs": generator.normal(size=(9, 3)).astype(numpy.float32), "one": numpy.ones((9, 1), numpy.float32)}
    numbers = {"codes": generator.integers(0, numpy.iinfo(numpy.int32).max, (9, 2)), "kind": numpy.arange(9)[:, None]}
    rows = [8, 0, 3, 3]
    found, whole = ContentRows(values, numbers).gather(tensorflow.constant(rows, tensorflow.int64))
    for name, floats in values.items():
        numpy.testing.assert_array_equal(found[name], floats[rows].T)
    for name, integers in numbers.items():
        numpy.testing.assert_array_equal(whole[name], integers[rows].T)


@pytest.mark.parametrize("whole_table", [0, 4096])
def test_products_with_equal_vectors_are_equal(whole_table: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_table, "WHOLE_TABLE", whole_table)
    generator = numpy.random.default_rng(0)
    vectors = generator.normal(size=(40, 5))[generator.integers(0, 40, 100)]
    table, vector = VectorTable(vectors), generator.normal(size=5)
    numbers = tensorflow.constant(table.number_of_row, tensorflow.int32)
    found = table.products(tensorflow.constant(vector), numbers).numpy()
    numpy.testing.assert_allclose(found, vectors @ vector, rtol=1e-6)
    assert len(set(found.tolist())) == len(numpy.unique(vectors, axis=0))
