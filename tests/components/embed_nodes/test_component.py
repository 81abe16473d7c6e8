"""The components: a ParallelFor over shards and the joining of what it wrote compile as one pipeline."""

from pathlib import Path

import yaml
from kfp import compiler, dsl

from components.embed_nodes.component import embed_nodes, join_embeddings


def test_a_loop_over_shards_is_joined(tmp_path: Path) -> None:
    @dsl.pipeline(name="sharded")  # type: ignore[untyped-decorator]  # kfp ships no type information
    def sharded() -> None:
        graph = dsl.importer(artifact_uri="graph", artifact_class=dsl.Dataset)
        network = dsl.importer(artifact_uri="network", artifact_class=dsl.Model)
        with dsl.ParallelFor(items=[1, 2, 3]) as shard:
            part = embed_nodes(
                replay_graph=graph.output,
                network=network.output,
                timeline={},
                cold_content_views=50,
                settings={},
                fingerprint="",
                shard=shard,
                shards=3,
            )
        join_embeddings(shards=dsl.Collected(part.outputs["embeddings"]), fingerprint="")

    compiler.Compiler().compile(sharded, str(tmp_path / "sharded.yaml"))
    document = yaml.safe_load((tmp_path / "sharded.yaml").read_text())
    joining = document["root"]["dag"]["tasks"]["join-embeddings"]
    assert joining["inputs"]["artifacts"]["shards"]["taskOutputArtifact"]["producerTask"].startswith("for-loop")
    assert document["components"]["comp-join-embeddings"]["inputDefinitions"]["artifacts"]["shards"]["isArtifactList"]
    whole = document["components"]["comp-embed-nodes"]["inputDefinitions"]["parameters"]
    assert (whole["shard"]["defaultValue"], whole["shards"]["defaultValue"]) == (1.0, 1.0)
