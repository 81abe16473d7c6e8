"""The daily and the refresh pipeline: `python pipeline.py run | compile | register | submit | schedule`."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

import sys
from typing import Any, NamedTuple

from kfp import dsl

from components.build_graph.component import build_graph
from components.embed_nodes.component import embed_nodes
from components.evaluate_ranker.component import evaluate_ranker
from components.publish_embeddings.component import publish_embeddings
from components.push_ranker.component import push_ranker
from components.train_gnn.component import train_gnn
from components.train_ranker.component import train_ranker
from components.validate_logs.component import validate_logs
from components.write_examples.component import write_examples
from orchestration.step_task import step_task


class DailyArtifacts(NamedTuple):
    """What a daily run makes, in the order of its steps."""

    validated_logs: dsl.Dataset
    train_graph: dsl.Dataset
    test_graph: dsl.Dataset
    replay_graph: dsl.Dataset
    network: dsl.Model
    embeddings: dsl.Dataset
    publication: dsl.Artifact
    examples: dsl.Dataset
    ranker_without_graph: dsl.Model
    ranker_with_graph: dsl.Model
    evaluation: dsl.Metrics
    push: dsl.Artifact


class RefreshArtifacts(NamedTuple):
    """What a refresh makes, in the order of its steps."""

    validated_logs: dsl.Dataset
    replay_graph: dsl.Dataset
    embeddings: dsl.Dataset
    publication: dsl.Artifact
    examples: dsl.Dataset
    ranker_without_graph: dsl.Model
    ranker_with_graph: dsl.Model
    evaluation: dsl.Metrics
    push: dsl.Artifact


def imported(name: str, location: str, fingerprint: str, kind: type[dsl.Artifact]) -> Any:
    """Something from outside as an artifact, its fingerprint part of every later step's cache key."""
    task = dsl.importer(artifact_uri=location, artifact_class=kind, metadata={"fingerprint": fingerprint})
    return task.set_display_name(f"import {name}").output


def rank_and_push(
    *,
    source: Any,
    validated: Any,
    replay_graph: Any,
    network: Any,
    earlier_rankers: dict[bool, Any],
    earlier_embeddings: Any | None,
    serving: str,
    timeline: dict[str, Any],
    cold_content_views: int,
    settings: dict[str, Any],
) -> dict[str, Any]:
    """What both pipelines do once there is a network: embeddings and their publication, examples, both rankers,
    evaluation, push.

    Args:
        source: The source's logs, whose truth the report tells where there is one.
        validated: From validate_logs.
        replay_graph: From build_graph; it reaches up to the last refresh.
        network: The network, trained in this run or imported.
        earlier_rankers: With (True) and without (False) the graph, what each starts from; empty to start anew. Both or
            none: the comparison gives both the same budget. The one with the graph is the champion, which the new one
            must not lose to.
        earlier_embeddings: Of the same network, so that only what changed since is computed; None for all of them.
        serving: The folder that versions are pushed to.
        timeline: Timeline.to_values.
        cold_content_views: Content with fewer views in the window is cold.
        settings: Settings of the steps, by section of the configuration.

    Returns:
        The artifacts, by their names in DailyArtifacts and RefreshArtifacts.
    """
    embeddings = step_task(
        embed_nodes,
        replay_graph=replay_graph,
        network=network,
        timeline=timeline,
        cold_content_views=cold_content_views,
        settings=settings["embedding"],
        **({"earlier": earlier_embeddings} if earlier_embeddings else {}),
    ).outputs["embeddings"]

    # Whatever the verdict will be: the ranker that serves now needs fresh vectors as well.
    published = step_task(publish_embeddings, embeddings=embeddings, settings=settings["push"])

    written_examples = step_task(
        write_examples,
        validated_logs=validated,
        embeddings=embeddings,
        timeline=timeline,
        cold_content_views=cold_content_views,
        settings=settings["examples"],
        **({"earlier_ranker": earlier_rankers[True]} if earlier_rankers else {}),
    ).outputs["examples"]

    rankers = {}
    for with_graph in (False, True):
        rankers[with_graph] = (
            step_task(
                train_ranker,
                examples=written_examples,
                with_graph=with_graph,
                settings=settings["ranker"],
                **({"warm_start": earlier_rankers[with_graph]} if earlier_rankers else {}),
            )
            .set_display_name(f"train_ranker ({'with' if with_graph else 'without'} graph)")
            .outputs["ranker"]
        )

    evaluated = step_task(
        evaluate_ranker,
        examples=written_examples,
        without_graph=rankers[False],
        with_graph=rankers[True],
        network=network,
        logs=source,
        settings=settings["evaluation"],
        **({"champion": earlier_rankers[True]} if earlier_rankers else {}),
    ).outputs["evaluation"]

    pushed = step_task(
        push_ranker,
        ranker=rankers[True],
        evaluation=evaluated,
        base=serving,
        settings=settings["push"],
    )
    # A version whose users have no vectors is refused.
    pushed.after(published)
    # Both change what lies outside of the pipeline, which no cache knows; the same again changes nothing there.
    for task in (published, pushed):
        task.set_caching_options(enable_caching=False)

    return {
        "embeddings": embeddings,
        "publication": published.outputs["publication"],
        "examples": written_examples,
        "ranker_without_graph": rankers[False],
        "ranker_with_graph": rankers[True],
        "evaluation": evaluated,
        "push": pushed.outputs["push"],
    }


