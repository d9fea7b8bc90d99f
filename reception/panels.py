"""What the first page of an applicant shows of the weekly report. Facts from stored rows alone."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from asylum_portal.accounts.models import Role, User
from reception.models import ReportingSlot, Stay

State = ReportingSlot.State
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
    stay = Stay.objects.visible_to(user, on=today).current(on=today).select_related("centre").first()
    if stay is None:
        return None
    slots = list(
        ReportingSlot.objects.visible_to(user, on=today)
        .filter(on__gte=today - _BACK)
        .exclude(reason__in=ReportingSlot.BOOKKEEPING)
        .order_by("on")
    )
    coming = next((slot for slot in slots if slot.state == State.PLANNED and slot.on >= today), None)
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
