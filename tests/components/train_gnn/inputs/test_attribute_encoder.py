"""Declared attributes: zero before training, kept with the weights, and zero for what the weights never met."""

from __future__ import annotations

import numpy
import pyarrow
import pytest
import torch

from components.train_gnn.inputs.attribute_encoder import AttributeEncoder
from components.train_gnn.inputs.attributes import Attribute, Categories, Numbers, declared_attributes

SIZE = 3


def kinds(*names: str | None) -> Categories:
    known = tuple(sorted({name for name in names if name is not None}))
    return Categories(known, numpy.array([known.index(name) if name else -1 for name in names]))


def lengths(*values: float) -> Numbers:
    return Numbers(numpy.array(values, dtype=numpy.float32))


def encoder_of(attributes: dict[str, Attribute], nodes: int, shaken: bool = True) -> AttributeEncoder:
    torch.manual_seed(0)
    encoder = AttributeEncoder(attributes, nodes, SIZE)
    if shaken:
        with torch.no_grad():
            for parameter in encoder.parameters():
                parameter.add_(torch.randn_like(parameter))
    return encoder


def test_starts_at_zero() -> None:
    encoder = encoder_of({"kind": kinds("a", "b", None), "length": lengths(1, 2, numpy.nan)}, 3, shaken=False)
    assert torch.equal(encoder(torch.arange(3)), torch.zeros(3, SIZE))


def test_equals_the_formula() -> None:
    """A category's vector, and the standardized logarithm times its direction; nothing where nothing is known."""
    encoder = encoder_of({"kind": kinds("b", "a", None, "b"), "length": lengths(0, 10, 100, numpy.nan)}, 4)
    scaled = numpy.log1p(numpy.array([0.0, 10.0, 100.0]))
    standard = torch.tensor([*((scaled - scaled.mean()) / scaled.std()), 0.0]).float()
    vector = encoder.vectors["kind"]
    kind = torch.stack([vector[2], vector[1], torch.zeros(SIZE), vector[2]])
    expected = kind + standard[:, None] * encoder.directions["length"]
    assert torch.allclose(encoder(torch.arange(4)), expected, atol=1e-6)
    assert torch.allclose(encoder(torch.tensor([3, 0])), expected[[3, 0]], atol=1e-6)


def test_another_graph_finds_its_categories_again() -> None:
    """Other nodes, another order of categories, a new one, and one that is gone."""
    trained = encoder_of({"kind": kinds("article", "video", "carousel"), "length": lengths(1, 2, 3)}, 3)
    later = encoder_of({"kind": kinds("video", "banner", "article"), "length": lengths(2, 2, 2)}, 3, shaken=False)
    later.load_state_dict(trained.state_dict())
    length = trained(torch.tensor([1])) - trained.vectors["kind"][trained.names["kind"].index("video") + 1]
    vectors = later(torch.arange(3)) - length
    assert torch.allclose(vectors[0] + length[0], trained(torch.tensor([1]))[0], atol=1e-6)
    assert torch.allclose(vectors[1], torch.zeros(SIZE), atol=1e-6)
    assert torch.allclose(vectors[2], trained.vectors["kind"][trained.names["kind"].index("article") + 1], atol=1e-6)
    assert later.names["kind"] == ["article", "carousel", "video", "banner"]
    again = encoder_of({"kind": kinds("banner"), "length": lengths(1)}, 1)
    again.load_state_dict(later.state_dict())
    assert torch.equal(again.vectors["kind"], later.vectors["kind"])


def test_the_state_can_be_saved_and_hashed() -> None:
    """Tensors alone, so that torch reads them back with weights_only and the space's name covers the categories."""
    states = [encoder_of({"kind": kinds(*names)}, 2, shaken=False).state_dict() for names in (("a", "b"), ("a", "c"))]
    for state in states:
        assert all(isinstance(value, torch.Tensor) for value in state.values())
    different = [name for name in states[0] if not torch.equal(states[0][name], states[1][name])]
    assert different == ["_extra_state"]


def test_columns_of_a_node_table() -> None:
    table = pyarrow.table(
        {
            "id": ["x", "y", "z"],
            "first_seen": pyarrow.array([1, 2, 3], pyarrow.timestamp("us", tz="UTC")),
            "views": [1, 2, 3],
            "clicks": [0, 0, 1],
            "kind": ["video", None, "article"],
            "premium": [True, False, None],
            "body_length": pyarrow.array([7, None, 9], pyarrow.int32()),
        }
    )
    found = declared_attributes(table)
    assert list(found) == ["kind", "premium", "body_length"]
    kind, premium, length = found.values()
    assert isinstance(kind, Categories)
    assert isinstance(premium, Categories)
    assert isinstance(length, Numbers)
    assert (kind.names, kind.code.tolist()) == (("article", "video"), [1, -1, 0])
    assert (premium.names, premium.code.tolist()) == (("false", "true"), [1, 0, -1])
    assert length.value.tolist() == pytest.approx([7, float("nan"), 9], nan_ok=True)
