"""What happens to the applicant of a play at reception centres: where she is received, her weekly report."""

from datetime import datetime
from typing import Any

from asylum_portal.accounts.models import Organisation, User
from asylum_portal.home.plays.cast import AMSTERDAM, Cast
from asylum_portal.home.plays.keys import CENTRES, WEEKDAYS
from asylum_portal.home.plays.scenario import Step
from procedure.guards import StateForbids
from reception import actions, reminders, steps
from reception.checks import TICKS, WITH_MOMENT
from reception.models import Centre, Posting, ReportingSlot


def take_step(cast: Cast, step: Step, *, actor: User) -> None:
    """A step of reception, at the centre that the file names."""
    given: dict[str, Any] = {"facts": dict.fromkeys(TICKS.get(step.what, {}), True)}
    given["facts"] |= dict.fromkeys(step.given.get("unticked", []), False)
    if step.what in WITH_MOMENT:
        given["moment"] = step.at
    if step.what == "wait_for_home":
        given["municipality"] = cast.people["municipality"].organisation
    if step.what == "offer_home":
        given["address"] = "Voorbeeldstraat 1"
    for key, value in step.given.items():
        match key:
            case "centre":
                given[key] = centre(cast, value)
            case "weekday":
                given[key] = _weekday(value)
            case "municipality":
                given[key] = cast.people["municipality"].organisation if value else None
            case "unticked":
                continue
            case _ if isinstance(value, datetime):
                given[key] = value.replace(tzinfo=AMSTERDAM)
            case _:
                given[key] = value
    steps.take_step(cast.procedure, step.what, actor=actor, on=step.on, at=step.at, **given)


def arrive(cast: Cast, step: Step, *, actor: User) -> None:
    """She comes to live at a centre of which nobody has told the portal before."""
    place = centre(cast, step.given.get("centre", CENTRES[0]))
    weekday = _weekday(step.given["weekday"])
    actions.arrive(cast.case.applicant, place, weekday, actor=actor, on=step.on, at=step.at)


def settle_report(cast: Cast, step: Step, *, actor: User) -> None:
    """The report of this week: she was seen at the desk, or had a reason not to come."""
    slot = ReportingSlot.objects.of(cast.case.applicant).filter(on__gte=step.on).order_by("on").first()
    if step.what == "excuse report":
        past = ReportingSlot.objects.of(cast.case.applicant).filter(on__lte=step.on)
        slot = past.order_by("on").last()
    if slot is None:
        raise StateForbids(["No report is planned for this day."])
    if step.what == "report":
        actions.report(slot, actor=actor, at=step.at)
    else:
        actions.excuse(slot, reason=step.given.get("reason", "ill"), actor=actor, at=step.at)


def let_time_pass(cast: Cast, now: datetime) -> None:
    """What the portal does by itself with her reports: plan, remind, mark as missed."""
    applicant = cast.case.applicant
    actions.plan_slots(now=now, applicant=applicant)
    actions.mark_missed(now=now, applicant=applicant)
    reminders.remind_of_due(now=now, applicant=applicant)


def centre(cast: Cast, name: str) -> Centre:
    """A centre of the play, where its reception staff works; made when it is first named."""
    worker = cast.people["reception"]
    assert isinstance(worker.organisation, Organisation)
    # The staff's organisation carries the prefix that keeps a play apart.
    code = worker.organisation.code.removesuffix("coa") + name
    found, new = Centre.objects.get_or_create(
        code=code, defaults={"name": name.title(), "address": "Street 1"}
    )
    if new:
        Posting.objects.create(centre=found, worker=worker, starts_on=cast.case.opened_on)
    return found


def _weekday(name: str) -> int:
    return WEEKDAYS.index(name) + 1
