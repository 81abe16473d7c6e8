"""The pipelines that a clock starts: a first step that decides what is read, the pipeline itself, and a note of it."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from orchestration.arguments import settings_arguments
from orchestration.configuration import RunConfiguration
from orchestration.resources.applying import with_resources
from orchestration.scheduled.component import record_run, start_daily, start_refresh
from orchestration.scheduled.starting import Places

STARTS = {"daily": start_daily, "refresh": start_refresh}
GIVEN = frozenset({"logs", "serving", "timeline", "logs_fingerprint"})


def scheduled_pipeline(name: str, pipeline: Any, configuration: RunConfiguration, places: Places) -> Any:
    """A pipeline that needs no argument when it starts.

    Args:
        name: `daily` or `refresh`.
        pipeline: The pipeline of that name, with the resources of its cluster.
        configuration: Of every run.
        places: Addresses.

    Returns:
        What dsl.pipeline makes.
    """
    wanted = set(pipeline.pipeline_spec.root.input_definitions.parameters)
    settings = {key: value for key, value in settings_arguments(configuration).items() if key in wanted - GIVEN}

    @dsl.pipeline(name=f"{pipeline.name}-scheduled")
    def scheduled() -> None:
        start = with_resources(
            STARTS[name](
                logs=places.logs,
                serving=places.serving,
                history=places.history,
                configuration=configuration.model_dump(mode="json", exclude_none=True),
            ),
            "start",
        )
        # What is newest changes with the clock.
        start.set_caching_options(enable_caching=False)
        decided = {key: start.outputs[key] for key in start.outputs if key not in ("record", "timeline")}
        # KFP never writes twice to one address, which thus names the contents.
        fingerprints = {f"{key}_fingerprint": value for key, value in decided.items() if f"{key}_fingerprint" in wanted}
        run = pipeline(
            logs=places.logs,
            serving=places.serving,
            timeline=start.outputs["timeline"],
            **decided,
            **fingerprints,
            **settings,
        )
        note = record_run(push=run.outputs["push"], history=places.history, record=start.outputs["record"])
        with_resources(note, "record_run").set_caching_options(enable_caching=False)

    return scheduled
