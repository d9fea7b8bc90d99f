"""The fixed cast of the suite, with the password of them all, and the main road of worked example 1."""

from datetime import date
from io import BytesIO
from typing import Any

from asylum_portal.home.plays import cast as plays
from asylum_portal.home.plays.cast import AMSTERDAM, Cast, at, load_law
from cases.file_types import ProvenFile, prove
from tests.cases.samples import pdf_bytes

__all__ = [
    "AMSTERDAM",
    "MAIN_ROAD",
    "PASSWORD",
    "Cast",
    "at",
    "letter_file",
    "load_law",
    "make_cast",
    "take_road",
    "walk",
]

PASSWORD = "a sentence that nobody guesses"


def letter_file(text: str = "letter", name: str = "letter.pdf") -> ProvenFile:
    """A real PDF, proven."""
    return prove(BytesIO(pdf_bytes(text)), claimed_name=name, limit=10**7)


def make_cast(*, on: date = date(2026, 3, 17), **options: Any) -> Cast:
    """The cast on the day before anything happens: the wish is expressed on `on`."""
    return plays.make_cast(on=on, password=PASSWORD, **options)


# The main road of worked example 1: (step, day, who).
MAIN_ROAD: list[tuple[str, date]] = [
    ("start_registration", date(2026, 3, 17)),
    ("lodge_application", date(2026, 3, 17)),
    ("start_application_interview", date(2026, 3, 19)),
    ("finish_application_interview", date(2026, 3, 19)),
    ("begin_preparation", date(2026, 3, 19)),
    ("complete_preparation", date(2026, 4, 1)),
    ("start_general_procedure", date(2026, 4, 1)),
    ("close_interview", date(2026, 4, 1)),
    ("file corrections", date(2026, 4, 2)),
    ("close_corrections", date(2026, 4, 2)),
    ("issue_intended_decision", date(2026, 4, 3)),
    ("file response", date(2026, 4, 7)),
    ("close_response", date(2026, 4, 7)),
    ("refuse", date(2026, 4, 9)),
]


def take_road(cast: Cast, road: list[tuple[str, date]]) -> None:
    """Take these steps and file these documents, each on its day."""
    for name, on in road:
        if name.startswith("file "):
            cast.file(name.removeprefix("file "), on)
        else:
            cast.take(name, on)


def walk(cast: Cast, *, until: str) -> Cast:
    """Walk the main road up to and with this step."""
    names = [name for name, _on in MAIN_ROAD]
    take_road(cast, MAIN_ROAD[: names.index(until) + 1])
    return cast
