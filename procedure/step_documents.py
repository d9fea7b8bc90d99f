"""The document that a step brings along (model C2, column Guards, and C8)."""

from collections.abc import Mapping
from typing import Any

from cases.file_types import ProvenFile
from procedure.models import Procedure
from procedure.states import Track

DOCUMENT_OF_STEP = {
    "announce_repeat_application": "DOC-M35O",
    "lodge_application": "DOC-APPFORM",
    "finish_application_interview": "DOC-REP-AAN",
    "refer_to_dublin": "DOC-DUB-IND",
    "complete_preparation": "DOC-MEDADV",
    "close_interview": "DOC-REP-NG",
    "issue_intended_decision": "DOC-INT-REJ",
    "reconsider": "DOC-INT-REJ",
    "refer_to_extended": "DOC-EXT-LET",
    "extend_general_procedure": "DOC-EXT-AA",
    "close_extended_interview": "DOC-REP-NG",
    "close_dublin_interview": "DOC-REP-DUB",
    "accept_claim": "DOC-INT-DUB",
    "decide_not_to_consider": "DOC-DEC-DUB",
    "hold_one_day_test": "DOC-REP-NG",
    "refuse_incomplete": "DOC-DEC-NEG",
    "grant": "DOC-DEC-POS",
    "refuse": "DOC-DEC-NEG",
    "request_withdrawal": "DOC-WDR",
    "intend_to_discontinue": "DOC-INT-DISC",
    "discontinue": "DOC-DEC-NEG",
    "give_notice_of_default": "DOC-NOD",
    "lodge_appeal": "DOC-APPEAL",
    "request_provisional_measure": "DOC-PROV",
    "record_provisional_ruling": "DOC-PROV-RUL",
    "record_ruling": "DOC-RULING",
    "lodge_higher_appeal": "DOC-HIGHER",
    "record_higher_ruling": "DOC-RULING",
    "announce_permit": "DOC-READY",
    "extend_permit": "DOC-DEC-POS",
    "grant_permanent_permit": "DOC-DEC-POS",
    "replace_document": "DOC-POL",
    "intend_permit_withdrawal": "DOC-INT-WD",
    "send_hearing_report": "DOC-REP-NG",
    "withdraw_permit": "DOC-DEC-WD",
    "request_family_reunification": "DOC-FAM",
    "grant_family_reunification": "DOC-DEC-POS",
    "refuse_family_reunification": "DOC-DEC-NEG",
    "choose_voluntary_departure": "DOC-IOM",
}
_IN_DUBLIN = {"reconsider": "DOC-INT-DUB"}
# These count when they are on file already.
MAY_BE_ON_FILE = {"DOC-APPFORM", "DOC-MEDADV", "DOC-WDR", "DOC-POL"}
# After one of these steps an older document no longer counts: a statement that was taken back, or spent on
# another decision, withdraws nothing (C12.8); a police report replaces one document.
MEANT_BEFORE = {
    "DOC-WDR": (
        "announce_repeat_application",
        "retract_withdrawal",
        "reopen_after_annulment",
        "record_lapsed_transfer",
    ),
    "DOC-POL": ("replace_document",),
}
# The step can do without when this tick says why.
INSTEAD_OF_DOCUMENT = {
    "complete_preparation": "no_medical_consent",
    "hold_one_day_test": "interview_omitted",
    "replace_document": "damaged_document_returned",
}


def document_code(procedure: Procedure, name: str) -> str | None:
    """The type of the document that this step brings along in this procedure, if any."""
    if procedure.track == Track.DUBLIN and name in _IN_DUBLIN:
        return _IN_DUBLIN[name]
    return DOCUMENT_OF_STEP.get(name)


def document_is_missing(
    procedure: Procedure, name: str, document: ProvenFile | None, facts: Mapping[str, Any]
) -> bool:
    """Does this step still lack the document that it must bring along?"""
    code = document_code(procedure, name)
    if code is None or document is not None or facts.get(INSTEAD_OF_DOCUMENT.get(name, "")):
        return False
    return not (code in MAY_BE_ON_FILE and _on_file(procedure, code))


def _on_file(procedure: Procedure, code: str) -> bool:
    """Is such a document on file that was meant for this occasion?"""
    found = procedure.case.documents.of_type(code)
    before = procedure.transitions.filter(name__in=MEANT_BEFORE.get(code, ())).order_by("-id").first()
    return (found if before is None else found.filter(received_at__gt=before.at)).exists()