@dsl.pipeline(name="frontrow-daily")
def daily(
    logs: str,
    logs_fingerprint: str,
    earlier_network: str,
    earlier_network_fingerprint: str,
    serving: str,
    timeline: dict[str, Any],
    cold_content_views: int,
    validation: dict[str, Any],
    graph: dict[str, Any],
    network: dict[str, Any],
    embedding: dict[str, Any],
    examples: dict[str, Any],
    ranker: dict[str, Any],
    evaluation: dict[str, Any],
    push: dict[str, Any],
) -> DailyArtifacts:
    """From the logs of a week to a graph network and a pushed ranker.

    Args:
        logs: A folder in the log contract.
        logs_fingerprint: Of its contents; a step runs again when it changes.
        earlier_network: A network of an earlier day, whose weights training starts from and whose space the new one is
            aligned to; an address that ends in `none` for a network that starts anew.
        earlier_network_fingerprint: Of its contents.
        serving: The folder that versions are pushed to.
        timeline: Timeline.to_values: as_of, the days before and after it, the distance between refreshes.
        cold_content_views: Content with fewer views in the window is cold.
        validation: ValidationSettings.
        graph: GraphSettings.
        network: NetworkSettings.
        embedding: EmbeddingSettings.
        examples: ExampleSettings.
        ranker: RankerSettings.
        evaluation: EvaluationSettings.
        push: PushSettings.
    """
    source = imported("logs", logs, logs_fingerprint, dsl.Dataset)

    validated = step_task(validate_logs, logs=source, timeline=timeline, settings=validation).outputs["validated_logs"]

    graphs = {
        span: step_task(
            build_graph,
            validated_logs=validated,
            timeline=timeline,
            span=span,
            settings=graph,
        )
        .set_display_name(f"build_graph ({span})")
        .outputs["graph"]
        for span in ("train", "test", "replay")
    }

    trained_network = step_task(
        train_gnn,
        train_graph=graphs["train"],
        test_graph=graphs["test"],
        timeline=timeline,
        settings=network,
        earlier=imported("earlier network", earlier_network, earlier_network_fingerprint, dsl.Model),
    ).outputs["network"]

    ranked = rank_and_push(
        source=source,
        validated=validated,
        replay_graph=graphs["replay"],
        network=trained_network,
        earlier_rankers={},
        earlier_embeddings=None,
        serving=serving,
        timeline=timeline,
        cold_content_views=cold_content_views,
        settings=dict(embedding=embedding, examples=examples, ranker=ranker, evaluation=evaluation, push=push),
    )
    return DailyArtifacts(
        validated_logs=validated,
        train_graph=graphs["train"],
        test_graph=graphs["test"],
        replay_graph=graphs["replay"],
        network=trained_network,
        **ranked,
    )


