"""What a step changed: how things stood before and after it, and the difference in plain facts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from asylum_portal import languages
from asylum_portal.accounts.models import Role
from asylum_portal.notices.models import Notice
from cases.document_types import DOCUMENT_TYPES
from procedure import machines
from procedure.models import Deadline, Procedure, ProcedureDay
from procedure.rules import Mode

RUNNING = {str(Deadline.State.OPEN), str(Deadline.State.LAPSED), "suspended"}


@dataclass(frozen=True)
class Stands:
    """A time limit as it stands: which rule, until when, in what state."""

    code: str
    title: str
    due_on: date
    due_at: datetime
    state: str
    is_minimum: bool
    check_the_letter: bool
    letter: bool
    # The choices with which it is so; empty when it is with each.
    only_for: tuple[str, ...] = ()

    @property
    def fate(self) -> Deadline.State:
        return Deadline.State(self.state)

    @property
    def runs(self) -> bool:
        return self.state in RUNNING


@dataclass(frozen=True)
class Moved:
    """A time limit whose last day changes, or that stands still."""

    before: Stands
    after: Stands

    @property
    def stands_still(self) -> bool:
        return self.after.state == "suspended"


@dataclass(frozen=True)
class Went:
    """A machine that went from one state to another; from nothing when it begins."""

    machine: str
    before: str
    after: str

    @property
    def machine_label(self) -> str:
        return str(machines.MACHINE_LABELS.get(self.machine, self.machine))

    @property
    def label(self) -> str:
        return machines.state_label(self.machine, self.after)


@dataclass(frozen=True)
class Told:
    """Who receives a notice, which, and in which language."""

    name: str
    role: str
    kind: str
    language: str

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    @property
    def language_name(self) -> str:
        return languages.known(self.language).own_name


@dataclass(frozen=True)
class Access:
    """Whose access to the file begins or ends, and from or until which day."""

    who: str
    role: str
    on: date

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


@dataclass(frozen=True)
class Filed:
    """A document that is put on file, and who may read it."""

    code: str

    @property
    def title(self) -> str:
        return str(DOCUMENT_TYPES[self.code].title)

    @property
    def readers(self) -> list[str]:
        return [str(Role(role).label) for role in Role.values if role in DOCUMENT_TYPES[self.code].seen_by]


@dataclass(frozen=True)
class PlannedDay:
    """A dated day of the procedure, and the days passed over just before it: date and name."""

    number: int
    on: date
    skipped: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True)
class Consequences:
    """Everything that a step sets in motion."""

    went: tuple[Went, ...] = ()
    opens: tuple[Stands, ...] = ()
    ends: tuple[Stands, ...] = ()
    moves: tuple[Moved, ...] = ()
    days: tuple[PlannedDay, ...] = ()
    meetings: tuple[tuple[str, datetime], ...] = ()
    told: tuple[Told, ...] = ()
    access_begins: tuple[Access, ...] = ()
    access_ends: tuple[Access, ...] = ()
    filed: tuple[Filed, ...] = ()


@dataclass(frozen=True)
class Picture:
    """How a procedure and all that hangs on it stand at one moment."""

    states: dict[str, str]
    terms: dict[Any, Stands]
    days: tuple[PlannedDay, ...]
    meetings: frozenset[tuple[str, datetime]]
    notices: frozenset[Any]
    rights: dict[Any, tuple[str, str, date, date | None]]
    documents: frozenset[Any]

    @classmethod
    def of(cls, procedure: Procedure) -> "Picture":
        case = procedure.case
        rights: dict[Any, tuple[str, str, date, date | None]] = {
            ("mandate", spell.pk): (str(spell.holder), Role.LAWYER.value, spell.starts_on, spell.ends_on)
            for spell in case.mandates.select_related("holder")
        }
        rights |= {
            ("part", part.pk): (str(part.organisation or ""), part.role, part.starts_on, part.ends_on)
            for part in case.involvements.select_related("organisation")
        }
        return cls(
            states={
                f"{subject.machine}:{subject.pk}": subject.state
                for subject in (*machines.subjects(procedure), *machines.beside(procedure))
                if subject.pk is not None
            },
            terms={term.pk: _stands(term, procedure) for term in procedure.deadlines.all()},
            days=tuple(
                PlannedDay(
                    day.number,
                    day.on,
                    tuple(
                        (date.fromisoformat(skipped["date"]), skipped["name"])
                        for skipped in day.skipped_before
                    ),
                )
                for day in ProcedureDay.objects.filter(procedure=procedure).order_by("number")
            ),
            meetings=frozenset(
                procedure.appointments.filter(cancelled_at__isnull=True).values_list("kind", "starts_at")
            ),
            notices=frozenset(_notices(procedure).values_list("pk", flat=True)),
            rights=rights,
            documents=frozenset(case.documents.values_list("pk", flat=True)),
        )


def between(before: Picture, after: Picture, procedure: Procedure) -> Consequences:
    """What changed from one picture to the other."""
    return Consequences(
        went=tuple(
            Went(key.partition(":")[0], before.states.get(key, ""), state)
            for key, state in after.states.items()
            if before.states.get(key) != state
        ),
        opens=_sorted(row for pk, row in after.terms.items() if pk not in before.terms and row.runs),
        ends=_sorted(
            row
            for pk, row in after.terms.items()
            if pk in before.terms and before.terms[pk].runs and not row.runs
        ),
        moves=tuple(
            sorted(
                (
                    Moved(before.terms[pk], row)
                    for pk, row in after.terms.items()
                    if pk in before.terms and row.runs and _moved(before.terms[pk], row)
                ),
                key=lambda moved: (moved.after.due_at, moved.after.code),
            )
        ),
        days=after.days if after.days != before.days else (),
        meetings=tuple(sorted(after.meetings - before.meetings, key=lambda meeting: meeting[1])),
        told=tuple(
            sorted(
                (
                    _told(notice)
                    for notice in _notices(procedure)
                    .exclude(pk__in=before.notices)
                    .select_related("recipient")
                ),
                key=lambda told: (told.role, told.name, told.kind),
            )
        ),
        access_begins=tuple(
            Access(who, role, starts_on)
            for key, (who, role, starts_on, _ends_on) in after.rights.items()
            if key not in before.rights
        ),
        access_ends=tuple(
            Access(who, role, ends_on)
            for key, (who, role, _starts_on, ends_on) in after.rights.items()
            if ends_on is not None and key in before.rights and before.rights[key][3] is None
        ),
        filed=tuple(
            Filed(code)
            for code in procedure.case.documents.exclude(pk__in=before.documents)
            .order_by("code")
            .values_list("code", flat=True)
        ),
    )


def _stands(term: Deadline, procedure: Procedure) -> Stands:
    term.procedure = procedure
    rule = term.rule
    return Stands(
        code=term.rule_code,
        title=rule.title,
        due_on=term.effective_due_on,
        due_at=term.due_at,
        state=str(term.state),
        is_minimum=rule.mode == Mode.CALENDAR_MIN,
        check_the_letter=rule.check_the_letter,
        letter=term.letter_due_on is not None,
    )


def _moved(before: Stands, after: Stands) -> bool:
    return before.due_at != after.due_at or (before.state == "suspended") != (after.state == "suspended")


def _sorted(rows) -> tuple[Stands, ...]:
    return tuple(sorted(rows, key=lambda row: (row.due_at, row.code)))


def _notices(procedure: Procedure):
    filings = [f"filing:{pk}" for pk in procedure.filings.values_list("pk", flat=True)]
    return Notice.objects.filter(Q(about=f"procedure:{procedure.pk}") | Q(about__in=filings))


def _told(notice: Notice) -> Told:
    person = notice.recipient
    return Told(str(person), person.role, notice.kind, person.reading_language)
