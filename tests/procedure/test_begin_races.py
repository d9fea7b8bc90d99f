"""Two begin the same application, or open a case to the same partner, at the same moment."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from asylum_portal.accounts.models import User
from asylum_portal.notices.models import Notice
from cases.actions import NumberKnown
from cases.audit import broken_links
from cases.models import Applicant, Case
from cases.newcomers import Newcomer
from procedure.guards import StateForbids
from procedure.intake import begin_application
from procedure.models import Procedure
from procedure.parts import end_part, open_to_partner
from tests.cast import Cast, at, make_cast
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 4, 1)
NUMBER = "2851007936"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def test_of_two_who_begin_with_one_number_one_begins_and_the_other_hears_that_it_is_known(cast: Cast) -> None:
    newcomer = Newcomer(
        v_number=NUMBER, name="Miriam Abraha", reading_language="ti", interpreter_language="Tigrinya"
    )

    def by(person: str) -> Callable[[], Procedure]:
        return lambda: begin_application(
            newcomer,
            actor=cast.people[person],
            on=TODAY,
            at=at(TODAY),
            place="Ter Apel",
            team=cast.caseworker.team,
        )

    found = together(*(by(person) for person in ("caseworker", "caseworker", "supervisor", "police")))
    assert sorted(type(one).__name__ for one in found) == ["NumberKnown"] * 3 + ["Procedure"]
    assert (
        Applicant.objects.filter(v_number=NUMBER).count() == User.objects.filter(username=NUMBER).count() == 1
    )
    case = Case.objects.get(applicant__v_number=NUMBER)
    assert case.procedures.count() == 1
    assert case.audit_entries.filter(action="number.known").count() == 3 and not list(broken_links())
    assert all(isinstance(one, NumberKnown | Procedure) for one in found)


def test_a_part_begins_once_and_ends_once(cast: Cast) -> None:
    def begin() -> Any:
        return open_to_partner(
            Case.objects.get(pk=cast.case.pk),
            role="court",
            reason="An appeal on paper.",
            actor=cast.caseworker,
            at=at(TODAY),
        )

    found = together(*[begin] * 4)
    assert sum(isinstance(one, ValidationError) for one in found) == 3
    (part,) = cast.case.involvements.filter(role="court")

    def end() -> None:
        end_part(cast.case.involvements.get(pk=part.pk), actor=cast.supervisor, at=at(TODAY, 11))

    found = together(*[end] * 4)
    assert sum(isinstance(one, StateForbids) for one in found) == 3
    assert Notice.objects.filter(recipient=cast.court).count() == 2
    assert cast.case.audit_entries.filter(action="access.end", data__role="court").count() == 1
