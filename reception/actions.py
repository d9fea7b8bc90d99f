"""Where somebody lives and her weekly report: every change. A missed report never changes a case."""

import contextlib
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from asylum_portal import dates
from asylum_portal.accounts.models import User
from asylum_portal.notices.actions import suppress
from cases.audit import record
from cases.models import Applicant, Case
from procedure.calendars import CannotCompute, LegalCalendar
from procedure.guards import StateForbids
from procedure.models import Procedure, RulePackage, Transition
from reception import missed
from reception.exemptions import people_let_off
from reception.interviews import interview_days, interview_days_after
from reception.machine import Busy, hold
from reception.models import Centre, ReportingDuty, ReportingSlot, Stay, Weekday
from reception.reminders import schedule_reminder, tell_missed
from reception.slots import Week, WeeklySlot, weekly_slot

logger = logging.getLogger(__name__)

State, Reason = ReportingSlot.State, ReportingSlot.Reason
WEEKS_AHEAD = 4
ONE_DAY = timedelta(days=1)
# What staff may choose from; the other reasons follow from an act of their own.
EXCUSES = (Reason.ILL, Reason.INTERVIEW, Reason.APPOINTMENT, Reason.OTHER)

Timetable = dict[tuple[Week, int], WeeklySlot]


# Where somebody lives


@transaction.atomic
def arrive(
    applicant: Applicant, centre: Centre, weekday: int, *, actor: User, on: date, at: datetime
) -> Stay:
    """Somebody comes to live at a centre and reports there on this weekday; raises ValidationError.

    Whoever lived elsewhere leaves there. Said again for the same centre it changes the weekday alone, from
    the next week on, so that there is one report in each week.
    """
    if weekday not in Weekday.values:
        raise ValidationError({"weekday": _("Choose a day from Monday to Friday.")})
    hold(applicant)
    # One arrival of a person at a time. NO KEY, so that rows that point to her can still be written.
    Applicant.objects.select_for_update(no_key=True).get(pk=applicant.pk)
    stay = applicant.stays.filter(left_on__isnull=True).first()
    if stay is not None and on < stay.arrived_on:
        raise ValidationError({"on": _("This is before the day on which the person came to the centre.")})
    if stay is not None and stay.centre_id == centre.pk:
        _set_weekday(stay, weekday, actor=actor, on=on, at=at)
        return stay
    if stay is not None:
        leave(applicant, actor=actor, on=on, at=at)
    stay = Stay.objects.create(applicant=applicant, centre=centre, arrived_on=on)
    duty = ReportingDuty.objects.create(stay=stay, weekday=weekday, starts_on=on)
    record(
        actor, "stay.arrive", at=at, case=_case(applicant), target=stay, centre=centre.code, on=on.isoformat()
    )
    _plan_now(duty, now=at)
    return stay


@transaction.atomic
def leave(applicant: Applicant, *, actor: User, on: date, at: datetime) -> Stay | None:
    """Somebody leaves the centre: the duty ends, and what was planned from that day on is exempt."""
    hold(applicant)
    stay = (
        Stay.objects.select_for_update(no_key=True).filter(applicant=applicant, left_on__isnull=True).first()
    )
    if stay is None:
        return None
    if on < stay.arrived_on:
        raise ValidationError({"on": _("This is before the day on which the person came to the centre.")})
    stay.left_on = on
    stay.save(update_fields=["left_on"])
    record(actor, "stay.leave", at=at, case=_case(applicant), target=stay, on=on.isoformat())
    for duty in stay.duties.select_for_update(no_key=True).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    ):
        _end_duty(duty, last_on=on - ONE_DAY, reason=Reason.LEFT, actor=actor, at=at)
    return stay


def _set_weekday(stay: Stay, weekday: int, *, actor: User, on: date, at: datetime) -> None:
    duty = _open_duty(stay)
    if duty is not None and duty.weekday == weekday:
        return
    starts_on, kept = on, {}
    if duty is not None:
        starts_on = max(Week.of(on).after(1).day(1), duty.starts_on + ONE_DAY)
        if not duty.has_week(Week.of(starts_on)):
            starts_on = Week.of(starts_on).after(1).day(1)
        _end_duty(duty, last_on=starts_on - ONE_DAY, reason=Reason.OTHER_DAY, actor=actor, at=at)
        kept = duty.kept_facts()
    duty = ReportingDuty.objects.create(stay=stay, **kept | {"weekday": weekday, "starts_on": starts_on})
    record(actor, "reporting.set_weekday", at=at, case=_case(stay.applicant), target=stay, weekday=weekday)
    _plan_now(duty, now=at)


