"""Whole cases as a lawyer would tell them: each file of tests/scenarios is played against the portal.

tests/scenarios/README.md says how such a file is written.
"""

from pathlib import Path

import pytest

from asylum_portal.home.plays.player import Player
from asylum_portal.home.plays.scenario import BEGINNINGS, Scenario, read
from procedure.access import ACTORS
from reception.access import ACTORS as RECEPTION_STEPS

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.slow(60)
@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_case_goes_as_its_file_tells(path: Path) -> None:
    scenario = read(path)
    taken = 0
    for seen in Player(scenario).play():
        taken += 1
        if seen.differences:
            places = [f"{path.name}, {seen.step.place}: {text}" for text in seen.differences]
            pytest.fail("\n".join(places), pytrace=False)
    assert taken == len(scenario.steps) > 0


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return [read(path) for path in FILES]


# Steps of the draft package of June 2026, which serves no case yet.
OF_THE_DRAFT = {"open_preparation", "choose_track", "decide_without_intention"}
# What no person takes: it follows from another step, or from the clock.
BY_ITSELF = {
    "open_higher_appeal",
    "pass_family_window",
    "plan_transfer",
    "stop_return",
    "suspend_departure_term",
    "hold_in_closed_centre",
    "leave_closed_centre",
    "end_with_departure",
    "miss_report",
    "miss_report_again",
    "report_again",
    "excuse_missed_report",
}


def test_every_step_of_the_model_has_its_scenario(scenarios: list[Scenario]) -> None:
    played = {step.what for scenario in scenarios for step in scenario.steps}
    assert {*ACTORS, *RECEPTION_STEPS, *BEGINNINGS} - played - OF_THE_DRAFT - BY_ITSELF == set()


def test_every_kind_of_refusal_and_every_machine_has_its_scenario(scenarios: list[Scenario]) -> None:
    expected = [step.expect for scenario in scenarios for step in scenario.steps]
    assert {"409", "403", "400"} <= {expect.get("refused") for expect in expected}
    machines = {name for expect in expected for name in expect.get("machines", {})}
    assert machines == {"appeal", "border", "family", "permit", "reception", "replacement", "return"}
