"""An optional input of a step that the pipeline has nothing for."""

from __future__ import annotations

from pathlib import Path

import pytest
from kfp import dsl

from schemas.absent_artifact import path_of


@pytest.mark.parametrize("uri", ["none", "gs://shop/serving/none"])
def test_an_address_that_ends_in_none_is_no_artifact(uri: str) -> None:
    assert path_of(dsl.Model(uri=uri)) is None
    assert path_of(None) is None


def test_any_other_address_is_one() -> None:
    assert path_of(dsl.Model(uri="/runs/graph")) == Path("/runs/graph")
    assert path_of(dsl.Model(uri="gs://shop/none/graph")) == Path("/gcs/shop/none/graph")
