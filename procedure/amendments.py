"""Changing published rules: proposed with a source, shown with every date that would move, then confirmed."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from cases.actions import people_of_applicant
from cases.audit import record
from procedure import days, recompute
from procedure.calendars import CannotCompute, NotAProcedureDay
from procedure.guards import StateForbids
from procedure.law_changes import WrongChange, amended
from procedure.ledger import Because, Cause, move
from procedure.models import Amendment, Deadline, Procedure, RulePackage
from procedure.rules import RulePackage as Law
from procedure.rules import WrongSetting

Kind = Amendment.Kind
# Who may propose and confirm, and who may look.
CHANGED_BY = frozenset({Role.SUPERVISOR})
READ_BY = CHANGED_BY | {Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Moved:
    """An open term whose last day a change of the rules would move."""

    again: recompute.Again
    from_on: date
    to_on: date

    @property
    def deadline(self) -> Deadline:
        return self.again.deadline


@dataclass(frozen=True)
class MovedDays:
    """A procedure whose planned days a change would move; none where day 1 itself would no longer count."""

    procedure: Procedure
    dates: dict[int, tuple[date, date]]
    next_day_one: date | None = None


@dataclass(frozen=True)
class Reach:
    """Everything that a change of the rules would move."""

    terms: tuple[Moved, ...]
    days: tuple[MovedDays, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same list: what was shown is what is confirmed."""
        lines = [f"{row.deadline.pk} {row.from_on} {row.to_on}" for row in self.terms]
        lines += [
            f"{row.procedure.pk} {number} {before} {after}"
            for row in self.days
            for number, (before, after) in row.dates.items()
        ]
        lines += [f"{row.procedure.pk} {row.next_day_one}" for row in self.days if row.next_day_one]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def propose(
    package: RulePackage,
    *,
    kind: str,
    actor: User,
    at: datetime,
    source: str,
    confidence: str,
    reason: str,
    key: str = "",
    value: Any = None,
    on: date | None = None,
) -> Amendment:
    """Write down a change that nobody has confirmed yet; 400 when it does not fit the package."""
    _only_for(actor)
    if package.status != "published":
        raise StateForbids([_("A draft is changed in its file, and no case uses it.")])
    errors: dict[str, Any] = {}
    for name, text in (("source", source), ("reason", reason)):
        if not text.strip():
            errors[name] = _("Fill this in.")
    if kind in (Kind.EQUATED_DAY, Kind.REMOVED_DAY) and on is None:
        errors["on"] = _("Give the day.")
    if kind == Kind.YEAR and not (key.isdecimal() and 2000 <= int(key) <= 2199):
        errors["key"] = _("Give a year, as 2029.")
    if errors:
        raise ValidationError(errors)
    proposal = Amendment(
        package=package,
        kind=kind,
        key=key if kind in (Kind.SETTING, Kind.YEAR) else "",
        value=_read(package.law, key, value) if kind == Kind.SETTING else value,
        on=on if kind in (Kind.EQUATED_DAY, Kind.REMOVED_DAY) else None,
        source=source.strip(),
        confidence=confidence,
        reason=reason.strip(),
        proposed_by=actor,
        proposed_at=at,
    )
    _fits(proposal)
    proposal.save()
    record(actor, "rules.propose", at=at, target=proposal, package=package.pk, kind=str(kind))
    return proposal


@transaction.atomic
def drop(amendment: Amendment, *, actor: User, at: datetime) -> None:
    """Take back a change that nobody has confirmed."""
    _only_for(actor)
    waiting = Amendment.objects.select_for_update().get(pk=amendment.pk)
    if waiting.confirmed_at is not None:
        raise StateForbids([_("This change was confirmed already.")])
    record(actor, "rules.drop", at=at, target=waiting, package=waiting.package_id, kind=str(waiting.kind))
    waiting.delete()


def _read(law: Law, key: str, value: Any) -> Any:
    """The value of a setting in its own type; typed text is read."""
    if key not in law.settings:
        raise ValidationError({"key": _("There is no such setting.")})
    spec = law.settings[key]
    try:
        read = spec.read(value) if isinstance(value, str) else value
        spec.with_value(read)
    except WrongSetting:
        wanted = {"bool": _("Choose yes or no."), "int": _("Give a whole number.")}
        text = _("Choose one of these.") if spec.choices else _("Give a text.")
        raise ValidationError({"value": wanted.get(spec.type, text)}) from None
    if isinstance(read, int) and not 0 <= read <= 1000:
        raise ValidationError({"value": _("Give a whole number from 0 to 1000.")})
    return read


def _fits(proposal: Amendment) -> Law:
    """The law with the change in it; 400 with the field named where it does not fit."""
    try:
        return amended(proposal.package.law, proposal.as_change())
    except WrongChange as wrong:
        raise ValidationError({wrong.field: _(wrong.msgid) % wrong.values}) from None


