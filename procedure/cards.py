"""What the small machines beside a procedure say to the applicant: the court, the permit, family, return.

Facts from stored rows alone, and of those only what the applicant may know: no grounds, no notes of the
service, never code 98. `bring_machines` of the stages fetches what is looked at here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from procedure.models import (
    Appeal,
    BorderMeasure,
    Deadline,
    FamilyReunification,
    Permit,
    Procedure,
    Replacement,
    ReturnTrack,
)
from procedure.panels import opens, why_url
from procedure.stages import newest
from procedure.states import Hold


@dataclass
class Card:
    """One small machine: where it stands, the dates that belong to it, what that means for the applicant."""

    title: str
    stands: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)

    def fact(self, key: str, value: Any, *, why: Deadline | None = None) -> None:
        """A fact with its name; one that is not known is left out."""
        if value:
            row = {"key": key, "value": value}
            if why is not None:
                row |= {"url": why_url(why), "action": _("Why this date?")}
            self.rows.append(row)

    def term(self, key: str, term: Deadline | None) -> None:
        """The last day of a term, or since when it stands still; left out where there is no such term."""
        if term is None:
            return
        if term.still_since:
            self.fact(_("%(term)s: stands still since") % {"term": key}, term.still_since, why=term)
        else:
            self.fact(key, term.effective_due_on, why=term)


def cards(procedure: Procedure, *, today: date) -> list[Card]:
    """A card for each small machine that matters at this moment, what is most urgent first."""
    return [card for make in _CARDS for card in make(procedure, today)]


def in_short(procedure: Procedure, *, today: date) -> list[str]:
    """The same in a few words, for a list of cases."""
    found = cards(procedure, today=today)
    return [f"{card.title}: {card.stands}" if card.stands else card.title for card in found]


def _running(procedure: Procedure, *codes: str) -> Deadline | None:
    """The newest of these terms that still says something: not done and not cancelled."""
    states = (Deadline.State.OPEN, Deadline.State.SUSPENDED, Deadline.State.LAPSED)
    found = [term for term in procedure.deadlines.all() if term.rule_code in codes and term.state in states]
    return max(found, key=lambda term: term.opened_by_id, default=None)


def _is_over(term: Deadline | None, today: date) -> bool:
    return term is not None and term.is_over(on=today)


# Not coming


def _missed(procedure: Procedure, today: date) -> Iterator[Card]:
    if procedure.hold == Hold.NO_SHOW and procedure.is_open:
        card = Card(str(procedure.get_hold_display()))
        card.says.append(
            _("The IND expected you, or could not find you. Tell your lawyer or the IND today why.")
        )
        card.term(_("Explain before the end of"), _running(procedure, "NOS-01"))
        yield card


# The court

# Said in two places, and marked for the catalogues here.
HIGHER_SUSPENDS_NOTHING = gettext_noop(
    "A higher appeal does not by itself let you wait here. Ask your lawyer what holds for you."
)
_RULED = (Appeal.State.RULED, Appeal.State.HA_WINDOW_OPEN)


def _court(procedure: Procedure, today: date) -> Iterator[Card]:
    appeal = newest(procedure, "appeal")
    if appeal is None or appeal.state == Appeal.State.FINAL:
        return
    card = Card(_("The court"), stands=str(appeal.get_state_display()))
    if appeal.against != Appeal.Against.APPLICATION:
        card.fact(_("It is about"), str(appeal.get_against_display()))
    if appeal.state == Appeal.State.WINDOW_OPEN:
        _appeal_possible(card, procedure, appeal, today)
    elif appeal.state == Appeal.State.LODGED:
        card.fact(_("Appeal lodged on"), appeal.lodged_on)
        if appeal.lodged_late:
            card.says.append(_("The appeal came late. The court decides whether it still looks at it."))
        card.term(_("The court usually rules before"), _running(procedure, "APP-RUL"))
        card.says += _waiting_here(card, procedure, appeal)
    elif appeal.state in _RULED:
        _ruled(card, procedure, appeal, today)
    else:
        card.fact(_("Judgment in higher appeal"), appeal.higher_ruling and appeal.get_higher_ruling_display())
        card.term(_("The Council of State usually rules before"), _running(procedure, "HAP-02"))
        card.says.append(
            _("Your lawyer explains what the judgment means for you.")
            if appeal.higher_ruling
            else _(HIGHER_SUSPENDS_NOTHING)
        )
    yield card


def _appeal_possible(card: Card, procedure: Procedure, appeal: Appeal, today: date) -> None:
    term = _running(procedure, "APP-1W", "APP-4W", "APP-EU")
    card.term(_("Last day to go to court"), term)
    if _is_over(term, today):
        card.stands = ""
        card.says.append(_("This day has passed. Ask your lawyer today what is still possible."))
        return
    card.says.append(_("Do you not agree with the decision? Your lawyer can go to court for you (beroep)."))
    if appeal.suspensive:
        card.says.append(_("When you go to court in time, you may wait here until the court has ruled."))
    else:
        card.says += _waiting_here(card, procedure, appeal)


def _waiting_here(card: Card, procedure: Procedure, appeal: Appeal) -> list[str]:
    """May she wait for the court in the Netherlands, and if not, what can be asked."""
    if appeal.provisional_granted:
        return [_("The court lets you wait here until it has ruled.")]
    if appeal.keeps_return_waiting:
        if appeal.provisional_requested_on is None:
            return [_("You may wait here until the court has ruled.")]
        card.fact(_("Provisional measure asked for on"), appeal.provisional_requested_on)
        return [_("The court was asked to let you wait here. You may wait here until it has answered that.")]
    if appeal.provisional_granted is False:
        return [_("The court does not let you wait here. Speak to your lawyer today.")]
    card.term(_("Last day to ask for a provisional measure"), _running(procedure, "APP-PROV"))
    return [
        _(
            "Going to court does not by itself let you wait here. Ask your lawyer today about a provisional "
            "measure (voorlopige voorziening)."
        )
    ]


def _ruled(card: Card, procedure: Procedure, appeal: Appeal, today: date) -> None:
    card.fact(_("Judgment (uitspraak)"), appeal.ruling and appeal.get_ruling_display())
    term = _running(procedure, "HAP-01", "HAP-EU")
    if appeal.ruling != Appeal.Ruling.DISMISSED:
        card.says.append(_("The court did not let the decision stand. Your lawyer explains what follows."))
        return
    card.term(_("Last day for a higher appeal"), term)
    if _is_over(term, today):
        card.stands = ""
        card.says.append(_("This day has passed. Ask your lawyer today what is still possible."))
        return
    card.says.append(
        _("Your lawyer can go to the Council of State (hoger beroep). Speak to your lawyer today.")
    )
    card.says.append(_(HIGHER_SUSPENDS_NOTHING))


# The permit and its document


def _permit(procedure: Procedure, today: date) -> Iterator[Card]:
    permit = newest(procedure, "permit")
    if permit is None:
        return
    card = Card(_("The permit"), stands=str(permit.get_state_display()))
    card.fact(_("Valid from"), permit.valid_from)
    if permit.state in _HELD:
        card.fact(_("Valid until"), permit.valid_until)
    _PERMIT_SAYS.get(permit.state, _nothing)(card, procedure, today)
    yield card


def _nothing(card: Card, procedure: Procedure, today: date) -> None:
    """The state says it all."""


def _being_made(card: Card, procedure: Procedure, today: date) -> None:
    card.says.append(_("Your residence document is being made. You get a letter when it is ready."))


def _ready(card: Card, procedure: Procedure, today: date) -> None:
    card.term(_("Collect it before"), _running(procedure, "PER-01"))
    card.says.append(
        _("Collect it at the IND desk, by appointment only. Bring your W-document and hand it in there.")
    )


def _in_hand(card: Card, procedure: Procedure, today: date) -> None:
    permit = newest(procedure, "permit")
    extend = _running(procedure, "PER-02")
    if extend is not None:
        card.fact(_("You can ask to extend it from"), opens(extend), why=extend)
        card.fact(_("Ask to extend it at the latest on"), extend.effective_due_on, why=extend)
    card.term(_("You can ask for a permanent permit from"), _running(procedure, "PER-03"))
    if permit.valid_until is not None and permit.valid_until < today:
        card.says.append(_("The last day has passed. You can still ask. Speak to your lawyer today."))
    card.says.append(_("Is the document lost, stolen or broken? Report it at once."))


def _decision_awaited(card: Card, procedure: Procedure, today: date) -> None:
    card.term(_("The IND must decide before the end of"), _running(procedure, "PER-04"))
    card.says.append(_("You have asked. You wait for the decision; your lawyer can be told what is new."))


def _may_be_withdrawn(card: Card, procedure: Procedure, today: date) -> None:
    card.term(_("Last day for your response (zienswijze)"), _running(procedure, "WD-01"))
    card.says.append(
        _("The IND plans to take your permit away. This is not a decision yet. Speak to your lawyer today.")
    )


def _withdrawal_weighed(card: Card, procedure: Procedure, today: date) -> None:
    card.term(_("Last day for comments on the report of the hearing"), _running(procedure, "WD-02"))
    card.says.append(_("The IND reads your response. If the plan stays, you are heard before a decision."))


def _withdrawn(card: Card, procedure: Procedure, today: date) -> None:
    card.says.append(_("You no longer have this permit. Your lawyer can tell what you can do now."))


_HELD = (
    Permit.State.ACTIVE,
    Permit.State.EXTENSION_PENDING,
    Permit.State.PERMANENT_PENDING,
    Permit.State.WITHDRAWAL_INTENTION,
    Permit.State.WITHDRAWAL_ASSESSMENT,
    Permit.State.WITHDRAWAL_HEARING,
)
_PERMIT_SAYS: dict[str, Callable[[Card, Procedure, date], None]] = {
    Permit.State.TO_PRODUCE: _being_made,
    Permit.State.READY: _ready,
    Permit.State.ACTIVE: _in_hand,
    Permit.State.EXTENSION_PENDING: _decision_awaited,
    Permit.State.PERMANENT_PENDING: _decision_awaited,
    Permit.State.WITHDRAWAL_INTENTION: _may_be_withdrawn,
    Permit.State.WITHDRAWAL_ASSESSMENT: _withdrawal_weighed,
    Permit.State.WITHDRAWAL_HEARING: _withdrawal_weighed,
    Permit.State.PERMIT_WITHDRAWN: _withdrawn,
    Permit.State.EXPIRED: _withdrawn,
    Permit.State.RENOUNCED: _withdrawn,
}


def _replacement(procedure: Procedure, today: date) -> Iterator[Card]:
    lost = newest(procedure, "replacement")
    if lost is None or lost.state == Replacement.State.REPLACED:
        return
    card = Card(_("The residence document"), stands=str(lost.get_state_display()))
    card.fact(_("What happened"), str(lost.get_what_display()))
    card.says.append(
        _("A new document was asked for. You hear when you can collect it.")
        if lost.state == Replacement.State.REQUESTED
        else _("Lost or stolen: go to the police first. Then ask the IND for a new document.")
    )
    yield card


# Family


def _family(procedure: Procedure, today: date) -> Iterator[Card]:
    family = newest(procedure, "familyreunification")
    if family is None or _of_old(procedure):
        return
    card = Card(_("Family reunification (nareis)"), stands=str(family.get_state_display()))
    match family.state:
        case FamilyReunification.State.WINDOW_OPEN:
            card.term(_("Ask before the end of"), _running(procedure, "FAM-01"))
            card.says.append(
                _("Your husband, wife and children may be able to come. VluchtelingenWerk helps you to ask.")
            )
        case FamilyReunification.State.WINDOW_PASSED:
            card.says.append(_("You can still ask, but the rules are stricter now. Speak to your lawyer."))
        case FamilyReunification.State.REQUESTED:
            card.fact(_("Asked on"), family.requested_on)
            if family.in_time is False:
                card.says.append(_("This was after the three months. Your lawyer knows what that means."))
            card.term(_("The IND must decide before the end of"), _running(procedure, "FAM-02"))
        case FamilyReunification.State.FR_GRANTED:
            card.says.append(_("Your family may come. VluchtelingenWerk helps with the next steps."))
        case FamilyReunification.State.FR_REFUSED:
            card.says.append(_("Your lawyer can tell you about going to court."))
    yield card


def _of_old(procedure: Procedure) -> bool:
    """Has the permit on which the family could come ended since?"""
    permit = newest(procedure, "permit")
    return permit is not None and permit.state in _ENDED


_ENDED = (Permit.State.PERMIT_WITHDRAWN, Permit.State.EXPIRED, Permit.State.RENOUNCED)


# Return


def _return(procedure: Procedure, today: date) -> Iterator[Card]:
    track = newest(procedure, "returntrack")
    if track is None or track.state in (ReturnTrack.State.NOT_STARTED, ReturnTrack.State.STOPPED):
        return
    card = Card(_("Leaving the Netherlands"), stands=str(track.get_state_display()))
    leave = _running(procedure, "RET-02") or _running(procedure, "RET-01")
    if track.state in _MUST_LEAVE:
        if track.leaves_at_once and leave is not None and leave.rule_code == "RET-01":
            card.says.append(_("The decision gives you no time to leave. Speak to your lawyer today."))
        else:
            card.term(_("Leave before the end of"), leave)
        card.term(_("Hand in your W-document before the end of"), _running(procedure, "RET-03"))
        card.term(_("Your stay in the centre ends at the earliest on"), _running(procedure, "REC-03"))
    match track.state:
        case ReturnTrack.State.TERM_SUSPENDED:
            if leave is not None:
                card.fact(_("Stands still since"), leave.still_since, why=leave)
            card.says.append(_("You do not have to leave while your time to leave stands still."))
        case ReturnTrack.State.TERM_RUNNING | ReturnTrack.State.DTV_ACTIVE:
            card.says.append(
                _("DT&V talks with you about leaving. IOM can help you if you want to go back yourself.")
            )
        case ReturnTrack.State.IOM_VOLUNTARY:
            card.says.append(_("You chose to go back with IOM. IOM arranges the journey with you."))
        case ReturnTrack.State.TRANSFER_PLANNED:
            card.term(_("Travel there yourself before the end of"), _running(procedure, "DUB-06"))
            last = _running(procedure, "DUB-05", "DUB-04")
            card.term(_("The transfer must take place before the end of"), last)
            card.says.append(_("Another country treats your application. DT&V plans the journey with you."))
        case ReturnTrack.State.DEPARTED:
            card.fact(_("Left on"), track.departed_on)
        case ReturnTrack.State.UNKNOWN_DESTINATION:
            card.says.append(_("It was written down that you left. Is that wrong? Call your lawyer at once."))
    yield card


_MUST_LEAVE = (
    ReturnTrack.State.TERM_RUNNING,
    ReturnTrack.State.DTV_ACTIVE,
    ReturnTrack.State.IOM_VOLUNTARY,
)


# The border


def _border(procedure: Procedure, today: date) -> Iterator[Card]:
    measure = newest(procedure, "bordermeasure")
    if measure is None or measure.state == BorderMeasure.State.NONE:
        return
    card = Card(_("The border"), stands=str(measure.get_state_display()))
    match measure.state:
        case BorderMeasure.State.IMPOSED:
            card.fact(_("Since"), measure.handed_at)
            term = _running(procedure, "BOR-01", "BOR-12W")
            if term is not None:
                card.fact(_("At the latest until"), term.due_at, why=term)
            card.says.append(
                _("You stay in the closed centre at the border while the IND looks at your application.")
            )
        case BorderMeasure.State.ENTRY_REFUSED:
            card.fact(_("Since"), measure.ended_on)
            card.says.append(_("You may not enter the Netherlands. Speak to your lawyer today."))
        case _ if procedure.is_open:
            card.fact(_("Since"), measure.ended_on)
            card.says.append(_("You may enter the Netherlands. Your procedure goes on there."))
        case _:
            return
    yield card


_CARDS: tuple[Callable[[Procedure, date], Iterator[Card]], ...] = (
    _missed,
    _court,
    _border,
    _return,
    _permit,
    _replacement,
    _family,
)