@transaction.atomic
def report_every_two_weeks(applicant: Applicant, *, actor: User, on: date, at: datetime) -> None:
    """Who waits for a home with a permit reports this week, and from then on every two weeks (REP-04)."""
    stay = applicant.stays.filter(left_on__isnull=True).first()
    duty = _open_duty(stay) if stay else None
    if stay is None or duty is None or duty.every_weeks == 2:
        return
    week = max(Week.of(on), Week.of(duty.starts_on))
    _end_duty(duty, last_on=week.day(7), reason=Reason.RHYTHM, actor=actor, at=at)
    duty = ReportingDuty.objects.create(
        stay=stay, **duty.kept_facts() | {"every_weeks": 2, "starts_on": week.after(2).day(1)}
    )
    record(actor, "reporting.every_two_weeks", at=at, case=_case(applicant), target=stay)
    _plan_now(duty, now=at)


def _open_duty(stay: Stay) -> ReportingDuty | None:
    return stay.duties.select_for_update(no_key=True).filter(ends_on__isnull=True).first()


def _end_duty(duty: ReportingDuty, *, last_on: date, reason: str, actor: User, at: datetime) -> None:
    duty.ends_on = max(last_on, duty.starts_on)
    duty.save(update_fields=["ends_on"])
    for slot in duty.slots.planned().filter(on__gt=last_on).order_by("pk"):
        exempt(slot, reason=reason, actor=actor, at=at)


# The week's report


@transaction.atomic
def report(slot: ReportingSlot, *, actor: User, at: datetime) -> ReportingSlot:
    """The person was seen at the desk; said twice it changes nothing. Raises StateForbids."""
    reception = hold(slot.applicant)
    locked = _locked(slot)
    if locked.state == State.REPORTED:
        return locked
    if timezone.localdate(at) < Week.of(locked.on).day(1):
        raise StateForbids(
            [_("This is planned for a later week: %(date)s.") % {"date": dates.long_date(locked.on)}]
        )
    _settle(locked, "report", actor=actor, at=at)
    missed.put_right(reception, "report_again", actor=actor, at=at)
    return locked


@transaction.atomic
def excuse(slot: ReportingSlot, *, reason: str, actor: User, at: datetime) -> ReportingSlot:
    """The person had a good reason not to come; the same said twice changes nothing. Raises StateForbids."""
    if reason not in EXCUSES:
        raise ValidationError({"reason": _("Choose one of the reasons.")})
    reception = hold(slot.applicant)
    locked = _locked(slot)
    if locked.state == State.EXCUSED and locked.reason == reason:
        return locked
    was_missed = locked.state == State.MISSED
    _settle(locked, "excuse", reason=reason, actor=actor, at=at)
    if was_missed:
        missed.put_right(reception, "excuse_missed_report", actor=actor, at=at)
    return locked


@transaction.atomic
def exempt(slot: ReportingSlot, *, actor: User, at: datetime, reason: str = Reason.EXEMPTED) -> ReportingSlot:
    """The person need not come this week. Raises StateForbids."""
    hold(slot.applicant)
    locked = _locked(slot)
    if locked.state == State.EXEMPT:
        return locked
    return _settle(locked, "exempt", reason=reason, actor=actor, at=at)


@transaction.atomic
def exempt_from_now(slot: ReportingSlot, *, until: date | None, actor: User, at: datetime) -> ReportingDuty:
    """The person need not come from this report on, until a day or until further notice."""
    if until is not None and until < slot.on:
        raise ValidationError({"until": _("This day lies before the report.")})
    hold(slot.applicant)
    duty = ReportingDuty.objects.select_for_update(no_key=True).get(pk=slot.duty_id)
    duty.exempt_from, duty.exempt_until = slot.on, until
    duty.save(update_fields=["exempt_from", "exempt_until"])
    record(
        actor,
        "reporting.exempt_from",
        at=at,
        case=_case(slot.applicant),
        target=duty,
        on=slot.on.isoformat(),
        until=until.isoformat() if until else "",
    )
    for planned in duty.slots.planned().filter(on__gte=slot.on).order_by("pk"):
        if duty.is_exempt(on=planned.on):
            exempt(planned, actor=actor, at=at)
    return duty


@transaction.atomic
def end_exemption(stay: Stay, *, actor: User, on: date, at: datetime) -> None:
    """The person reports again from this day on; weeks that were exempt already stay so."""
    hold(stay.applicant)
    duty = _open_duty(stay)
    if duty is None or not duty.is_exempt(on=on):
        raise StateForbids([_("This person is not exempt.")])
    assert duty.exempt_from is not None
    begun = duty.exempt_from < on
    duty.exempt_from, duty.exempt_until = (duty.exempt_from, on - ONE_DAY) if begun else (None, None)
    duty.save(update_fields=["exempt_from", "exempt_until"])
    record(actor, "reporting.end_exemption", at=at, case=_case(stay.applicant), target=duty)
    _plan_now(duty, now=at)


