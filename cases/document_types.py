"""The types of document: who files them and who may see them (model C8).

A role stands for the organisation at the table: the caseworker for the registering, interviewing and deciding
officers, the planner and the supervisor for theirs. What an assessor or the police hand over is filed by the
caseworker. Reception staff and administrators see no document; the auditor sees that one exists, never its content.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Role

APP, LAW, GRD, VWN = Role.APPLICANT, Role.LAWYER, Role.GUARDIAN, Role.COUNSELLOR
IND = (Role.CASEWORKER, Role.PLANNER, Role.SUPERVISOR)
IND_B = (Role.CASEWORKER, Role.SUPERVISOR)  # officers who interview and decide
IND_P = Role.PLANNER


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One row of the table."""

    code: str
    title: Any
    filed_by: frozenset[Role]
    seen_by: frozenset[Role]
    # These read the conclusion of the document and not the document.
    conclusion_only: frozenset[Role] = frozenset()


def _roles(*entries: Role | tuple[Role, ...]) -> frozenset[Role]:
    return frozenset(role for entry in entries for role in (entry if isinstance(entry, tuple) else (entry,)))


def _type(code: str, title: Any, filed_by: tuple, seen_by: tuple, conclusion_only: tuple = ()) -> DocumentType:
    return DocumentType(code, title, _roles(*filed_by), _roles(*seen_by), _roles(*conclusion_only))


_ALL = (APP, LAW, GRD, IND)
_REPORT = (APP, LAW, GRD, IND_B)
_TABLE = (
    _type("DOC-APPFORM", _("Application form (aanvraagformulier)"), (IND_B,), _ALL),
    _type("DOC-ID", _("Identity paper (paspoort, akte)"), (APP, LAW, GRD, IND_B, VWN), _ALL),
    _type("DOC-EV", _("Evidence (bewijsstuk)"), (APP, LAW, GRD, VWN), _ALL),
    _type("DOC-TR", _("Translation (vertaling)"), (APP, LAW, GRD), _ALL),
    _type("DOC-REP-AAN", _("Report of the application interview (rapport aanmeldgehoor)"), (IND_B,), _ALL),
    _type(
        "DOC-COR-AAN",
        _("Corrections to the application interview (correcties aanmeldgehoor)"),
        (LAW, APP, GRD),
        _ALL,
    ),
    _type("DOC-MEDADV", _("Medical advice (medisch advies)"), (IND,), (APP, LAW), IND),
    _type("DOC-FMO", _("Forensic medical examination (forensisch medisch onderzoek)"), (LAW, IND_B), (APP, LAW, IND_B)),
    _type("DOC-START", _("Letter about the start (brief start AA)"), (IND_P, IND_B), (APP, LAW, GRD, VWN, IND)),
    _type("DOC-WDOC", _("Identity document for foreigners (W-document)"), (IND_B,), (APP, IND)),
    _type("DOC-REP-NG", _("Report of the interview (rapport nader gehoor)"), (IND_B,), _REPORT),
    _type("DOC-COR", _("Corrections and additions (correcties en aanvullingen)"), (LAW, APP, GRD), _ALL),
    _type("DOC-CONF", _("Confirmation of the report (bevestiging verslag)"), (APP, LAW, GRD), (APP, LAW, IND)),
    _type("DOC-INT-REJ", _("Intended decision (voornemen)"), (IND_B,), _ALL),
    _type("DOC-VIEW", _("Response to the intended decision (zienswijze)"), (LAW, APP, GRD), _REPORT),
    _type("DOC-EXT-LET", _("Letter about the extended procedure (brief verlengde procedure)"), (IND_B,), _ALL),
    _type("DOC-EXT-AA", _("Notice that the procedure is extended (kennisgeving verlenging AA)"), (IND_B,), _ALL),
    _type("DOC-DEC-POS", _("Decision: permit (beschikking)"), (IND_B,), _ALL),
    _type("DOC-DEC-NEG", _("Decision: refusal (beschikking)"), (IND_B,), _ALL),
    _type("DOC-DUB-IND", _("Sign that another country may be responsible (Eurodac, visum)"), (IND_B,), (LAW, IND)),
    _type("DOC-NOD", _("Notice of default (ingebrekestelling)"), (LAW, APP), (APP, LAW, IND_B)),
    _type("DOC-WDR", _("Withdrawal of the application (intrekking aanvraag)"), (APP, LAW, GRD), _ALL),
    _type("DOC-APPEAL", _("Appeal to the court (beroepschrift)"), (LAW, APP, GRD), (APP, LAW, GRD, IND_B)),
    _type("DOC-PROV", _("Request for a provisional measure (verzoek voorlopige voorziening)"), (LAW, APP), (APP, LAW, IND_B)),
    _type("DOC-RULING", _("Ruling of the court (uitspraak)"), (LAW, IND_B), (APP, LAW, IND)),
    _type("DOC-NOTE", _("Internal note (interne nota)"), (IND_B,), (IND_B,)),
)
DOCUMENT_TYPES: dict[str, DocumentType] = {row.code: row for row in _TABLE}


def may_see(code: str, role: str) -> bool:
    """May this role read the document itself, given a relation with the case?"""
    return role in DOCUMENT_TYPES[code].seen_by


def may_upload(code: str, role: str) -> bool:
    """May this role file a document of this type?"""
    return role in DOCUMENT_TYPES[code].filed_by


def codes_seen_by(role: str) -> frozenset[str]:
    """The types whose existence this role knows of; what it may read in them is a question of its own."""
    if role == Role.AUDITOR:
        return frozenset(DOCUMENT_TYPES)
    return frozenset(
        row.code for row in _TABLE if role in row.seen_by or role in row.conclusion_only
    )
