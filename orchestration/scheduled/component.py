"""The first and the last step of a scheduled run as KFP components."""
# kfp ships no type information, so that its decorator looks untyped to mypy. It reads the names and types of several
# outputs from a NamedTuple that is spelled out where the function returns, which mypy does not take for a type.
# mypy: disable-error-code="untyped-decorator, valid-type"

from typing import Any, NamedTuple

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("data"), install_kfp_package=False)
def start_daily(logs: str, serving: str, history: str, configuration: dict[str, Any]) -> NamedTuple(
    "Outputs", [("timeline", dict), ("logs_fingerprint", str), ("earlier_network", str), ("record", dict)]
):
    """Decides what a daily run reads when the clock starts it.

    Args:
        logs: A folder in the log contract.
        serving: The folder that versions are pushed to.
        history: Where earlier runs have left their notes.
        configuration: RunConfiguration.

    Returns:
        The arguments of the daily pipeline that differ from run to run, and what record_run notes.
    """
    from orchestration.scheduled import starting

    places = starting.Places(logs=logs, serving=serving, history=history)
    values = starting.start_now(starting.start_daily, configuration, places)
    return tuple(values[name] for name in ("timeline", "logs_fingerprint", "earlier_network", "record"))


@dsl.component(base_image=image("data"), install_kfp_package=False)
def start_refresh(logs: str, serving: str, history: str, configuration: dict[str, Any]) -> NamedTuple(
    "Outputs",
    [
        ("timeline", dict),
        ("logs_fingerprint", str),
        ("trained_network", str),
        ("trained_ranker_without_graph", str),
        ("trained_ranker_with_graph", str),
        ("earlier_graph", str),
        ("earlier_embeddings", str),
        ("record", dict),
    ],
):
    """Decides what a refresh reads and goes on from when the clock starts it.

    Args:
        logs: A folder in the log contract.
        serving: The folder that versions are pushed to.
        history: Where earlier runs have left their notes.
        configuration: RunConfiguration.

    Returns:
        The arguments of the refresh pipeline that differ from run to run, and what record_run notes.
    """
    from orchestration.scheduled import starting

    places = starting.Places(logs=logs, serving=serving, history=history)
    values = starting.start_now(starting.start_refresh, configuration, places)
    trained = ("trained_network", "trained_ranker_without_graph", "trained_ranker_with_graph")
    earlier = ("earlier_graph", "earlier_embeddings")
    return tuple(values[name] for name in ("timeline", "logs_fingerprint", *trained, *earlier, "record"))


@dsl.component(base_image=image("data"), install_kfp_package=False)
def record_run(push: dsl.Input[dsl.Artifact], history: str, record: dict[str, Any]) -> str:
    """Notes a finished run, so that later ones can go on from it.

    Args:
        push: From push_ranker, the last step; its metadata names what the run has made.
        history: Where the note goes.
        record: RunRecord, from the run's first step.

    Returns:
        The note's address.
    """
    from orchestration.finished_runs import RunRecord
    from orchestration.scheduled.history import describe_run, write_scheduled_run
    from schemas.lineage import addresses
    from schemas.settings import parse_settings

    run = describe_run(parse_settings(RunRecord, record, "argument 'record'"), addresses(push))
    note = write_scheduled_run(history, run)
    print(f"record_run: {note}", flush=True)
    return note
