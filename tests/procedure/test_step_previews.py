"""What the page of a step foretells, before the step is taken."""

import re
from datetime import date
from typing import Any

import pytest

from procedure import previews
from procedure.models import Procedure
from procedure.states import State
from tests.cast import MAIN_ROAD, Cast, walk
from tests.procedure.desk import (
    DAY_1,
    DAY_3,
    address,
    sign_in,
    words,
)

pytestmark = pytest.mark.django_db


def opened_by(procedure: Procedure) -> dict[str, date]:
    last = procedure.transitions.last()
    return {term.rule_code: term.effective_due_on for term in procedure.deadlines.filter(opened_by=last)}


def states(procedure: Procedure) -> dict[Any, str]:
    return dict(procedure.deadlines.values_list("pk", "state"))


EXTENDED_ROAD: list[tuple[str, date, dict[str, Any]]] = [
    ("extend_general_procedure", DAY_3, {"ground": "f"}),
    ("refer_to_extended", DAY_3, {}),
    ("plan_extended_interview", DAY_3, {}),
    ("close_extended_interview", date(2026, 4, 16), {}),
    ("close_corrections", date(2026, 5, 4), {}),
    ("issue_intended_decision", date(2026, 5, 5), {}),
    ("grant", date(2026, 5, 6), {"outcome": "GRANT_B2"}),
]


@pytest.mark.parametrize("road", ["main", "extended"])
def test_what_the_page_foretells_is_what_happens(cast: Cast, road: str) -> None:
    main = [(name, on, {}) for name, on in MAIN_ROAD]
    until = [name for name, _on, _more in main].index("issue_intended_decision")
    compared = 0
    for name, on, more in main if road == "main" else [*main[:until], *EXTENDED_ROAD]:
        if name.startswith("file "):
            cast.file(name.removeprefix("file "), on)
            continue
        arguments = {
            "begin_preparation": {"schedule": "AA6"},
            "complete_preparation": {"day_one_on": on},
            "refuse": {"outcome": "UNFOUNDED"},
        }.get(name, more)
        cast.procedure.event_on = on
        foreseen = previews.foresee(cast.procedure, name, on=on, arguments=arguments)
        untouched = cast.procedure.state
        before = states(cast.procedure)
        assert Procedure.objects.get(pk=cast.procedure.pk).state == untouched
        cast.take(name, on, **more)
        after = states(cast.procedure)
        assert {opening.rule.code: opening.due_on for opening in foreseen.opens} == opened_by(
            cast.procedure
        ), name
        changed = {pk: state for pk, state in after.items() if pk in before and before[pk] != state}
        assert {ending.deadline.pk: ending.state for ending in foreseen.ends} == changed, name
        if foreseen.plan:
            assert [day.on for day in foreseen.plan.days] == [day.on for day in cast.procedure.days.all()]
        compared += len(foreseen.opens) + len(foreseen.ends)
    assert compared > 15


def test_a_choice_still_open_shows_each_of_its_dates(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    page = words(sign_in(cast.caseworker).get(address("step", cast.procedure.pk, "extend_general_procedure")))
    assert re.search(r"last day: \w+ \d+ \w+ 2026 Only for: a, b, c, d, e ", page)
    assert re.search(r"Only for: f ", page) and re.search(r"Only for: g ", page)


def test_looking_first_shows_the_dates_and_writes_nothing(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(DAY_1)
    response = sign_in(cast.caseworker).post(
        address("step", cast.procedure.pk, "complete_preparation"),
        {"look": "1", "day_one_on": "2026-04-01", "reason": "kept", "meeting_place": "Zwolle"},
    )
    page = words(response)
    assert response.status_code == 200
    assert "Day 6 Thursday 9 April 2026" in page
    assert "Skipped: Sat 4 Apr 2026 (weekend: Saturday), Sun 5 Apr 2026" in page
    assert "kept" in page and 'value="Zwolle"' in response.content.decode()
    assert "Something is not right yet" not in page
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.PREPARATION


def test_the_page_says_who_is_told_and_in_which_language(cast: Cast, stand) -> None:
    walk(cast, until="close_corrections")
    stand(DAY_3)
    page = words(sign_in(cast.caseworker).get(address("step", cast.procedure.pk, "issue_intended_decision")))
    assert "Selam Tesfay (Applicant, ትግርኛ )" in page
    assert "Lawyer (Lawyer, Nederlands )" in page
    assert "The case goes on to: Intended decision" in page
