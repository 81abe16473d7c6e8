"""Latent semantic analysis: like articles get like vectors, unknown ones zeros, and the unknown teach nothing."""

from __future__ import annotations

import numpy

from sources.article_vectors import SIZE, vectors_from_readers, vectors_from_text


def test_two_circles_of_readers_are_told_apart() -> None:
    generator = numpy.random.default_rng(0)
    reader = generator.integers(0, 400, 8_000)
    article = generator.integers(0, 150, 8_000) + numpy.where(reader % 2 == 0, 0, 150)
    vectors = vectors_from_readers(article, reader, 301, seed=0)
    assert vectors.shape == (301, SIZE)
    numpy.testing.assert_allclose(numpy.linalg.norm(vectors[:300], axis=1), 1, atol=1e-5)
    assert not vectors[300].any()
    likeness = vectors[:300] @ vectors[:300].T
    assert likeness[:150, :150].mean() > likeness[:150, 150:].mean() + 0.05
    assert abs(likeness[:150, 150:]).max() < 0.1


def test_number_of_readings_is_damped() -> None:
    """A hundredfold re-reading moves a vector less than a second reader does."""
    article, reader = numpy.array([0, 0, 1, 1, 2, 2]), numpy.array([0, 1, 0, 1, 1, 2])
    once = vectors_from_readers(article, reader, 3, seed=0)
    again = numpy.concatenate([article, numpy.zeros(100, dtype=numpy.int64)])
    often = vectors_from_readers(again, numpy.concatenate([reader, numpy.zeros(100, dtype=numpy.int64)]), 3, seed=0)
    assert once[0] @ once[1] > often[0] @ often[1] > 0.7


def test_unknown_texts_are_read_but_teach_nothing() -> None:
    known = numpy.array([True, True, True, False])
    texts = ["red dress summer", "red skirt summer", "black boots winter", "red summer boots"]
    vectors = vectors_from_text(texts, known, seed=0)
    assert vectors[3].any()
    for other in ("winter winter winter red", "entirely unheard words"):
        changed = vectors_from_text([*texts[:3], other], known, seed=0)
        numpy.testing.assert_array_equal(changed[:3], vectors[:3])
    assert not changed[3].any()


def test_no_known_text_gives_zeros() -> None:
    for texts in (["", " "], ["unknown words", "and more"]):
        known = numpy.array([bool(text.strip()) is False for text in texts])
        assert not vectors_from_text(texts, known, seed=0).any()
