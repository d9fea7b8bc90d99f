"""What the first pages show of a procedure: next date, road, terms. Facts from stored rows alone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from asylum_portal.accounts.models import OWN_SIDE, Role
from cases.models import Case
from procedure import stages
from procedure.law_words import Mode
from procedure.models import Deadline, Procedure, ProcedureDay
from procedure.states import TRACKS_WITH_DAYS, Phase, Schedule, Track

_DAY_PHASE = {
    "HAS-03": Phase.INTENTION_RESPONSE,
    "HAS-04": Phase.DECISION,
    "AA-INT": Phase.DETAILED_INTERVIEW,
    "AA-COR": Phase.REPORT_CHECK,
    "AA-OUT": Phase.INTENTION_RESPONSE,
    "AA-VIEW": Phase.INTENTION_RESPONSE,
    "AA-DEC": Phase.DECISION,
}


def current_procedure(case: Case) -> Procedure | None:
    """The newest procedure of a case, with what its pages need."""
    return (
        case.procedures.select_related("case__applicant", "package")
        .prefetch_related("days", "deadlines", "appointments")
        .order_by("-wish_expressed_on")
        .first()
    )


@dataclass(frozen=True)
class NextDate:
    """The next thing that happens, with where it comes from."""

    on: date
    moment: date | datetime
    title: str
    place: str = ""
    why_url: str = ""
    owed_by_reader: bool = False


def next_date(procedure: Procedure, *, today: date, role: str) -> NextDate | None:
    """The earliest coming appointment, procedure day or term; on one day the reader's own term first."""
    found = [
        NextDate(
            on=timezone.localdate(meeting.starts_at),
            moment=meeting.starts_at,
            title=meeting.get_kind_display(),
            place=meeting.place,
            owed_by_reader=True,
        )
        for meeting in procedure.appointments.all()
        if meeting.cancelled_at is None and timezone.localdate(meeting.starts_at) >= today
    ]
    terms = [term for term in procedure.deadlines.all() if term.state == Deadline.State.OPEN]
    for term in terms:
        owed = role in term.owed_by or (role == Role.APPLICANT and bool(OWN_SIDE & set(term.owed_by)))
        link = why_url(term)
        if (opens_on := opens(term)) is not None and opens_on >= today:
            title = _("Possible from this day: %(term)s") % {"term": term.title}
            found.append(NextDate(opens_on, opens_on, title, why_url=link, owed_by_reader=owed))
        if term.effective_due_on >= today:
            # What is counted in hours ends within the day.
            moment = term.due_at if term.rule.mode == Mode.HOURS_OR_LIBERTY else term.effective_due_on
            title = str(term.title)
            if term.rule.mode == Mode.CALENDAR_MIN:
                title = _("At least until this day: %(term)s") % {"term": title}
            elif term.soft and not owed:
                # Nobody promises it: a norm for planning, or what a court usually takes.
                title = _("%(term)s (expected)") % {"term": title}
            found.append(NextDate(term.effective_due_on, moment, title, why_url=link, owed_by_reader=owed))
    if procedure.is_open and procedure.track in TRACKS_WITH_DAYS:
        found += [
            NextDate(on=day.on, moment=day.on, title=_day_title(day), owed_by_reader=False)
            for day in procedure.days.all()
            if day.on >= today and not day.stands_still
        ]
    return min(found, key=lambda entry: (entry.on, not entry.owed_by_reader, not entry.place), default=None)


def day_state(day: ProcedureDay, *, today: date) -> str:
    """How the road shows a planned day; one that stands still has no date to show."""
    if day.stands_still:
        return "paused"
    return "past" if day.on < today else "now" if day.on == today else "next"


def standing_pauses(procedure: Procedure) -> list[dict[str, Any]]:
    """Why and since when time stands still, while nobody knows until when; and for what."""
    terms = [term for term in procedure.deadlines.all() if term.state == Deadline.State.SUSPENDED]
    found = [
        {
            "pause": pause,
            "terms": [term for term in terms if pause.concerns(term.rule_code, procedure.package.law)],
        }
        for pause in procedure.suspensions.standing()
    ]
    # After the decision a pause of the way to it says nothing any more.
    return [row for row in found if row["terms"] or procedure.is_open]


def opens(deadline: Deadline) -> date | None:
    """The first day on which something can be done, where it is possible only some months before its end."""
    first = deadline.derivation.get("earliest_on") if deadline.rule.opens_months_before else None
    return date.fromisoformat(first) if first else None


def why_url(deadline: Deadline) -> str:
    return reverse("procedure:why", args=[deadline.pk])


def _day_title(day: ProcedureDay) -> str:
    return _("Day %(number)s: %(step)s") % {"number": day.number, "step": _(day.step)}


def side_label(procedure: Procedure) -> str:
    """Which procedure this is, where it is not the general one: beside the phase (model C0, side labels)."""
    if not procedure.is_open:
        return ""
    labels = [] if procedure.track == Track.GENERAL else [str(procedure.get_track_display())]
    if procedure.border:
        labels.append(_("Procedure at the border (grensprocedure)"))
    if procedure.hold:
        labels.append(str(procedure.get_hold_display()))
    return " · ".join(labels)


def road(procedure: Procedure, *, today: date) -> list[dict[str, Any]]:
    """The phases of this road, past and to come, with the planned days under theirs."""
    days = _days_by_phase(procedure, today=today)
    return [
        {
            "name": name,
            "state": lies,
            "text": side_label(procedure) if lies == "now" else "",
            "days": days.get(phase, []),
        }
        for phase, name, lies in stages.road_of(procedure)
    ]


def _days_by_phase(procedure: Procedure, *, today: date) -> dict[Phase, list[dict[str, Any]]]:
    if procedure.track not in TRACKS_WITH_DAYS:
        return {}
    by_phase: dict[Phase, list[dict[str, Any]]] = {}
    waiting: list[dict[str, Any]] = []
    for day in procedure.days.all():
        waiting += [
            {"name": _(skipped["name"]), "date": date.fromisoformat(skipped["date"]), "state": "skipped"}
            for skipped in day.skipped_before
        ]
        waiting.append(
            {
                "number": day.number,
                "name": _(day.step),
                "date": day.on,
                "state": day_state(day, today=today),
            }
        )
        phase = next((_DAY_PHASE[code] for code in day.closes if code in _DAY_PHASE), None)
        if day.number == 1 and procedure.schedule == Schedule.ONE_DAY_TEST:
            phase = Phase.DETAILED_INTERVIEW
        if phase is not None:
            by_phase.setdefault(phase, []).extend(waiting)
            waiting = []
    return by_phase