@dsl.pipeline(name="frontrow-refresh")
def refresh(
    logs: str,
    logs_fingerprint: str,
    trained_network: str,
    trained_network_fingerprint: str,
    trained_ranker_without_graph: str,
    trained_ranker_without_graph_fingerprint: str,
    trained_ranker_with_graph: str,
    trained_ranker_with_graph_fingerprint: str,
    earlier_graph: str,
    earlier_graph_fingerprint: str,
    earlier_embeddings: str,
    earlier_embeddings_fingerprint: str,
    serving: str,
    timeline: dict[str, Any],
    cold_content_views: int,
    validation: dict[str, Any],
    graph: dict[str, Any],
    embedding: dict[str, Any],
    examples: dict[str, Any],
    ranker: dict[str, Any],
    evaluation: dict[str, Any],
    push: dict[str, Any],
) -> RefreshArtifacts:
    """Newer logs through the same graph network: new edges, new nodes, and a ranker trained on from the last one.

    Its rows begin where the training of that ranker ended, so that a gap of several refreshes is caught up by one.

    Args:
        logs: The newest logs, in the log contract.
        logs_fingerprint: Of their contents.
        trained_network: A network artifact of a daily run; its weights are used as they are.
        trained_network_fingerprint: Of its contents.
        trained_ranker_without_graph: A ranker artifact; the next one without the graph starts from its weights.
        trained_ranker_without_graph_fingerprint: Of its contents.
        trained_ranker_with_graph: The same with the graph.
        trained_ranker_with_graph_fingerprint: Of its contents.
        earlier_graph: A replay graph that ends within the refresh's window: only later events are read from the logs;
            an address that ends in `none` to build the whole window.
        earlier_graph_fingerprint: Of its contents.
        earlier_embeddings: Embeddings of the same network: only what changed since is computed; an address that ends in
            `none` to compute everything.
        earlier_embeddings_fingerprint: Of their contents.
        serving: The folder that versions are pushed to.
        timeline: Timeline.to_values of a refresh.
        cold_content_views: Content with fewer views in the window is cold.
        validation: ValidationSettings.
        graph: GraphSettings.
        embedding: EmbeddingSettings.
        examples: ExampleSettings.
        ranker: RankerSettings.
        evaluation: EvaluationSettings.
        push: PushSettings.
    """
    source = imported("logs", logs, logs_fingerprint, dsl.Dataset)
    network = imported("trained network", trained_network, trained_network_fingerprint, dsl.Model)
    earlier = {
        False: (trained_ranker_without_graph, trained_ranker_without_graph_fingerprint),
        True: (trained_ranker_with_graph, trained_ranker_with_graph_fingerprint),
    }
    earlier_rankers = {
        with_graph: imported("trained ranker", *artifact, dsl.Model) for with_graph, artifact in earlier.items()
    }

    validated = step_task(validate_logs, logs=source, timeline=timeline, settings=validation).outputs["validated_logs"]

    replay_graph = step_task(
        build_graph,
        validated_logs=validated,
        timeline=timeline,
        span="replay",
        settings=graph,
        base=imported("earlier graph", earlier_graph, earlier_graph_fingerprint, dsl.Dataset),
    ).outputs["graph"]

    ranked = rank_and_push(
        source=source,
        validated=validated,
        replay_graph=replay_graph,
        network=network,
        earlier_rankers=earlier_rankers,
        earlier_embeddings=imported(
            "earlier embeddings", earlier_embeddings, earlier_embeddings_fingerprint, dsl.Dataset
        ),
        serving=serving,
        timeline=timeline,
        cold_content_views=cold_content_views,
        settings=dict(embedding=embedding, examples=examples, ranker=ranker, evaluation=evaluation, push=push),
    )
    return RefreshArtifacts(validated_logs=validated, replay_graph=replay_graph, **ranked)


if __name__ == "__main__":
    from orchestration.command_line import main

    sys.exit(main({"daily": daily, "refresh": refresh}, sys.argv[1:]))
