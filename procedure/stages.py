"""Where a procedure stands as the applicant reads it: the phase by its name, its text, the road."""

from collections.abc import Iterator
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from procedure.models import Appeal, Permit, Procedure, StageText
from procedure.states import (
    GRANTS,
    PHASE_OF,
    VARIANTS,
    Outcome,
    Phase,
    Schedule,
    State,
    Track,
    Variant,
)

_NEVER_IN_TRACK: dict[str, frozenset[Phase]] = {
    Track.DUBLIN: frozenset({Phase.PREPARATION, Phase.REPORT_CHECK}),
    Track.ACCELERATED: frozenset({Phase.PREPARATION, Phase.REPORT_CHECK}),
    Track.REPEAT: frozenset({Phase.REPORT_CHECK}),
}
_OF_REPEAT = (Schedule.ONE_DAY_TEST, Schedule.REPEAT_SIX)
_BEFORE_COURT = (Appeal.State.LODGED, Appeal.State.HA_LODGED)
_NOT_IN_HAND = (Permit.State.TO_PRODUCE, Permit.State.READY)
_IN_HAND = (
    Permit.State.ACTIVE,
    Permit.State.EXTENSION_PENDING,
    Permit.State.PERMANENT_PENDING,
    Permit.State.PERMANENT,
)
_MAY_BE_WITHDRAWN = (
    Permit.State.WITHDRAWAL_INTENTION,
    Permit.State.WITHDRAWAL_ASSESSMENT,
    Permit.State.WITHDRAWAL_HEARING,
)
# The small machines that there can be, so that no page asks for others.
_MACHINES_OF: dict[str, tuple[str, ...]] = {
    State.GRANTED: ("permit", "replacement", "familyreunification", "appeal", "returntrack"),
    State.REFUSED: ("appeal", "returntrack", "bordermeasure"),
    State.WITHDRAWN: ("returntrack",),
    State.CLOSED: ("permit", "replacement", "familyreunification", "appeal", "returntrack"),
}
_ON_THE_WAY = ("bordermeasure",)


def bring_machines(*procedures: Procedure) -> None:
    """Fetch the small machines of these procedures: one query for each kind that there can be."""
    for state in {procedure.state for procedure in procedures}:
        here = [procedure for procedure in procedures if procedure.state == state]
        prefetch_related_objects(here, *(f"{name}_set" for name in _MACHINES_OF.get(state, _ON_THE_WAY)))


def newest(procedure: Procedure, machine: str) -> Any:
    """The newest object of a small machine, by the name of its model; None where there can be none."""
    return procedure.newest(machine) if machine in _MACHINES_OF.get(procedure.state, _ON_THE_WAY) else None


def phase_name(procedure: Procedure) -> str:
    """What the phase is called here."""
    return _name(procedure, procedure.phase)


def _name(procedure: Procedure, phase: Phase) -> str:
    if procedure.state == State.DISCONTINUATION and phase == procedure.phase:
        return _("Your application may be stopped")
    if phase == Phase.DETAILED_INTERVIEW:
        if procedure.track == Track.DUBLIN:
            return _("Which country is responsible")
        if procedure.track in (Track.ACCELERATED, Track.REPEAT):
            return _("Interview")
    return str(phase.label)


def stage_text(procedure: Procedure) -> StageText | None:
    """The explanation of where the procedure stands; the usual one where none fits better."""
    variants = variants_of(procedure)
    found = StageText.objects.filter(phase=procedure.phase, variant__in=variants)
    return min(found, key=lambda text: variants.index(Variant(text.variant)), default=None)


def variants_of(procedure: Procedure) -> list[Variant]:
    """Which texts fit, the one that fits best first."""
    phase = procedure.phase
    match phase:
        case Phase.APPEAL:
            found = [_before_court(procedure)]
        case Phase.AFTER:
            found = [_after(procedure)]
        case _:
            found = list(_on_the_road(procedure))
    return [variant for variant in (*found, Variant.USUAL) if variant in VARIANTS[phase]]


def _on_the_road(procedure: Procedure) -> Iterator[Variant]:
    match procedure.state:
        case State.DISCONTINUATION:
            yield Variant.DISCONTINUATION
        case State.CLAIM:
            yield Variant.CLAIM
        case State.REPEAT_INCOMPLETE:
            yield Variant.INCOMPLETE
        case State.READY if procedure.track == Track.REPEAT:
            yield Variant.PLANNED
    if procedure.border:
        yield Variant.BORDER
    if procedure.track in Variant.values:
        yield Variant(procedure.track)


