"""What the first pages show of a procedure: next date, road, terms. Facts from stored rows alone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from asylum_portal.accounts.models import Role
from cases.models import Case
from procedure.models import Deadline, Procedure, ProcedureDay, StageText
from procedure.states import TRACKS_WITH_DAYS, Phase, State, Track

_OWN_SIDE = {Role.APPLICANT, Role.GUARDIAN, Role.LAWYER}
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
    found += [
        NextDate(
            on=term.effective_due_on,
            moment=term.effective_due_on,
            title=str(term.title),
            why_url=why_url(term),
            owed_by_reader=role in term.owed_by
            or (role == Role.APPLICANT and bool(_OWN_SIDE & set(term.owed_by))),
        )
        for term in terms
        if term.effective_due_on >= today
    ]
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
    return [
        {
            "pause": pause,
            "terms": [term for term in terms if pause.concerns(term.rule_code, procedure.package.law)],
        }
        for pause in procedure.suspensions.standing()
    ]


def why_url(deadline: Deadline) -> str:
    return reverse("procedure:why", args=[deadline.pk])


def _day_title(day: ProcedureDay) -> str:
    return _("Day %(number)s: %(step)s") % {"number": day.number, "step": _(day.step)}


def stage_text(procedure: Procedure) -> StageText | None:
    """The explanation of where the procedure stands, that of the extended procedure where there is one."""
    extended = procedure.track == Track.EXTENDED
    texts = StageText.objects.filter(phase=procedure.phase, extended__in=[False, extended])
    return texts.order_by("-extended").first()


def side_label(procedure: Procedure) -> str:
    """Which procedure this is, where it is not the general one: beside the phase (model C0, side labels)."""
    if not procedure.is_open:
        return ""
    labels = [] if procedure.track == Track.GENERAL else [str(procedure.get_track_display())]
    if procedure.border:
        labels.append(_("Procedure at the border (grensprocedure)"))
    if procedure.state == State.DISCONTINUATION or procedure.hold:
        labels.append(str(procedure.get_hold_display()))
    return " · ".join(labels)


def road(procedure: Procedure, *, today: date) -> list[dict[str, Any]]:
    """Every phase past and to come, with the planned days under theirs."""
    phases = list(Phase)
    here = phases.index(procedure.phase)
    days = _days_by_phase(procedure, today=today)
    stages = []
    for place, phase in enumerate(phases):
        stages.append(
            {
                "name": phase.label,
                "state": "past" if place < here else "now" if place == here else "next",
                "text": side_label(procedure) if place == here else "",
                "days": days.get(phase, []),
            }
        )
    return stages


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
        if phase is not None:
            by_phase.setdefault(phase, []).extend(waiting)
            waiting = []
    return by_phase
