"""EB-NeRD as logs: contract, refusals, what this project's real copy holds, and no vector that knows the future."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import pytest

from schemas.errors import ContractError
from sources.ebnerd import convert_ebnerd, main
from tests.sources.contract_checks import assert_follows_contract, files, read_folder
from tests.sources.official_bundle import HOUR, START, WEEK, Bundle, tiny_bundle, write_bundle

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "ebnerd_demo"
needs_real_logs = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real logs are absent: {REAL.resolve()}")


def _convert(folder: Path, bundle: Bundle) -> Path:
    convert_ebnerd(bundle=write_bundle(folder / "bundle", bundle), output=folder / "logs")
    return folder / "logs"


def _vectors(logs: Path) -> dict[str, numpy.typing.NDArray[numpy.float32]]:
    articles = read_folder(logs, "articles")
    vectors = numpy.array(articles["embedding"].to_pylist(), dtype=numpy.float32)
    return dict(zip(articles["article_id"].to_pylist(), vectors, strict=True))


def _without_text(bundle: Bundle) -> Bundle:
    kept = ("article_id", "premium", "body_length")
    return {**bundle, "articles.parquet": {name: bundle["articles.parquet"][name] for name in kept}}


@pytest.mark.parametrize("change", [lambda bundle: bundle, _without_text])
def test_logs_follow_the_contract(tmp_path: Path, change: Callable[[Bundle], Bundle]) -> None:
    logs = _convert(tmp_path, change(tiny_bundle()))
    assert_follows_contract(logs, optional_tables=set())
    assert [path.parent.name[4:] for path in files(logs, "impressions")] == ["2023-05-18", "2023-05-19", "2023-05-25"]


@pytest.mark.parametrize("change", [lambda bundle: bundle, _without_text])
def test_vectors_know_nothing_of_what_comes_later(tmp_path: Path, change: Callable[[Bundle], Bundle]) -> None:
    """Other impressions, another validation history, other words in a later article: older vectors stay the same."""
    before = _vectors(_convert(tmp_path / "before", change(tiny_bundle())))
    later = tiny_bundle()
    later["articles.parquet"]["subtitle"][4] = "football football parliament"
    later["articles.parquet"]["title"][4] = "Cup politics tonight"
    later["validation/history.parquet"]["article_id_fixed"] = [[101], [102, 101]]
    later["train/behaviors.parquet"]["article_ids_inview"] = [[104, 101], [101, 104, 103], [105, 102]]
    after = _vectors(_convert(tmp_path / "after", change(later)))
    for article in ("101", "102", "103", "104"):
        numpy.testing.assert_array_equal(before[article], after[article])


def test_text_beats_readers_and_readers_serve_where_there_is_no_text(tmp_path: Path) -> None:
    text = _vectors(_convert(tmp_path / "text", tiny_bundle()))
    assert text["101"] @ text["102"] > 0.3 > text["101"] @ text["103"]
    assert text["105"] @ text["101"] > 0.1  # its words are known, though it is later
    read = _vectors(_convert(tmp_path / "readers", _without_text(tiny_bundle())))
    assert read["101"] @ read["102"] > 0.3
    assert not read["104"].any()
    assert not read["105"].any()


def test_same_input_same_bytes(tmp_path: Path) -> None:
    first, second = (_convert(tmp_path / name, tiny_bundle()) for name in ("first", "second"))
    for path in first.rglob("*.parquet"):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


@pytest.mark.parametrize("name", sorted(tiny_bundle()))
def test_a_missing_file_is_named_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    bundle = write_bundle(tmp_path / "bundle", tiny_bundle())
    (bundle / name).unlink()
    with pytest.raises(ContractError, match=rf"{name}: not found; give --input the folder"):
        convert_ebnerd(bundle=bundle, output=tmp_path / "logs")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("articles.parquet", "article_id"),
        ("train/behaviors.parquet", "article_ids_clicked"),
        ("validation/behaviors.parquet", "impression_time"),
        ("train/history.parquet", "article_id_fixed"),
    ],
)
def test_a_missing_or_mistyped_column_is_named(tmp_path: Path, name: str, column: str) -> None:
    bundle = tiny_bundle()
    bundle[name][column] = [f"text {row}" for row in range(len(bundle[name][column]))]
    with pytest.raises(ContractError, match=rf"{name}: column '{column}' is string, not a "):
        _convert(tmp_path, bundle)
    del bundle[name][column]
    with pytest.raises(ContractError, match=rf"{name}: column '{column}' is missing \(found: .*download"):
        _convert(tmp_path, bundle)
    assert not (tmp_path / "logs").exists()


def test_an_unreadable_or_empty_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = write_bundle(tmp_path / "bundle", tiny_bundle())
    history = bundle / "train" / "history.parquet"
    whole = pyarrow.parquet.read_table(history)
    history.write_bytes(b"PAR1 cut off")
    assert main(["--input", str(bundle), "--output", str(tmp_path / "logs")]) == 2
    assert "not readable as Parquet" in capsys.readouterr().err
    pyarrow.parquet.write_table(whole.slice(0, 0), history)
    with pytest.raises(ContractError, match=r"train/history.parquet: holds no rows"):
        convert_ebnerd(bundle=bundle, output=tmp_path / "logs")


def test_a_train_history_that_reaches_into_the_impressions_is_refused(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    bundle["train/history.parquet"]["impression_time_fixed"][1][0] = START
    with pytest.raises(
        ContractError, match="2023-05-18T07:00:00Z, not before the first impression at 2023-05-18T07:00"
    ):
        _convert(tmp_path, bundle)


def test_an_impression_without_time_is_refused(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    bundle["validation/behaviors.parquet"]["impression_time"] = [START + WEEK + HOUR, None]
    with pytest.raises(ContractError, match=r"1 impressions of behaviors.parquet have no impression_time"):
        _convert(tmp_path, bundle)


@needs_real_logs
def test_the_real_copy_is_read_whole(tmp_path: Path) -> None:
    """Facts that the copy's description states or that follow from its files directly."""
    rows = convert_ebnerd(bundle=REAL, output=tmp_path / "logs")
    assert_follows_contract(tmp_path / "logs", optional_tables=set())
    behaviors = [pyarrow.parquet.read_table(REAL / split / "behaviors.parquet") for split in ("train", "validation")]
    in_view = sum(len(row) for table in behaviors for row in table["article_ids_inview"].to_pylist())
    clicks = sum(len(set(row)) for table in behaviors for row in table["article_ids_clicked"].to_pylist())
    impressions = read_folder(tmp_path / "logs", "impressions")
    assert rows["impressions"] == impressions.num_rows == in_view
    assert rows["clicks out of view"] == 0
    assert pyarrow.compute.sum(impressions["clicked"]).as_py() == clicks
    orders = read_folder(tmp_path / "logs", "orders")
    assert len(set(orders["user_id"].to_pylist())) == 1_935
    assert rows["contents"] == rows["articles"] == 6_915
    vectors = numpy.array(list(_vectors(tmp_path / "logs").values()))
    read = numpy.linalg.norm(vectors, axis=1) > 0
    train_history = pyarrow.parquet.read_table(REAL / "train" / "history.parquet")["article_id_fixed"]
    assert read.sum() == len({article for articles in train_history.to_pylist() for article in articles})
