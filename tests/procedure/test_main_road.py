"""The main road, from the wish to the decision, on the dates of the worked examples."""

from datetime import date

import pytest

from procedure.models import Deadline
from procedure.states import State
from tests.cast import make_cast, walk

pytestmark = pytest.mark.django_db


def due(procedure, code: str) -> date:
    return procedure.deadlines.filter(rule_code=code).latest("opened_at").effective_due_on


def test_example_1_ends_in_a_refusal_on_day_6_with_the_dates_of_the_law() -> None:
    cast = walk(make_cast(), until="refuse")
    procedure = cast.procedure
    assert procedure.state == State.REFUSED
    assert [day.on.day for day in procedure.days.all()] == [1, 2, 3, 7, 8, 9]
    assert due(procedure, "REG-01") == date(2026, 3, 20)
    assert due(procedure, "RVT-01") == date(2026, 3, 26)
    assert due(procedure, "AA-COR") == date(2026, 4, 2)
    assert due(procedure, "AA-VIEW") == date(2026, 4, 7)
    assert due(procedure, "AA-DEC") == date(2026, 4, 9)
    assert due(procedure, "APP-1W") == date(2026, 4, 16)
    assert due(procedure, "RET-01") == date(2026, 5, 7)
    assert due(procedure, "DEC-06M") == date(2026, 9, 17)
    assert {
        d.rule_code: d.state for d in procedure.deadlines.all() if d.state == Deadline.State.OPEN
    }.keys() == {
        "APP-1W",
        "RET-01",
        "RET-03",
        "REC-03",
    }
