"""Reminders of the weekly report: the person before and on the day, staff once it was missed (profile R)."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from asylum_portal.notices.profiles import Audience, Moment, Profile, latest_due, moments, next_after
from cases.models import Applicant, Case
from reception.exemptions import is_let_off
from reception.models import Centre, Posting, ReportingSlot

State, Reason = ReportingSlot.State, ReportingSlot.Reason


def schedule_reminder(slot: ReportingSlot, *, after: datetime) -> None:
    """Set when this slot is to be looked at next; the caller saves."""
    plan = _moments(slot)
    if latest_due(plan, now=after, after=slot.reminded_until):
        slot.next_reminder_at = after
    else:
        coming = next_after(plan, now=after)
        slot.next_reminder_at = coming.at if coming else None


def remind(slot: ReportingSlot, *, now: datetime) -> int:
    """Queue the one reminder that applies now and set the next look; returns how many notices."""
    plan = _moments(slot)
    moment = latest_due(plan, now=now, after=slot.reminded_until)
    queued = 0
    if moment is not None:
        tell = _tell_staff if slot.state == State.MISSED else _tell_person
        queued = tell(slot, moment, now=now)
    coming = next_after(plan, now=now)
    slot.next_reminder_at = coming.at if coming else None
    slot.reminded_until = now
    slot.save(update_fields=["next_reminder_at", "reminded_until"])
    return queued


def remind_of_due(*, now: datetime, limit: int = 500, applicant: Applicant | None = None) -> int:
    """Look at every slot whose time has come, of all people or one, each by itself; how many notices."""
    due = ReportingSlot.objects.to_remind(at=now)
    if applicant is not None:
        due = due.filter(duty__stay__applicant=applicant)
    queued = 0
    for pk in list(due.order_by("next_reminder_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            slot = (
                ReportingSlot.objects.to_remind(at=now)
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("duty__stay__applicant__user", "duty__stay__centre")
                .filter(pk=pk)
                .first()
            )
            if slot is not None:
                queued += remind(slot, now=now)
    return queued


def tell_missed(slot: ReportingSlot, *, now: datetime) -> int:
    """Tell the person that she was not seen; staff hear of it the next morning, by the profile."""
    return _queue(
        _person(slot, now=now), slot, kind="reporting_missed", code="missed", path="/", at=now, now=now
    )


def is_second_in_a_row(slot: ReportingSlot) -> bool:
    """Whether the week before was missed too, wherever she lived; an excused week breaks the row."""
    before = (
        ReportingSlot.objects.of(slot.applicant)
        .filter(on__lt=slot.on)
        .exclude(reason__in=ReportingSlot.BOOKKEEPING)
        .order_by("-on")
        .first()
    )
    return before is not None and before.state == State.MISSED


def _moments(slot: ReportingSlot) -> list[Moment]:
    match slot.state:
        case State.PLANNED:
            audience = Audience.PERSON
        case State.MISSED:
            audience = Audience.STAFF
        case _:
            return []
    return moments(
        Profile.REPORTING,
        due_at=slot.due_at,
        opened_at=slot.opened_at,
        audience=audience,
        quiet=settings.QUIET_HOURS,
    )


def _tell_person(slot: ReportingSlot, moment: Moment, *, now: datetime) -> int:
    if is_let_off(slot.applicant):
        return 0  # the next sweep exempts her
    people = _person(slot, now=now)
    return _queue(people, slot, kind=moment.kind, code=moment.code, path="/", at=moment.at, now=now)


def _tell_staff(slot: ReportingSlot, moment: Moment, *, now: datetime) -> int:
    twice = is_second_in_a_row(slot)
    kind = "staff_reporting_missed_twice" if twice else moment.kind
    desk = staff_of(slot.centre, on=timezone.localdate(now))
    count = _queue(
        desk, slot, kind=kind, code=moment.code, path=reverse("reception:desk"), at=moment.at, now=now
    )
    if twice and (case := _case(slot)):
        on = timezone.localdate(now)
        mandate = case.current_mandate(on=on)
        people = [*case.current_workers(on=on), *([mandate.holder] if mandate else [])]
        people += _police(case, on=on)
        count += _queue(people, slot, kind=kind, code=moment.code, path="", at=moment.at, now=now)
    return count


def _queue(
    people: list[User], slot: ReportingSlot, *, kind: str, code: str, path: str, at: datetime, now: datetime
) -> int:
    count = 0
    for person in people:
        notice = queue(
            recipient=person,
            kind=kind,
            key=f"slot:{slot.pk}:{slot.on}:{code}:{person.pk}",
            context={"due_on": slot.on} | ({"path": path} if path else {}),
            about=f"slot:{slot.pk}",
            due_at=at,
            now=now,
        )
        count += notice is not None
    return count


def _person(slot: ReportingSlot, *, now: datetime) -> list[User]:
    """She herself, and the guardian of a child."""
    case = _case(slot)
    guardian = case.current_guardian(on=timezone.localdate(now)) if case else None
    return [person for person in (slot.applicant.user, guardian) if person is not None and person.is_active]


def staff_of(centre: Centre, *, on: date) -> list[User]:
    """The reception staff posted at a centre on this day."""
    posted = Posting.objects.current(on=on).filter(centre=centre)
    return list(User.objects.filter(role=Role.RECEPTION, is_active=True, pk__in=posted.values("worker")))


def _police(case: Case, *, on: date) -> list[User]:
    """The police that has a part in this case: it looks too when two reports in a row were missed."""
    part = case.involvements.current(on=on).filter(role=Role.POLICE).first()
    return [] if part is None else list(part.people())


def _case(slot: ReportingSlot) -> Case | None:
    return Case.objects.filter(applicant=slot.duty.stay.applicant_id).first()
