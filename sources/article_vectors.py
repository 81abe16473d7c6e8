"""Article vectors of 128 dimensions by latent semantic analysis, of words where there is text, else of readers.

A matrix of articles by words (or by readers) is weighted by TF-IDF with damped counts, 1 + log(count), and reduced by
a truncated singular value decomposition (Deerwester et al. 1990, "Indexing by latent semantic analysis"). Both the
weights and the directions are fitted on what was known before the first impression.
"""

from __future__ import annotations

import numpy
import numpy.typing
import scipy.sparse
import sklearn.decomposition
import sklearn.feature_extraction.text

SIZE = 128
MOST_WORDS = 50_000

Vectors = numpy.typing.NDArray[numpy.float32]
Integers = numpy.typing.NDArray[numpy.int64]


def vectors_from_text(texts: list[str], known: numpy.typing.NDArray[numpy.bool_], seed: int) -> Vectors:
    """Vectors of texts.

    Args:
        texts: One for each article.
        known: Articles known before the first impression; words of the others are read with their weights [articles].
        seed: Of the randomized decomposition.

    Returns:
        Unit vectors, zeros for articles without a known word [articles, 128].
    """
    counter = sklearn.feature_extraction.text.CountVectorizer(max_features=MOST_WORDS, dtype=numpy.float64)
    if not any(texts[row].strip() for row in numpy.flatnonzero(known)):
        return numpy.zeros((len(texts), SIZE), dtype=numpy.float32)
    counter.fit(texts[row] for row in numpy.flatnonzero(known))
    return _latent_semantics(counter.transform(texts), known, seed)


def vectors_from_readers(article_row: Integers, reader: Integers, articles: int, seed: int) -> Vectors:
    """Vectors of articles by who read them.

    Args:
        article_row: Row of the article read [readings].
        reader: Any number for each reader [readings].
        articles: Number of articles.
        seed: Of the randomized decomposition.

    Returns:
        Unit vectors, zeros for articles that nobody read [articles, 128].
    """
    readers, column = numpy.unique(reader, return_inverse=True)
    shape = (articles, len(readers))
    counts = scipy.sparse.csr_matrix((numpy.ones(len(column)), (article_row, column)), shape=shape)
    return _latent_semantics(counts, numpy.bincount(article_row, minlength=articles) > 0, seed)


def _latent_semantics(counts: scipy.sparse.csr_matrix, known: numpy.typing.NDArray[numpy.bool_], seed: int) -> Vectors:
    vectors = numpy.zeros((counts.shape[0], SIZE), dtype=numpy.float32)
    size = min(SIZE, int(known.sum()), counts.shape[1])
    if size == 0:
        return vectors
    weights = sklearn.feature_extraction.text.TfidfTransformer(sublinear_tf=True).fit(counts[known])
    decomposition = sklearn.decomposition.TruncatedSVD(size, random_state=seed).fit(weights.transform(counts[known]))
    reduced = decomposition.transform(weights.transform(counts))
    length = numpy.linalg.norm(reduced, axis=1, keepdims=True)
    vectors[:, :size] = numpy.divide(reduced, length, out=numpy.zeros_like(reduced), where=length > 1e-9)
    return vectors
