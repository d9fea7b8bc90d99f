"""Roads to every state of reception, of real steps on real days."""

from datetime import date, datetime, timedelta
from typing import Any

from asylum_portal.accounts.models import Role
from cases.actions import involve
from procedure.models import Transition
from reception.models import Centre, Reception
from reception.steps import take_step
from tests.cast import Cast, at, take_road, walk
from tests.reception.conftest import START, Desk

State = Reception.State
DAY = timedelta(days=1)
MORNING, AFTERNOON = at(START, 10), at(START, 15)
# The grant of the main road.
GRANTED_ON = date(2026, 4, 3)


def refer(cast: Cast, desk: Desk, moment: datetime = MORNING, **more: Any) -> Transition:
    """The staff of a centre name it as the place of somebody."""
    return take_step(
        cast.procedure,
        "refer_to_reception",
        actor=desk.worker,
        on=moment.date(),
        at=more.pop("at", moment),
        moment=moment,
        centre=desk.centre,
        **more,
    )


def arrive(cast: Cast, desk: Desk, moment: datetime = AFTERNOON, **more: Any) -> Transition:
    """Somebody comes to the centre where she is expected; she reports on Mondays there."""
    return take_step(
        cast.procedure,
        "arrive_at_centre",
        actor=desk.worker,
        on=moment.date(),
        at=more.pop("at", moment),
        moment=moment,
        weekday=more.pop("weekday", 1),
        **more,
    )


def move(cast: Cast, desk: Desk, to: Desk, moment: datetime) -> Transition:
    """Somebody is told to go to another centre."""
    return take_step(
        cast.procedure,
        "order_move",
        actor=desk.worker,
        on=moment.date(),
        at=moment,
        moment=moment,
        centre=to.centre,
    )


def stay_in(cast: Cast, desk: Desk) -> None:
    """Referred in the morning, arrived in the afternoon."""
    refer(cast, desk)
    arrive(cast, desk)


def step(cast: Cast, name: str, on: date, by: Any, **wanted: Any) -> Transition:
    """One of the steps without a moment, at noon, with what it usually needs."""
    given = usual(cast, name, on) | wanted
    return take_step(cast.procedure, name, actor=by, on=on, at=at(on, 12), **given)


def usual(cast: Cast, name: str, on: date) -> dict[str, Any]:
    """What a step usually needs."""
    match name:
        case "refer_to_reception":
            return {"moment": at(on, 12)}
        case "arrive_at_centre":
            return {"moment": at(on, 12), "weekday": 3, "reason": "The train did not run."}
        case "order_move":
            return {"moment": at(on, 12), "centre": Centre.objects.get(code="south")}
        case "wait_for_home":
            return {"municipality": cast.people["municipality"].organisation}
        case "offer_home":
            return {"address": "Lindelaan 4, Utrecht", "facts": {"suitable": True}}
        case "move_into_home":
            return {"facts": {"keys_given": True}}
        case "drop_end_of_reception":
            return {"reason": "The person is ill."}
        case "end_reception":
            return {"facts": {"room_checked": True, "valuables_returned": True}}
        case _:
            return {}


def granted(cast: Cast) -> date:
    """The main road to a grant."""
    walk(cast, until="close_corrections")
    cast.take("grant", GRANTED_ON)
    return GRANTED_ON


def refused(cast: Cast) -> date:
    """The main road to a refusal; the last day of the stay with it."""
    walk(cast, until="refuse")
    last = cast.procedure.latest_deadline("REC-03")
    assert last is not None
    return last.effective_due_on


def lead(cast: Cast, north: Desk, south: Desk, state: str | None) -> tuple[date, bool]:
    """Lead the person into a state; a day on which it goes on, and whether a reception runs."""
    if state is None:
        return START, False
    if state == State.CLOSED_CENTRE:
        take_road(cast, [("start_registration", START + DAY)])
        involve(
            cast.case,
            role=Role.BORDER_POLICE,
            starts_on=START,
            actor=cast.supervisor,
            at=at(START + DAY, 8),
        )
        cast.take("impose_border_measure", START + DAY, handed_at=at(START + DAY))
        return START + DAY, True
    refer(cast, north)
    if state == State.REFERRED:
        return START, True
    arrive(cast, north)
    match state:
        case State.IN_RECEPTION:
            # On a day on which the stay may go on, move, or end.
            return refused(cast) + DAY, True
        case State.TRANSFER_ORDERED:
            move(cast, north, south, at(START + DAY, 9))
            return START + DAY, True
        case State.PERMIT_WAITING_HOME | State.HOUSING_OFFERED | State.HOUSED:
            on = granted(cast)
            step(cast, "wait_for_home", on, north.worker)
            if state != State.PERMIT_WAITING_HOME:
                step(cast, "offer_home", on, north.worker)
            if state == State.HOUSED:
                step(cast, "move_into_home", on, north.worker)
            return on, True
        case _:
            on = refused(cast) + DAY
            step(cast, "propose_end_of_reception", on, north.worker)
            if state == State.ENDED:
                step(cast, "end_reception", on, north.worker)
            return on, state != State.ENDED
