"""The embedding of every node at every refresh as a KFP component, and the joining of its shards."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("gnn"), install_kfp_package=False)
def embed_nodes(
    replay_graph: dsl.Input[dsl.Dataset],
    network: dsl.Input[dsl.Model],
    timeline: dict[str, float],
    cold_content_views: int,
    settings: dict[str, Any],
    fingerprint: str,
    embeddings: dsl.Output[dsl.Dataset],
    shard: int = 1,
    shards: int = 1,
    earlier: dsl.Input[dsl.Dataset] | None = None,
) -> None:
    """Embeds users, content and brands at each refresh with the network's weights, new edges and new nodes.

    Args:
        replay_graph: The graph that refreshes embed; nothing is supervised on it.
        network: From train_gnn.
        timeline: Timeline.to_values; embeddings are written at its refresh_instants.
        cold_content_views: Content with fewer views in the window is cold.
        settings: EmbeddingSettings.
        fingerprint: Of the step's code, for the cache.
        embeddings: The root of an embedding store.
        shard: Which range of nodes to embed, from 1: the item of a ParallelFor.
        shards: Into how many ranges the nodes are cut; join_embeddings joins them.
        earlier: The root of an embedding store of the same network: only what changed since is computed.
    """
    from pathlib import Path

    from components.embed_nodes import step
    from components.embed_nodes.settings import EmbeddingSettings
    from schemas.absent_artifact import path_of
    from schemas.artifact_meta import space_of
    from schemas.instants import format_instant
    from schemas.lineage import lineage
    from schemas.settings import parse_settings
    from schemas.step_report import step_report
    from schemas.timeline import Timeline

    moments = Timeline.from_values(timeline)
    with step_report("embed_nodes") as report:
        step.embed_nodes(
            graph=Path(replay_graph.path),
            network=Path(network.path),
            output=Path(embeddings.path),
            instants=moments.refresh_instants,
            window=moments.window,
            cold_content_views=cold_content_views,
            settings=parse_settings(EmbeddingSettings, settings, "argument 'embedding'"),
            report=report,
            shard=shard,
            shards=shards,
            earlier=path_of(earlier),
        )
    embeddings.metadata.update(report.metadata())
    embeddings.metadata.update(as_of=format_instant(moments.test_end), fingerprint=fingerprint)
    embeddings.metadata.update(space_of(Path(network.path), "network"))
    embeddings.metadata.update(lineage(network=network, replay_graph=replay_graph))


@dsl.component(base_image=image("gnn"), install_kfp_package=False)
def join_embeddings(
    shards: dsl.Input[list[dsl.Dataset]],
    fingerprint: str,
    embeddings: dsl.Output[dsl.Dataset],
) -> None:
    """Joins the shards that a ParallelFor over embed_nodes wrote.

    Args:
        shards: Embedding stores of embed_nodes, every shard once, in any order: dsl.Collected of the loop's output.
        fingerprint: Of the step's code, for the cache.
        embeddings: The root of the joined embedding store.
    """
    from pathlib import Path

    from components.embed_nodes import join_shards
    from schemas.step_report import step_report

    with step_report("join_embeddings") as report:
        join_shards.join_shards(
            shards=[Path(shard.path) for shard in shards], output=Path(embeddings.path), report=report
        )
    embeddings.metadata.update(report.metadata())
    embeddings.metadata.update(fingerprint=fingerprint)
