"""Receipts: what came in when, which bytes, in time by how much; and the term that it meets."""

import secrets
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from cases.actions import file_document
from cases.file_types import ProvenFile
from cases.models import Document
from procedure import deadlines
from procedure.models import Deadline, Filing, Procedure

Kind = Filing.Kind
CODE_OF_KIND = {
    Kind.CORRECTIONS: "DOC-COR",
    Kind.CONFIRMATION: "DOC-CONF",
    Kind.RESPONSE: "DOC-VIEW",
    Kind.APPLICATION_CORRECTIONS: "DOC-COR-AAN",
    Kind.NOTICE_OF_DEFAULT: "DOC-NOD",
    Kind.APPEAL: "DOC-APPEAL",
    Kind.PROVISIONAL: "DOC-PROV",
    Kind.HIGHER_APPEAL: "DOC-HIGHER",
    Kind.FAMILY: "DOC-FAM",
    Kind.EVIDENCE: "DOC-EV",
    Kind.IDENTITY: "DOC-ID",
    Kind.TRANSLATION: "DOC-TR",
}
# Filing one of these is a step of its own.
STEP_OF_KIND = {
    Kind.NOTICE_OF_DEFAULT: "give_notice_of_default",
    Kind.APPEAL: "lodge_appeal",
    Kind.PROVISIONAL: "request_provisional_measure",
    Kind.HIGHER_APPEAL: "lodge_higher_appeal",
    Kind.FAMILY: "request_family_reunification",
}
KIND_OF_STEP = {step: kind for kind, step in STEP_OF_KIND.items()}


def term_of(procedure: Procedure, kind: str) -> Deadline | None:
    """The term that a filing of this kind is owed for, the newest one that is not cancelled."""
    code = CODE_OF_KIND[Kind(kind)]
    candidates = procedure.deadlines.exclude(state=Deadline.State.CANCELLED).order_by("-opened_by_id")
    return next((term for term in candidates if code in term.rule.met_by_documents), None)


def receive(
    procedure: Procedure,
    kind: str,
    *,
    content: ProvenFile,
    actor: User,
    at: datetime,
    late_reason: str = "",
    translation_of: Document | None = None,
    part_of_step: bool = False,
) -> Filing:
    """File a document of a locked procedure, give its receipt, settle its term, acknowledge it."""
    # Receipt counts to the second, so that the whole last second of a day is in time.
    at = at.replace(microsecond=0)
    term = term_of(procedure, kind)
    document = file_document(
        procedure.case,
        code=CODE_OF_KIND[Kind(kind)],
        content=content,
        actor=actor,
        at=at,
        translation_of=translation_of,
        part_of_step=part_of_step,
    )
    filing = Filing.objects.create(
        receipt_number=f"R{timezone.localdate(at).year}-{secrets.randbelow(10**12):012}",
        procedure=procedure,
        kind=kind,
        deadline=term,
        document=document,
        filed_by=actor,
        received_at=at,
        due_at=term.last_moment(at=at) if term else None,
        late_reason=late_reason,
    )
    deadlines.settle_by_filing(filing)
    _acknowledge(filing, at=at)
    return filing


def _acknowledge(filing: Filing, *, at: datetime) -> None:
    case = filing.procedure.case
    on = timezone.localdate(at)
    told = [(filing.filed_by, "filing_received")]
    told += [(worker, "filing_arrived") for worker in case.current_workers(on=on)]
    for person, kind in told:
        if kind == "filing_received" and person.role not in (Role.LAWYER, Role.APPLICANT, Role.GUARDIAN):
            continue
        path = (
            reverse("procedure:receipt", args=[filing.pk])
            if kind == "filing_received"
            else reverse("procedure:case", args=[case.pk])
        )
        queue(
            recipient=person,
            kind=kind,
            key=f"filing:{filing.pk}:{person.pk}",
            context={"path": path},
            about=f"filing:{filing.pk}",
            due_at=at,
            now=at,
        )