def _before_court(procedure: Procedure) -> Variant:
    state = newest(procedure, "appeal").state
    if state in _BEFORE_COURT:
        return Variant.COURT
    if state != Appeal.State.WINDOW_OPEN:
        return Variant.JUDGMENT
    return _OF_OUTCOME.get(procedure.outcome, Variant.USUAL)


_OF_OUTCOME: dict[str, Variant] = {
    Outcome.NOT_CONSIDERED: Variant.DUBLIN,
    Outcome.DISCONTINUED: Variant.DISCONTINUATION,
}


def _after(procedure: Procedure) -> Variant:
    if procedure.outcome in GRANTS:
        permit = newest(procedure, "permit")
        state = permit.state if permit is not None else Permit.State.TO_PRODUCE
        if state in _NOT_IN_HAND:
            return Variant.GRANTED
        if state in _IN_HAND:
            return Variant.PERMIT
        return Variant.WITHDRAWAL if state in _MAY_BE_WITHDRAWN else Variant.PERMIT_ENDED
    if procedure.state == State.CLOSED:
        return Variant.CLOSED
    if procedure.state == State.WITHDRAWN:
        return Variant.WITHDRAWN
    return Variant.DUBLIN if procedure.outcome == Outcome.NOT_CONSIDERED else Variant.REFUSED


# The road


def road_of(procedure: Procedure) -> Iterator[tuple[Phase, str, str]]:
    """Each phase of this road with its name and where it lies: past, now, next or skipped."""
    order = list(Phase)
    here = order.index(procedure.phase)
    passed_over = _passed_over(procedure)
    for place, phase in enumerate(order):
        if phase == procedure.phase or _occurs(procedure, phase):
            lies = "past" if place < here else "now" if place == here else "next"
            yield phase, _name(procedure, phase), "skipped" if phase in passed_over else lies


def _occurs(procedure: Procedure, phase: Phase) -> bool:
    """Is this phase on the road of this track, as far as it can be seen from here?"""
    if phase == Phase.APPEAL:
        return procedure.phase == Phase.AFTER and _went_to_court(procedure)
    if procedure.schedule in _OF_REPEAT:
        if phase in (Phase.APPLICATION_INTERVIEW, Phase.PREPARATION):
            return False
        if phase == Phase.REPORT_CHECK:
            return procedure.track == Track.EXTENDED
    return phase not in _NEVER_IN_TRACK.get(procedure.track, ())


def _went_to_court(procedure: Procedure) -> bool:
    against = Appeal.Against.APPLICATION
    return procedure.outcome not in GRANTS and any(
        appeal.lodged_on is not None and appeal.against == against for appeal in procedure.appeal_set.all()
    )


def _passed_over(procedure: Procedure) -> set[Phase]:
    """Phases before this one that never took place."""
    if procedure.state == State.DISCONTINUATION:
        return _between(procedure, procedure.held_state)
    if procedure.outcome in (Outcome.DISCONTINUED, Outcome.WITHDRAWN):
        return _after_a_stop(procedure)
    without_intention = procedure.outcome in GRANTS and procedure.intention_issued_on is None
    # In the general and the extended procedure the assessment is part of that phase.
    if without_intention and procedure.decided_in_track in (Track.ACCELERATED, Track.REPEAT):
        return {Phase.INTENTION_RESPONSE}
    return set()


def _after_a_stop(procedure: Procedure) -> set[Phase]:
    """What an application that was stopped or withdrawn did not come to."""
    happened = {Phase.DECISION} if procedure.outcome == Outcome.DISCONTINUED else set()
    stops = procedure.transitions.filter(name__in=_STOPS).order_by("-id")
    stood = stops.values_list("from_state", flat=True).first() or procedure.state
    if stood == State.DISCONTINUATION:
        stood = procedure.held_state
        happened.add(Phase.INTENTION_RESPONSE)
    return _between(procedure, stood) - happened


_STOPS = ("discontinue", "refuse_incomplete", "confirm_withdrawal")


def _between(procedure: Procedure, stood: str) -> set[Phase]:
    """From the phase that was broken off to the one before where it stands; who registered has registered."""
    order = list(Phase)
    planned_test = stood == State.READY and procedure.track == Track.REPEAT
    first = Phase.REGISTRATION if planned_test else PHASE_OF[State(stood)]
    return set(order[order.index(first) : order.index(procedure.phase)]) - {Phase.REGISTRATION}