def affected(amendment: Amendment, *, on: date) -> Reach:
    """What the change would move, the first to end first, worked out with the law as it would be."""
    law = _fits(amendment)
    moved: list[Moved] = []
    planned: list[MovedDays] = []
    for procedure in _concerned(amendment.package):
        try:
            found = recompute.work_out(procedure, law=law)
        except CannotCompute:
            raise ValidationError(
                {
                    "on": _(
                        "A last day of %(case)s would fall in a year that is not known. Add that year first."
                    )
                    % {"case": procedure.case.number}
                }
            ) from None
        moved += [
            Moved(again, again.deadline.effective_due_on, again.due_on) for again in recompute.changed(found)
        ]
        planned += _moved_days(procedure, law, on=on)
    return Reach(
        tuple(sorted(moved, key=lambda row: (row.from_on, str(row.deadline.pk)))),
        tuple(planned),
    )


def _moved_days(procedure: Procedure, law: Law, *, on: date) -> Iterator[MovedDays]:
    try:
        found = days.by_law(procedure, law=law, since=on)
    except NotAProcedureDay as no_day:
        yield MovedDays(procedure, {}, next_day_one=no_day.next_on)
        return
    if found:
        yield MovedDays(procedure, found)


def _concerned(package: RulePackage, *, locked: bool = False) -> Iterable[Procedure]:
    """Every procedure that may have a term or a day of this package still to come."""
    found = Procedure.objects.filter(package=package).order_by("pk")
    if locked:
        # All, in one order: a step that is being taken ends first, and the next one finds the new law.
        list(found.select_for_update(no_key=True).values_list("pk", flat=True))
    running = Deadline.objects.running().values("procedure")
    return (
        found.filter(pk__in=running)
        .select_related("case", "package")
        .prefetch_related("deadlines__opened_by", "suspensions", "days")
    )


@transaction.atomic
def confirm(amendment: Amendment, *, actor: User, at: datetime, seen: str) -> Reach:
    """Make the change law and move exactly what was shown; 409 when the list has changed since.

    `seen` is the fingerprint of the list that the person saw.
    """
    _only_for(actor)
    package = RulePackage.objects.select_for_update(no_key=True).get(pk=amendment.package_id)
    waiting = Amendment.objects.select_for_update().get(pk=amendment.pk)
    if waiting.confirmed_at is not None:
        raise StateForbids([_("This change was confirmed already.")])
    list(_concerned(package, locked=True))
    waiting.package = package
    today = timezone.localdate(at)
    reach = affected(waiting, on=today)
    if reach.fingerprint != seen:
        raise StateForbids(
            [_("The list of dates has changed since you saw it. Look at it again before you confirm.")]
        )
    waiting.confirmed_by, waiting.confirmed_at = actor, at
    waiting.save(update_fields=["confirmed_by", "confirmed_at"])
    package.changes = [*package.changes, waiting.as_change()]
    package.save(update_fields=["changes"])
    record(actor, "rules.confirm", at=at, target=waiting, package=package.pk, moved=len(reach.terms))
    because = Because(Cause.AMENDMENT, actor, at, reason=waiting.reason, amendment=waiting)
    for row in reach.terms:
        _move(row, because)
    for planned in reach.days:
        if planned.dates:
            # The package that it holds is the one from before.
            planned.procedure.package = package
            days.plan(planned.procedure)
    amendment.refresh_from_db()
    return reach


def _move(row: Moved, because: Because) -> None:
    deadline, case = row.deadline, row.deadline.procedure.case
    deadline.letter_due_on = row.again.letter_due_on
    move(deadline, because, term=row.again.term)
    record(
        because.by,
        "deadline.move",
        at=because.at,
        case=case,
        target=deadline,
        rule=deadline.rule_code,
        from_on=row.from_on.isoformat(),
        to_on=row.to_on.isoformat(),
    )
    on = timezone.localdate(because.at)
    for person in dict.fromkeys([*people_of_applicant(case, on=on), *case.current_workers(on=on)]):
        queue(
            recipient=person,
            kind="deadline_changed",
            key=f"moved:{deadline.pk}:{because.amendment.pk if because.amendment else ''}:{person.pk}",
            context={"due_on": row.to_on, "path": reverse("procedure:why", args=[deadline.pk])},
            about=f"deadline:{deadline.pk}",
            due_at=because.at,
            now=because.at,
        )


def _only_for(actor: User) -> None:
    if actor.role not in CHANGED_BY or not actor.is_active:
        raise PermissionDenied


def in_words(amendment: Amendment) -> str:
    """What a change changes, in the reader's language."""
    on = dates.long_date(amendment.on) if amendment.on else ""
    match amendment.kind:
        case Kind.SETTING:
            return _("%(setting)s becomes %(value)s") % {
                "setting": amendment.key,
                "value": value_in_words(amendment.value),
            }
        case Kind.EQUATED_DAY:
            return _("%(day)s counts as a public holiday") % {"day": on}
        case Kind.REMOVED_DAY:
            return _("%(day)s no longer counts as a public holiday") % {"day": on}
        case _:
            listed = [dates.long_date(date.fromisoformat(day)) for day in amendment.value or ()]
            named = {"year": amendment.key, "days": "; ".join(listed)}
            if not listed:
                return _("The calendar knows %(year)s, without days by royal decree") % named
            return _("The calendar knows %(year)s, with these days by royal decree: %(days)s") % named


def value_in_words(value: Any) -> str:
    """The value of a setting as people read it."""
    if value is None:
        return _("not confirmed: the letter decides")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
