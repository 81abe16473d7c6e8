"""The first steps hand each decision over under its own name: KFP takes them by their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.configuration import RunConfiguration
from orchestration.scheduled import starting
from orchestration.scheduled.component import start_daily, start_refresh
from schemas.instants import DAY, HOUR, as_datetime
from tests.orchestration.scheduled.test_starting import DAILY, _note, configuration, places  # noqa: F401 - fixtures
from tests.orchestration.test_continued_run import daily


@pytest.mark.parametrize("component", [start_daily, start_refresh], ids=lambda component: str(component.name))
def test_outputs_are_the_arguments_of_their_names(
    component: Any,
    tmp_path: Path,
    configuration: RunConfiguration,  # noqa: F811 - the fixture
    places: starting.Places,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _note(daily(tmp_path / "runs", configuration), places)
    moment = as_datetime(DAILY + 2 * DAY + 3 * HOUR)
    monkeypatch.setattr(starting, "utc_now", lambda: moment)
    values = configuration.model_dump(mode="json", exclude_none=True)
    given = component.python_func(places.logs, places.serving, places.history, values)
    function = starting.start_daily if component is start_daily else starting.start_refresh
    started = function(configuration, places, moment)
    expected = started.arguments | {"record": started.record.model_dump(mode="json")}
    outputs = component.component_spec.outputs
    assert dict(zip(outputs, given, strict=True)) == {name: expected[name] for name in outputs}
    # KFP turns these types into those of the pipeline's parameters.
    assert {name for name, output in outputs.items() if output.type == "Dict"} == {"timeline", "record"}
