"""What the page of a step foretells, before the step is taken."""

import re

import pytest

from procedure.states import State
from tests.cast import Cast, walk
from tests.procedure.desk import (
    DAY_1,
    DAY_3,
    address,
    sign_in,
    words,
)

pytestmark = pytest.mark.django_db


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
    assert "Sat 4 Apr 2026 weekend: Saturday Sun 5 Apr 2026 weekend: Sunday" in page
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
