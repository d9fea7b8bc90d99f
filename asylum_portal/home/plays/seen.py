"""What a step brought: looked at before and after, and the difference told as facts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asylum_portal.accounts.models import User
from asylum_portal.home.plays.cast import Cast
from asylum_portal.home.plays.scenario import Step
from asylum_portal.notices.models import Notice
from cases.models import Case, Document
from procedure import machines
from procedure.models import DateChange, Deadline, Filing


@dataclass(frozen=True)
class Refusal:
    """Why a step was not taken: as HTTP would answer, in words, with the wrong fields."""

    code: str
    words: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """A time limit as it stands."""

    code: str
    title: str
    state: str
    due_on: date
    due_at: datetime

    @property
    def runs(self) -> bool:
        return self.state in (Deadline.State.OPEN, Deadline.State.SUSPENDED)

    @property
    def stands_still(self) -> bool:
        return self.state == Deadline.State.SUSPENDED


@dataclass(frozen=True)
class Standing:
    """Where everything of a case stands at one moment."""

    state: str = ""
    track: str = ""
    schedule: str = ""
    machines: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[UUID, Term] = field(default_factory=dict)
    notices: frozenset[UUID] = frozenset()
    documents: frozenset[UUID] = frozenset()
    changes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Seen:
    """What one step of a play brought, and where the file says otherwise."""

    step: Step
    actor: User
    before: Standing
    after: Standing
    refusal: Refusal | None = None
    filing: Filing | None = None
    notices: tuple[Notice, ...] = ()
    documents: tuple[str, ...] = ()
    changes: tuple[DateChange, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def opened(self) -> list[Term]:
        return [term for pk, term in self.after.terms.items() if pk not in self.before.terms]

    @property
    def ended(self) -> list[Term]:
        """Those that ran before and no longer do, as they ended."""
        return [
            self.after.terms[pk]
            for pk, term in self.before.terms.items()
            if term.runs and not self.after.terms[pk].runs
        ]

    @property
    def moved(self) -> list[tuple[Term, Term]]:
        """Those that stand still now, run again, or have another last day."""
        pairs = [(term, self.after.terms[pk]) for pk, term in self.before.terms.items()]
        return [
            (old, new)
            for old, new in pairs
            if new.runs and (old.due_at != new.due_at or old.stands_still != new.stands_still or not old.runs)
        ]


def standing(cast: Cast) -> Standing:
    """Where the case of this cast stands now."""
    procedure = cast.procedure
    if procedure is None:
        return Standing()
    case = cast.case
    return Standing(
        state=str(procedure.state),
        track=str(procedure.track),
        schedule=str(procedure.schedule),
        machines=small_machines(cast),
        terms={
            term.pk: Term(
                term.rule_code, str(term.title), str(term.state), term.effective_due_on, term.due_at
            )
            for term in _terms_of(case)
        },
        notices=frozenset(Notice.objects.values_list("pk", flat=True)),
        documents=frozenset(case.documents.values_list("pk", flat=True)),
        changes=frozenset(
            DateChange.objects.filter(deadline__procedure__case=case).values_list("pk", flat=True)
        ),
    )


def _terms_of(case: Case) -> Iterator[Deadline]:
    terms = Deadline.objects.filter(procedure__case=case).select_related("procedure__package")
    yield from terms.order_by("opened_by_id", "pk")


def small_machines(cast: Cast) -> dict[str, str]:
    """The state of each machine beside the procedure that has begun."""
    states = {}
    for name in machines.SMALL_MACHINES:
        found = machines.current(cast.procedure, name)
        if found is not None:
            states[name] = str(found.state)
    beside: Iterable[Any] = machines.beside(cast.procedure)
    return states | {found.machine: str(found.state) for found in beside}


def since(before: Standing, cast: Cast) -> dict[str, Any]:
    """The rows that were not there before: notices to the cast, documents, changes of dates."""
    case = cast.case
    people = [person.pk for person in cast.people.values()]
    notices = Notice.objects.filter(recipient__in=people).exclude(pk__in=before.notices)
    documents = Document.objects.filter(case=case).exclude(pk__in=before.documents)
    changes = DateChange.objects.filter(deadline__procedure__case=case).exclude(pk__in=before.changes)
    return {
        "notices": tuple(notices.select_related("recipient").order_by("due_at", "recipient__username")),
        "documents": tuple(documents.order_by("received_at", "code").values_list("code", flat=True)),
        "changes": tuple(changes.select_related("deadline").order_by("pk")),
    }


def who_can_open(cast: Cast, *, on: date) -> list[str]:
    """The people of the cast who can open the case on this day."""
    return [
        name
        for name, person in cast.people.items()
        if Case.objects.visible_to(person, on=on).filter(pk=cast.case.pk).exists()
    ]
