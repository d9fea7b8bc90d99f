"""Filing within a term, with a receipt: corrections, responses, evidence. Late is not refused (C0.5)."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import User
from cases.access import relation_holds
from cases.document_types import may_upload
from cases.file_types import ProvenFile
from cases.models import Document
from cases.vault import discarding_on_error
from procedure import machines, steps
from procedure.access import may_take
from procedure.actions import apply_transition, unmet_reasons
from procedure.guards import StateForbids
from procedure.models import Deadline, Filing, Procedure
from procedure.receipts import CODE_OF_KIND, STEP_OF_KIND, Kind, receive, term_of
from procedure.states import OPEN, State

__all__ = [
    "CODE_OF_KIND",
    "STEP_OF_KIND",
    "Kind",
    "can_be_filed",
    "file_submission",
    "kinds_open_to",
    "may_file",
    "term_of",
    "would_close",
]

_AFTER_REPORT = {
    State.CORRECTIONS,
    State.ASSESSMENT,
    State.INTENDED_DECISION,
    State.DECISION,
    State.EXTENDED_INVESTIGATION,
}
_BEFORE_START = {State.WISH_EXPRESSED}
# In which states a kind is taken; corrections and responses stay possible, late, until the decision. What is
# a step of its own goes by the step, and a response also answers the intention to withdraw a permit.
STATES_OF_KIND = {
    Kind.CORRECTIONS: _AFTER_REPORT,
    Kind.CONFIRMATION: _AFTER_REPORT,
    Kind.RESPONSE: {State.INTENDED_DECISION, State.DECISION, State.DISCONTINUATION},
    Kind.APPLICATION_CORRECTIONS: {
        State.TRIAGE,
        State.PREPARATION,
        State.READY,
        State.INTERVIEW,
        State.CORRECTIONS,
    },
    Kind.EVIDENCE: set(OPEN) - _BEFORE_START,
    Kind.IDENTITY: set(OPEN) - _BEFORE_START,
    Kind.TRANSLATION: set(OPEN) - _BEFORE_START,
}
_PERMIT_IN_DOUBT = ("withdrawal_intention", "withdrawal_assessment", "withdrawal_hearing")
# The step that waits for a filing of this kind.
_CLOSES = {
    Kind.CORRECTIONS: ("close_corrections",),
    Kind.CONFIRMATION: ("close_corrections",),
    Kind.RESPONSE: ("close_response", "close_withdrawal_response"),
}
# The same bytes from the same hand so soon again are a second click, or a phone that lost the answer.
_SAME_CLICK = timedelta(minutes=5)


def can_be_filed(procedure: Procedure, kind: Kind, *, on: date) -> bool:
    """Is this kind taken where the procedure stands on this day, whoever files it?"""
    if kind in STEP_OF_KIND:
        return not unmet_reasons(procedure, STEP_OF_KIND[kind], on=on)
    if kind == Kind.RESPONSE and procedure.state not in STATES_OF_KIND[kind]:
        permit = machines.current(procedure, "permit")
        return permit is not None and permit.state in _PERMIT_IN_DOUBT
    return procedure.state in STATES_OF_KIND[kind]


def may_file(user: User, procedure: Procedure, kind: Kind, *, on: date) -> bool:
    """May this person file this kind? Corrections and responses are the lawyer's, where there is one (C8)."""
    return kind in _fileable(user, procedure, on=on)


def kinds_open_to(user: User, procedure: Procedure, *, on: date) -> list[Kind]:
    """What this person may file in this procedure now."""
    return [kind for kind in _fileable(user, procedure, on=on) if can_be_filed(procedure, kind, on=on)]


def _fileable(user: User, procedure: Procedure, *, on: date) -> list[Kind]:
    if not relation_holds(user, procedure.case, on=on):
        return []
    has_lawyer = procedure.case.current_mandate(on=on) is not None
    return [kind for kind, code in CODE_OF_KIND.items() if may_upload(code, user.role, has_lawyer=has_lawyer)]


def would_close(procedure: Procedure, kind: Kind, *, by: User, on: date) -> bool:
    """Whether a step waits now that a filing of this kind by this person completes."""
    return _closing_step(procedure, kind, by=by, on=on) is not None


def _closing_step(procedure: Procedure, kind: Kind, *, by: User, on: date) -> str | None:
    for name in _CLOSES.get(kind, ()):
        subject = machines.subject_of(procedure, name)
        if subject is not None and steps.fits(subject, name) and may_take(by, name, procedure, on=on):
            return name
    return None


def file_submission(
    procedure: Procedure,
    kind: str,
    *,
    content: ProvenFile,
    actor: User,
    at: datetime,
    late_reason: str = "",
    complete: bool = False,
    translation_of: Document | None = None,
) -> Filing:
    """File a document and give a receipt; `complete` says that nothing more follows and closes the step.

    Sent twice within minutes it is filed once, and the receipt is the first one's. Raises StateForbids (409)
    outside the states of its kind, PermissionDenied (403) by type and role.
    """
    kind = Kind(kind)
    # Receipt counts to the second, so that the whole last second of a day is in time.
    at = at.replace(microsecond=0)
    on = timezone.localdate(at)
    with discarding_on_error(), transaction.atomic():
        locked = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
        term = term_of(locked, kind)
        filing = _just_filed(locked, kind, term, content=content, actor=actor, at=at, original=translation_of)
        if filing is not None and kind in STEP_OF_KIND:
            return filing
        if not can_be_filed(locked, kind, on=on):
            raise StateForbids(
                [
                    _("This cannot be filed where the case stands now: %(state)s.")
                    % {"state": State(locked.state).label}
                ]
            )
        if not may_file(actor, locked, kind, on=on):
            raise PermissionDenied
        if filing is None and kind in STEP_OF_KIND:
            apply_transition(
                locked,
                STEP_OF_KIND[kind],
                actor=actor,
                on=on,
                at=at,
                document=content,
                facts={"late_reason": late_reason} if late_reason else {},
            )
            filing = locked.filings.filter(kind=kind, filed_by=actor).latest("received_at")
        elif filing is None:
            filing = receive(
                locked,
                kind,
                content=content,
                actor=actor,
                at=at,
                late_reason=late_reason,
                translation_of=translation_of,
            )
        if complete and (closing := _closing_step(locked, kind, by=actor, on=on)):
            apply_transition(locked, closing, actor=actor, on=on, at=at)
    procedure.refresh_from_db()
    return filing


def _just_filed(
    procedure: Procedure,
    kind: Kind,
    term: Deadline | None,
    *,
    content: ProvenFile,
    actor: User,
    at: datetime,
    original: Document | None,
) -> Filing | None:
    return procedure.filings.filter(
        kind=kind,
        deadline=term,
        filed_by=actor,
        received_at__range=(at - _SAME_CLICK, at + _SAME_CLICK),
        document__received_sha256=content.received_sha256,
        document__translation_of=original,
    ).first()