def follow_transition(procedure: Procedure, transition: Transition) -> None:
    """After a step of a procedure, in its transaction: an interview on the day of a report excuses it."""
    days = interview_days_after(procedure, transition)
    # Skips what somebody is settling at this moment: this transaction holds the chain of the audit trail, for
    # which the other may wait. Whoever marks a slot as missed looks for an interview too.
    slots = (
        ReportingSlot.objects.filter(duty__stay__applicant=procedure.case.applicant_id, on__in=days)
        .filter(state__in=[State.PLANNED, State.MISSED])
        .select_for_update(skip_locked=True, of=("self",))
    )
    for slot in slots:
        _settle(slot, "excuse", reason=Reason.INTERVIEW, actor=transition.actor, at=transition.at)


def _locked(slot: ReportingSlot) -> ReportingSlot:
    return ReportingSlot.objects.select_for_update().get(pk=slot.pk)


def _settle(slot: ReportingSlot, name: str, *, actor: User, at: datetime, **inputs: str) -> ReportingSlot:
    """Take a step of a locked slot: the machine, the audit trail, and no more reminders of it."""
    step: Callable[..., None] = getattr(slot, name)
    if not getattr(ReportingSlot, name)._django_fsm.has_transition(slot.state):
        label = State(slot.state).label
        raise StateForbids([_("This week's report is settled already: %(state)s.") % {"state": label}])
    before = slot.state
    step(at=at, **inputs)
    slot.save()
    record(
        actor,
        f"reporting.{name}",
        at=at,
        case=_case(slot.applicant),
        target=slot,
        on=slot.on.isoformat(),
        from_state=before,
        **inputs,
    )
    if name != "miss":
        suppress(about=f"slot:{slot.pk}", reason=f"the report is {slot.state}", now=at)
    return slot


# What the clock does


def keep_slots(*, now: datetime, limit: int = 5000) -> tuple[int, int]:
    """Plan the reports of this week and the next three, mark past ones missed; returns how many of each."""
    planned = plan_slots(now=now, limit=limit)
    exempt_by_law(now=now, limit=limit)
    return planned, mark_missed(now=now, limit=limit)


def plan_slots(*, now: datetime, limit: int = 5000, applicant: Applicant | None = None) -> int:
    """Plan what is missing for those who have a duty, of all people or one, each by itself; how many."""
    today = timezone.localdate(now)
    timetable, problems = timetable_from(today)
    for problem in problems:
        logger.error("weekly reports are not planned: %s", problem)
    weeks = {week for week, _weekday in timetable}
    if not weeks:
        return 0
    whose = ReportingDuty.objects.filter(**({"stay__applicant": applicant} if applicant else {}))
    lacking = (
        whose.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .filter(starts_on__lte=max(week.day(7) for week in weeks))
        .filter(Q(stay__left_on__isnull=True) | Q(stay__left_on__gt=today))
        .annotate(known=Count("slots", filter=_in_weeks(weeks, of="slots__")))
        .filter(known__lt=len(weeks) / F("every_weeks"))
        .select_related("stay__applicant")
        .order_by("pk")[:limit]
    )
    system = User.objects.system()
    planned = 0
    for found in list(lacking):
        with contextlib.suppress(Busy), transaction.atomic():
            hold(found.stay.applicant, wait=False)
            duty = (
                ReportingDuty.objects.select_for_update(skip_locked=True, no_key=True)
                .filter(pk=found.pk)
                .first()
            )
            if duty is not None:
                planned += _plan(duty, timetable, actor=system, now=now)
    return planned


def exempt_by_law(*, now: datetime, limit: int = 5000) -> int:
    """Exempt those whose rules let nobody report where they stand now, each by itself; returns how many.

    From the day before, so that nobody is reminded; not earlier, since the step may be over by then.
    """
    coming = ReportingSlot.objects.planned().filter(
        on__lte=timezone.localdate(now) + ONE_DAY, duty__stay__applicant__in=people_let_off()
    )
    system = User.objects.system()
    count = 0
    for found in list(coming.select_related("duty__stay__applicant").order_by("on", "pk")[:limit]):
        with contextlib.suppress(Busy), transaction.atomic():
            hold(found.applicant, wait=False)
            slot = coming.select_for_update(skip_locked=True, of=("self",)).filter(pk=found.pk).first()
            if slot is not None:
                _settle(slot, "exempt", reason=Reason.EXEMPTED, actor=system, at=now)
                count += 1
    return count


