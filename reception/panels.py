"""What the first page of an applicant shows of the weekly report. Facts from stored rows alone."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from asylum_portal.accounts.models import Role, User
from procedure.machines import title_of
from procedure.models import Appointment
from procedure.rules import Mode
from reception.exemptions import is_let_off
from reception.machine import TERMS_OF_THE_STAY, TOLD_TO_THE_DESK
from reception.models import Reception, ReportingSlot, Stay

State, Place = ReportingSlot.State, Reception.State
# Where nothing changes: she lives at a centre, as the weekly report says, or no longer.
_AT_REST = (Place.IN_RECEPTION, Place.HOUSED, Place.ENDED)
LAST_COUNT = 4
# Far enough back for four settled weeks and some that were exempt.
_BACK = timedelta(weeks=8)

TAG_KINDS = {
    State.PLANNED: "open",
    State.REPORTED: "done",
    State.EXCUSED: "paused",
    State.EXEMPT: "off",
    State.MISSED: "late",
}


def reporting_panel(user: User, *, today: date) -> dict[str, Any] | None:
    """The next report, where it is and the last four; None for who lives at no centre, or is no applicant."""
    if user.role != Role.APPLICANT:
        return None
    stay = (
        Stay.objects.visible_to(user, on=today)
        .current(on=today)
        .select_related("centre", "applicant")
        .first()
    )
    if stay is None:
        return None
    slots = list(
        ReportingSlot.objects.visible_to(user, on=today)
        .filter(on__gte=today - _BACK)
        .exclude(reason__in=ReportingSlot.BOOKKEEPING)
        .order_by("on")
    )
    coming = next((slot for slot in slots if slot.state == State.PLANNED and slot.on >= today), None)
    if coming is not None and is_let_off(stay.applicant):
        coming = None
    past = [slot for slot in slots if slot.on <= today and slot.state != State.PLANNED]
    latest = past[-1] if past else None
    return {
        "next": slot_facts(coming) if coming else None,
        "missed": slot_facts(latest) if latest is not None and latest.state == State.MISSED else None,
        "last": [slot_facts(slot) for slot in reversed(past[-LAST_COUNT:])],
        "centre": {
            "name": stay.centre.name,
            "address": stay.centre.address,
            "desk": stay.centre.desk,
            "phone": stay.centre.phone,
        },
    }


def place_panel(user: User, *, today: date) -> dict[str, Any] | None:
    """What changes in where an applicant lives: where to go until when, a home; None where nothing does."""
    if user.role != Role.APPLICANT:
        return None
    reception = (
        Reception.objects.visible_to(user, on=today)
        .exclude(state__in=_AT_REST)
        .select_related("expected_at", "municipality", "procedure__package")
        .first()
    )
    if reception is None:
        return None
    centre = reception.expected_at
    term = reception.procedure.latest_deadline("REC-01", "REC-02") if centre else None
    return {
        "state": str(reception.state),
        "moves": reception.state == Place.TRANSFER_ORDERED,
        "centre": {"name": centre.name, "address": centre.address, "phone": centre.phone} if centre else None,
        "until": term.due_at if term is not None and term.settled_at is None else None,
        "municipality": reception.municipality.name if reception.municipality else "",
        "address": reception.home_address,
        "viewing_at": _viewing(reception) if reception.home_address else None,
    }


def place_rows(reception: Reception, *, today: date) -> list[dict[str, Any]]:
    """Where somebody lives and reports, as her desk reads it."""
    stay = reception.stay
    rows: list[dict[str, Any]] = []
    if stay is not None:
        rows += [
            {"key": _("Lives at"), "value": stay.centre.name, "isolate": True},
            {"key": _("Since"), "value": stay.arrived_on},
        ]
    if reception.expected_at is not None:
        rows.append({"key": _("Expected at"), "value": reception.expected_at.name, "isolate": True})
    duty = stay.duties.filter(ends_on__isnull=True).first() if stay else None
    if duty is not None:
        day = duty.get_weekday_display()
        every = _("%(day)s, every two weeks") if duty.every_weeks == 2 else _("%(day)s, every week")
        rows.append({"key": _("Reports on"), "value": every % {"day": day}})
        if duty.is_exempt(on=today):
            rows.append({"key": _("Exempt until"), "value": duty.exempt_until or _("further notice")})
    return rows


def news_rows(reception: Reception) -> list[dict[str, Any]]:
    """The last step of the application that its desk was told of, and its day; nothing of why."""
    told = reception.procedure.transitions.filter(name__in=TOLD_TO_THE_DESK).order_by("-id").first()
    return [] if told is None else [{"key": title_of(told.name), "value": told.on}]


def home_rows(reception: Reception) -> list[dict[str, Any]]:
    """Who looks for a home, and which one is offered."""
    rows: list[dict[str, Any]] = []
    if reception.municipality is not None:
        name = reception.municipality.name
        rows.append({"key": _("Municipality that looks for a home"), "value": name, "isolate": True})
    if reception.home_address:
        rows.append({"key": _("Address of the home"), "value": reception.home_address, "isolate": True})
        viewing = _viewing(reception)
        if viewing is not None:
            rows.append({"key": _("Day and time to see the home"), "value": viewing})
    return rows


def term_rows(reception: Reception) -> list[dict[str, Any]]:
    """The running terms of the stay, each with its last moment; nothing else of the case."""
    terms = reception.procedure.deadlines.running().filter(rule_code__in=TERMS_OF_THE_STAY).order_by("due_at")
    rows = []
    for term in terms:
        term.procedure = reception.procedure
        to_the_minute = term.rule.mode == Mode.HOURS_OR_LIBERTY
        rows.append(
            {
                "title": term.title,
                "until": term.due_at if to_the_minute else term.shown_on,
                "state_text": term.get_state_display(),
                "tag_kind": "late" if term.state == "lapsed" else "open",
                "when_missed": _(term.rule.when_missed),
            }
        )
    return rows


def _viewing(reception: Reception) -> datetime | None:
    meetings = reception.procedure.appointments.standing().filter(kind=Appointment.Kind.HOME)
    return meetings.order_by("-starts_at").values_list("starts_at", flat=True).first()


def slot_facts(slot: ReportingSlot) -> dict[str, Any]:
    """A weekly report as pages show it, in the reader's language."""
    return {
        "id": slot.pk,
        "on": slot.on,
        "state": slot.state,
        "state_text": State(slot.state).label,
        "tag_kind": TAG_KINDS[State(slot.state)],
        "reason": slot.get_reason_display() if slot.reason else "",
        "settled_at": slot.settled_at,
        "moved_over": [
            {"on": date.fromisoformat(day["date"]), "name": _(day["name"])} for day in slot.moved_over
        ],
    }
