"""How a sample case came to where it stands: its steps, dated back from the day of the demo."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.home.samples.files import letter
from cases.models import Case
from procedure import filings
from procedure.access import ACTORS
from procedure.actions import apply_transition, express_wish
from procedure.calendars import DayKind, LegalCalendar
from procedure.given import Meeting
from procedure.models import Procedure
from procedure.rules import RulePackage
from procedure.step_documents import DOCUMENT_OF_STEP
from procedure.ticks import REASON_REQUIRED, ticks_of


@dataclass
class Calendar:
    """Days of the general procedure around the day of the demo."""

    law: RulePackage
    today: date

    def day_one(self, *, number: int) -> date:
        """Day 1 such that this day of the procedure is the first procedure day from today on."""
        calendar = LegalCalendar(self.law)
        current, _ = calendar.first_counted(self.today, DayKind.AA_DAY)
        while number > 1:
            current -= timedelta(days=1)
            if calendar.why_not_counted(current, DayKind.AA_DAY) is None:
                number -= 1
        return current

    def days_until(self, last: date, count: int) -> list[date]:
        """So many days of the general procedure, ending on this day or on the one before it that counts."""
        calendar, day, back = LegalCalendar(self.law), last, count
        while True:
            back -= calendar.why_not_counted(day, DayKind.AA_DAY) is None
            if back == 0:
                return self.days(day, count)
            day -= timedelta(days=1)

    def days(self, day_one: date, count: int) -> list[date]:
        return [day.on for day in LegalCalendar(self.law).days(day_one, count, DayKind.AA_DAY).days]


@dataclass
class Story:
    """One case on its way; each method takes the next steps on their days."""

    case: Case
    worker: User
    lawyer: User
    now: datetime
    schedule: str = "AA6"
    reason: str = "complex"
    procedure: Procedure = field(init=False)

    def begin(self, on: date, *, at_border: bool = False) -> None:
        self.procedure = express_wish(
            self.case,
            actor=self.worker,
            on=on,
            at=self._at(on),
            place="Schiphol" if at_border else "Ter Apel",
            at_border=at_border,
        )

    def moment(self, on: date) -> datetime:
        """When something of this day is entered."""
        return self._at(on)

    def _who_takes(self, name: str) -> User:
        """The caseworker where she may; else the lawyer, the applicant, or somebody of the partner."""
        for person in (self.worker, self.lawyer, self.case.applicant.user):
            if person is not None and Role(person.role) in ACTORS[name]:
                return person
        involved = self.case.involvements.filter(ends_on=None).values("role")
        partners = User.objects.filter(role__in=involved, is_active=True)
        return partners.filter(role__in=ACTORS[name]).order_by("pk")[0]

    def take(self, name: str, on: date, **inputs: Any) -> None:
        document = None
        if name in DOCUMENT_OF_STEP and "document" not in inputs:
            document = letter(name.replace("_", " "))
        facts = dict.fromkeys(ticks_of(name), True) | inputs.pop("facts", {})
        if name in REASON_REQUIRED:
            inputs.setdefault("reason", "as the file shows")
        apply_transition(
            self.procedure,
            name,
            actor=inputs.pop("actor", None) or self._who_takes(name),
            on=on,
            at=self._at(on),
            **({"document": document} | inputs),
            facts=facts,
        )

    def file(self, kind: str, on: date, *, hour: int = 15) -> None:
        filings.file_submission(
            self.procedure,
            kind,
            content=letter(kind),
            actor=self.lawyer,
            at=self._at(on, hour),
        )

    def intake(self, lodged_on: date, *, until: str = "finish_application_interview") -> None:
        """From the wish to the end of the application phase, in three days."""
        self.begin(lodged_on)
        last = lodged_on + timedelta(days=2)
        for name, on in (
            ("start_registration", lodged_on),
            ("lodge_application", lodged_on),
            ("start_application_interview", last),
            ("finish_application_interview", last),
        ):
            self.take(name, on)
            if name == until:
                return

    def prepare(self, day_one: date, *, planned_on: date) -> None:
        """Rest and preparation, then day 1 is announced."""
        self.intake(planned_on - timedelta(days=11))
        self.take("begin_preparation", planned_on - timedelta(days=9), schedule=self.schedule)
        self.take(
            "complete_preparation",
            planned_on,
            day_one_on=day_one,
            facts={"six_days_suffice": "yes"} if self.case.special_needs else {},
            appointment=Meeting(
                starts_at=self._moment(day_one, 9),
                place="IND Ter Apel, Voorbeeldweg 10",
                interpreter_language=self.case.applicant.interpreter_language,
            ),
        )

    def general(self, days: list[date], *, until: str) -> None:
        """The days of the general procedure up to and with a step."""
        six = self.schedule == "AA6"
        first, interview, corrections, outcome, response, last = (
            (days[0], days[0], days[1], days[2], days[3], days[5])
            if six
            else (days[0], days[1], days[3], days[4], days[6], days[8])
        )
        self.prepare(first, planned_on=min(first, timezone.localdate(self.now)) - timedelta(days=1))
        for name, on in (
            ("start_general_procedure", first),
            ("close_interview", interview),
            ("corrections", corrections),
            ("close_corrections", corrections),
            ("issue_intended_decision", outcome),
            ("response", response),
            ("close_response", response),
            ("refuse", last),
        ):
            if name in ("corrections", "response"):
                self.file(name, on)
            elif name == "refuse":
                self.take(name, on, outcome="UNFOUNDED")
            else:
                self.take(name, on)
            if name == until:
                return

    def _at(self, on: date, hour: int = 10) -> datetime:
        return min(self._moment(on, hour), self.now)

    def _moment(self, on: date, hour: int) -> datetime:
        return datetime.combine(on, time(hour), tzinfo=timezone.get_default_timezone())
