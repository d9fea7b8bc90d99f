"""Two centres, their desks, and the people of the cast who live there."""

from dataclasses import dataclass
from datetime import date

import pytest

from asylum_portal.accounts.models import Role, User
from reception import actions
from reception.models import Centre, Posting, ReportingSlot
from tests.cast import PASSWORD, Cast, at, make_cast

# A Monday; King's Day of 2026 is the Monday six weeks later.
START = date(2026, 3, 16)


@dataclass
class Desk:
    """A centre with one person who works there."""

    centre: Centre
    worker: User


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast(on=START)


def make_desk(code: str, worker: User | None = None, **texts: str) -> Desk:
    centre = Centre.objects.create(
        code=code, name=f"Centre {code.title()}", address="Street 1, Town", phone="088 715 7000", **texts
    )
    worker = worker or User.objects.create_user(
        f"{code}@work.example",
        PASSWORD,
        role=Role.RECEPTION,
        display_name=f"Desk {code}",
        language="en",
        email=f"{code}@work.example",
    )
    Posting.objects.create(centre=centre, worker=worker, starts_on=START)
    return Desk(centre, worker)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return make_desk("north", cast.people["reception"], desk="Beside the gate, from 9 to 17.")


@pytest.fixture
def other_desk(cast: Cast) -> Desk:
    return make_desk("south")


def live(
    cast: Cast, desk: Desk, *, weekday: int = 1, on: date = START, who: str = "case"
) -> list[ReportingSlot]:
    """Somebody of the cast comes to live at a centre; the reports planned for her."""
    applicant = getattr(cast, who).applicant
    actions.arrive(applicant, desk.centre, weekday, actor=desk.worker, on=on, at=at(on, 9))
    return list(ReportingSlot.objects.of(applicant).order_by("on"))


def slot_on(on: date) -> ReportingSlot:
    return ReportingSlot.objects.get(on=on)
