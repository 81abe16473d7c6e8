"""The log validation as a KFP component."""
# kfp ships no type information, so that its decorator looks untyped to mypy.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("data"), install_kfp_package=False)
def validate_logs(
    logs: dsl.Input[dsl.Dataset],
    timeline: dict[str, float],
    settings: dict[str, Any],
    fingerprint: str,
    validated_logs: dsl.Output[dsl.Dataset],
) -> None:
    """Checks the logs against their contract and puts bad rows aside.

    Args:
        logs: A folder in the log contract.
        timeline: Timeline.to_values; the logs of [window_start, test_end) are validated.
        settings: ValidationSettings.
        fingerprint: Of the step's code, for the cache.
        validated_logs: The same tables with exactly the contract's columns, quarantine, and the checks' results.
    """
    from pathlib import Path

    from components.validate_logs import step
    from components.validate_logs.settings import ValidationSettings
    from schemas.instants import format_instant
    from schemas.settings import parse_settings
    from schemas.step_report import step_report
    from schemas.timeline import Timeline

    moments = Timeline.from_values(timeline)
    with step_report("validate_logs") as report:
        step.validate_logs(
            logs=Path(logs.path),
            output=Path(validated_logs.path),
            start=moments.window_start,
            end=moments.test_end,
            settings=parse_settings(ValidationSettings, settings, "argument 'validation'"),
            report=report,
        )
    validated_logs.metadata.update(report.metadata())
    validated_logs.metadata.update(as_of=format_instant(moments.test_end), fingerprint=fingerprint)