def mark_missed(*, now: datetime, limit: int = 5000, applicant: Applicant | None = None) -> int:
    """Mark the reports whose day is over, of all people or one, each by itself; returns how many."""
    past = ReportingSlot.objects.planned().filter(due_at__lt=now)
    if applicant is not None:
        past = past.filter(duty__stay__applicant=applicant)
    system = User.objects.system()
    count = 0
    people = past.select_related("duty__stay__applicant").order_by("due_at")
    for found in list(people[:limit]):
        with contextlib.suppress(Busy), transaction.atomic():
            reception = hold(found.applicant, wait=False)
            slot = (
                past.select_for_update(skip_locked=True, of=("self",))
                .select_related("duty__stay__applicant__user", "duty__stay__centre")
                .filter(pk=found.pk)
                .first()
            )
            if slot is None:
                continue
            if slot.on in interview_days(Q(procedure__case__applicant=slot.applicant)):
                _settle(slot, "excuse", reason=Reason.INTERVIEW, actor=system, at=now)
                continue
            _settle(slot, "miss", actor=system, at=now)
            schedule_reminder(slot, after=now)
            slot.save(update_fields=["next_reminder_at"])
            tell_missed(slot, now=now)
            missed.note(reception, slot, now=now)
            count += 1
    return count


def timetable_from(today: date) -> tuple[Timetable, list[CannotCompute]]:
    """The day of each weekday in the weeks planned ahead, and why some have none; nothing is guessed."""
    timetable: Timetable = {}
    problems: dict[str, CannotCompute] = {}
    for count in range(WEEKS_AHEAD):
        week = Week.of(today).after(count)
        package = RulePackage.objects.in_force(on=week.day(1)).first()
        if package is None:
            problems[""] = CannotCompute(f"no rule package is in force on {week.day(1).isoformat()}")
            continue
        law = package.law
        calendar, stays = LegalCalendar(law), law.values.get("reporting_slot_on_closed_day") == "stays"
        for weekday in Weekday.values:
            try:
                timetable[week, weekday] = weekly_slot(week, weekday=weekday, calendar=calendar, stays=stays)
            except CannotCompute as error:
                problems[str(error)] = error
    return timetable, list(problems.values())


def _plan_now(duty: ReportingDuty, *, now: datetime) -> int:
    """Plan at once, so that somebody who has just arrived can read when to come."""
    timetable, problems = timetable_from(timezone.localdate(now))
    for problem in problems:
        logger.error("weekly reports are not planned: %s", problem)
    return _plan(duty, timetable, actor=User.objects.system(), now=now)


def _plan(duty: ReportingDuty, timetable: Timetable, *, actor: User, now: datetime) -> int:
    """Plan a locked duty: one slot in each week that has none yet, from today on."""
    stay, applicant = duty.stay, duty.stay.applicant
    weeks = {week for week, _weekday in timetable}
    taken = {
        Week(year, number)
        for year, number in ReportingSlot.objects.of(applicant)
        .filter(_in_weeks(weeks))
        # The week of a slot that was taken back is free for another one.
        .exclude(~Q(duty=duty) & Q(state=State.EXEMPT, reason__in=ReportingSlot.BOOKKEEPING))
        .values_list("iso_year", "iso_week")
    }
    first_on = max(timezone.localdate(now), duty.starts_on)
    interviews = None
    planned = 0
    for week in sorted(weeks - taken):
        if not duty.has_week(week):
            continue
        found = timetable.get((week, duty.weekday))
        if found is None or found.on < first_on:
            continue
        if (duty.ends_on and found.on > duty.ends_on) or (stay.left_on and found.on >= stay.left_on):
            continue
        slot = ReportingSlot(
            duty=duty,
            iso_year=week.year,
            iso_week=week.number,
            on=found.on,
            moved_over=[{"date": day.on.isoformat(), "name": day.name} for day in found.moved_over],
            due_at=found.due_at,
            opened_at=now,
        )
        schedule_reminder(slot, after=now)
        slot.save(force_insert=True)
        record(actor, "reporting.plan", at=now, case=_case(applicant), target=slot, on=slot.on.isoformat())
        if interviews is None:
            interviews = interview_days(Q(procedure__case__applicant=applicant))
        if duty.is_exempt(on=slot.on):
            _settle(slot, "exempt", reason=Reason.EXEMPTED, actor=actor, at=now)
        elif slot.on in interviews:
            _settle(slot, "excuse", reason=Reason.INTERVIEW, actor=actor, at=now)
        planned += 1
    return planned


def _in_weeks(weeks: set[Week], *, of: str = "") -> Q:
    found = Q(pk__in=[])
    for week in weeks:
        found |= Q((f"{of}iso_year", week.year), (f"{of}iso_week", week.number))
    return found


def _case(applicant: Applicant) -> Case | None:
    return getattr(applicant, "case", None)
