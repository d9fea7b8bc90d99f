"""The kinds of document in a file: who hands them in and who reads them.

A role is a first gate only: whether the person has to do with this case at all (mandate, assignment,
guardianship, the counsellor's dated consent, a partner's part) is asked of the relation. The health assessor
has no account here and hands in through a caseworker.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

APPLICANT = "applicant"
GUARDIAN = "guardian"
LAWYER = "lawyer"
CASEWORKER = "caseworker"
PLANNER = "planner"
SUPERVISOR = "supervisor"
RECEPTION = "reception"
COUNSELLOR = "counsellor"
AUDITOR = "auditor"
POLICE = "police"
RETURN_OFFICER = "return_officer"
COURT = "court"
DESK = "desk"
MIGRATION_ADVISER = "migration_adviser"
MUNICIPALITY = "municipality"

OFFICE = frozenset((CASEWORKER, PLANNER, SUPERVISOR))
_SIDE = frozenset((APPLICANT, LAWYER, GUARDIAN))
_ALL = _SIDE | OFFICE
# Who is told outcome and date of a decision, and does not read it.
_TOLD_OF_DECISIONS = frozenset((RECEPTION, RETURN_OFFICER, MUNICIPALITY))
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One kind of document: its name, who hands it in, who reads it."""

    code: str
    title: Promise
    uploaded_by: frozenset[str]
    seen_by: frozenset[str]
    # The steps of the procedure in which it belongs, in the words of the table; for people who read this.
    when: str = "any"
    # Who hands it in only for want of a lawyer.
    uploaded_without_lawyer_by: frozenset[str] = field(default=_NOBODY)
    # Bodies for which a caseworker hands it in.
    on_behalf_of: frozenset[str] = field(default=_NOBODY)
    # Who knows of it and reads its conclusion, never the document itself.
    conclusion_only_for: frozenset[str] = field(default=_NOBODY)
    # Who is told that it is there (of a decision: outcome and date), and gets neither document nor entry.
    fact_only_for: frozenset[str] = field(default=_NOBODY)
    # A translation: read by whoever may read its original.
    same_as_original: bool = False
    # The immigration service sees it once it is submitted, not while it is being prepared.
    office_after_submission: bool = False


def _roles(*roles: str | frozenset[str]) -> frozenset[str]:
    gathered: set[str] = set()
    for role in roles:
        gathered |= {role} if isinstance(role, str) else role
    return frozenset(gathered)


_TYPES = (
    DocumentType(
        "DOC-APPFORM",
        _("Application form (aanvraagformulier)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        when="REGISTRATION on",
    ),
    DocumentType(
        "DOC-ID",
        _("Passport, identity card or certificate (paspoort, id, akten)"),
        uploaded_by=_roles(APPLICANT, LAWYER, CASEWORKER, COUNSELLOR),
        seen_by=_ALL,
        when="any until decision",
    ),
    DocumentType(
        "DOC-EV",
        _("Evidence (bewijsstuk)"),
        uploaded_by=_roles(APPLICANT, LAWYER, COUNSELLOR),
        seen_by=_ALL,
        when="RVT to decision",
        office_after_submission=True,
    ),
    DocumentType(
        "DOC-TR",
        _("Translation (vertaling)"),
        uploaded_by=_roles(APPLICANT, LAWYER),
        seen_by=_ALL,
        same_as_original=True,
    ),
    DocumentType(
        "DOC-REP-AAN",
        _("Report of the application interview (rapport aanmeldgehoor)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        when="from TRIAGE",
    ),
    DocumentType(
        "DOC-COR-AAN",
        _("Corrections to the application interview (correcties aanmeldgehoor)"),
        uploaded_by=_roles(LAWYER),
        uploaded_without_lawyer_by=_roles(APPLICANT),
        seen_by=_ALL,
        when="RVT to D2",
    ),
    DocumentType(
        "DOC-MEDADV",
        _("Medical advice (medisch advies)"),
        uploaded_by=_roles(CASEWORKER),
        on_behalf_of=frozenset(("MED",)),
        seen_by=_roles(APPLICANT, LAWYER),
        conclusion_only_for=_roles(PLANNER, CASEWORKER),
        when="RVT on",
    ),
    DocumentType(
        "DOC-FMO",
        _("Forensic medical examination (forensisch medisch onderzoek)"),
        uploaded_by=_roles(LAWYER, CASEWORKER),
        on_behalf_of=frozenset(("MED",)),
        seen_by=_roles(APPLICANT, LAWYER, CASEWORKER),
        when="AA_CORRECTIONS on",
    ),
    # Letters of the service itself: the office that writes one keeps it, also where only receivers are named.
    DocumentType(
        "DOC-START",
        _("Letter with the days of the procedure (brief start AA)"),
        uploaded_by=_roles(PLANNER),
        seen_by=_roles(_SIDE, COUNSELLOR, PLANNER),
        when="AA_READY",
    ),
    DocumentType(
        "DOC-WDOC",
        _("Asylum seeker’s identity card (W-document)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_roles(APPLICANT, OFFICE),
        fact_only_for=_roles(RECEPTION),
        when="RVT on",
    ),
    DocumentType(
        "DOC-REP-NG",
        _("Report of the detailed interview (rapport nader gehoor)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_roles(_SIDE, CASEWORKER, SUPERVISOR),
        when="*_CORRECTIONS on",
    ),
    DocumentType(
        "DOC-COR",
        _("Corrections and additions (correcties en aanvullingen)"),
        uploaded_by=_roles(LAWYER),
        uploaded_without_lawyer_by=_roles(APPLICANT),
        seen_by=_ALL,
        when="AA_CORRECTIONS, VA_CORRECTIONS; late until decision",
    ),
    DocumentType(
        "DOC-CONF",
        _("Statement that the report is right or not (bevestiging verslag)"),
        uploaded_by=_roles(APPLICANT, LAWYER),
        seen_by=_roles(APPLICANT, LAWYER, OFFICE),
        when="AA_CORRECTIONS, VA_CORRECTIONS; late until decision",
    ),
    DocumentType(
        "DOC-INT-REJ",
        _("Intended decision (voornemen)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        when="*_INTENTION on",
    ),
    DocumentType(
        "DOC-INT-DUB",
        _("Intended decision: another country is responsible (voornemen Dublin)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        when="DUBLIN_INTENTION",
    ),
    DocumentType(
        "DOC-INT-DISC",
        _("Intention to stop the examination (voornemen buiten behandeling)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        when="DISCONTINUE_INTENTION",
    ),
    DocumentType(
        "DOC-INT-WD",
        _("Intention to withdraw the permit (voornemen intrekking)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        when="WITHDRAWAL_INTENTION",
    ),
    DocumentType(
        "DOC-VIEW",
        _("Response to the intended decision (zienswijze)"),
        uploaded_by=_roles(LAWYER),
        uploaded_without_lawyer_by=_roles(APPLICANT),
        seen_by=_roles(_SIDE, CASEWORKER),
        when="*_INTENTION, WITHDRAWAL_INTENTION; late until decision",
    ),
    DocumentType(
        "DOC-EXT-LET",
        _("Letter about the extended procedure (brief verlengde procedure)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_roles(_SIDE, CASEWORKER),
        fact_only_for=_roles(RECEPTION),
        when="VA_INVESTIGATION on",
    ),
    DocumentType(
        "DOC-EXT-AA",
        _("Notice that the general procedure takes longer (kennisgeving verlenging AA)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_roles(_SIDE, CASEWORKER),
        when="AA_*",
    ),
    DocumentType(
        "DOC-DEC-POS",
        _("Decision: asylum granted (beschikking)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        fact_only_for=_TOLD_OF_DECISIONS,
        when="GRANTED",
    ),
    DocumentType(
        "DOC-DEC-NEG",
        _("Decision: asylum refused (beschikking)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        fact_only_for=_TOLD_OF_DECISIONS,
        when="REFUSED",
    ),
    DocumentType(
        "DOC-DEC-DUB",
        _("Decision: another country is responsible (besluit)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        fact_only_for=_TOLD_OF_DECISIONS,
        when="REFUSED",
    ),
    DocumentType(
        "DOC-DEC-WD",
        _("Decision: permit withdrawn (besluit)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
        fact_only_for=_TOLD_OF_DECISIONS,
        when="PERMIT_WITHDRAWN",
    ),
    DocumentType(
        "DOC-DUB-IND",
        _("Signs that another country is responsible (Eurodac, visum, indicatie)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_roles(LAWYER, OFFICE),
        when="TRIAGE on",
    ),
    DocumentType(
        "DOC-REP-DUB",
        _("Report of the interview about the responsible country (gehoorverslag)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
    ),
    DocumentType(
        "DOC-REP-ACC",
        _("Report of the interview in the accelerated procedure (gehoorverslag)"),
        uploaded_by=_roles(CASEWORKER),
        seen_by=_ALL,
    ),
    DocumentType(
        "DOC-M35O",
        _("Notice of a repeat application (kennisgeving herhaalde aanvraag)"),
        uploaded_by=_roles(APPLICANT, LAWYER),
        seen_by=_roles(APPLICANT, LAWYER, OFFICE),
        when="HASA_NOTIFIED",
    ),
    DocumentType(
        "DOC-NOD",
        _("Notice that the decision is too late (ingebrekestelling)"),
        uploaded_by=_roles(LAWYER, APPLICANT),
        seen_by=_roles(APPLICANT, LAWYER, CASEWORKER),
        when="any open, after DEC-06M",
    ),
    DocumentType(
        "DOC-WDR",
        _("Withdrawal of the application (intrekking aanvraag)"),
        uploaded_by=_SIDE,
        seen_by=_ALL,
        when="any open",
    ),
    DocumentType(
        "DOC-APPEAL",
        _("Appeal (beroepschrift)"),
        uploaded_by=_roles(LAWYER, APPLICANT),
        seen_by=_roles(APPLICANT, LAWYER, CASEWORKER),
        when="WINDOW_OPEN on",
    ),
    DocumentType(
        "DOC-PROV",
        _("Request for a provisional measure (verzoek voorlopige voorziening)"),
        uploaded_by=_roles(LAWYER, APPLICANT),
        seen_by=_roles(APPLICANT, LAWYER, CASEWORKER),
        when="WINDOW_OPEN on",
    ),
    DocumentType(
        "DOC-HIGHER",
        _("Appeal to the Council of State (hogerberoepschrift)"),
        uploaded_by=_roles(LAWYER, APPLICANT),
        seen_by=_roles(APPLICANT, LAWYER, CASEWORKER),
        when="WINDOW_OPEN on",
    ),
    DocumentType(
        "DOC-RULING",
        _("Judgment of the court (uitspraak)"),
        uploaded_by=_roles(COURT, LAWYER, CASEWORKER),
        seen_by=_roles(APPLICANT, LAWYER, OFFICE),
        fact_only_for=_roles(RETURN_OFFICER),
    ),
    DocumentType(
        "DOC-PROV-RUL",
        _("Judgment on the provisional measure (uitspraak voorlopige voorziening)"),
        uploaded_by=_roles(COURT, LAWYER, CASEWORKER),
        seen_by=_roles(APPLICANT, LAWYER, OFFICE),
        fact_only_for=_roles(RETURN_OFFICER),
    ),
    DocumentType(
        "DOC-READY",
        _("Letter: your document is ready (brief document gereed)"),
        uploaded_by=_roles(DESK),
        seen_by=_roles(APPLICANT, DESK),
        when="READY, ACTIVE",
    ),
    DocumentType(
        "DOC-INFO",
        _("Brochure (brochure)"),
        uploaded_by=_roles(DESK),
        seen_by=_roles(APPLICANT, DESK),
        when="READY, ACTIVE",
    ),
    DocumentType(
        "DOC-POL",
        _("Police report of loss or theft (aangifte verlies/diefstal)"),
        uploaded_by=_roles(APPLICANT, POLICE),
        seen_by=_roles(APPLICANT, DESK),
        when="ACTIVE",
    ),
    DocumentType(
        "DOC-FAM",
        _("Application for family members to come (aanvraag nareis)"),
        uploaded_by=_roles(APPLICANT, LAWYER),
        seen_by=_roles(APPLICANT, LAWYER, OFFICE),
        when="WINDOW_OPEN on",
    ),
    DocumentType(
        "DOC-IOM",
        _("Statement of voluntary departure (verklaring vrijwillig vertrek)"),
        uploaded_by=_roles(MIGRATION_ADVISER),
        seen_by=_roles(APPLICANT, LAWYER, RETURN_OFFICER, OFFICE),
        when="DTV_ACTIVE on",
    ),
    # "Named units": those who decide, not those who plan. Never released through here.
    DocumentType(
        "DOC-NOTE",
        _("Internal note (interne IND-nota)"),
        uploaded_by=_roles(CASEWORKER, SUPERVISOR),
        seen_by=_roles(CASEWORKER, SUPERVISOR),
    ),
)

DOCUMENT_TYPES: dict[str, DocumentType] = {kind.code: kind for kind in _TYPES}


def may_see(code: str, role: str, *, original: str | None = None) -> bool:
    """Whether this role reads the document itself; a translation only with its original (its code)."""
    kind = DOCUMENT_TYPES.get(code)
    if kind is None or role not in kind.seen_by:
        return False
    return not kind.same_as_original or original is None or may_see(original, role)


def may_see_conclusion(code: str, role: str) -> bool:
    """Whether this role reads what the document concludes: all of it, or the conclusion alone."""
    return may_see(code, role) or (
        code in DOCUMENT_TYPES and role in DOCUMENT_TYPES[code].conclusion_only_for
    )


def may_upload(code: str, role: str, *, has_lawyer: bool = True) -> bool:
    """Whether this role hands in such a document; the applicant some only while she has no lawyer."""
    kind = DOCUMENT_TYPES.get(code)
    if kind is None:
        return False
    return role in kind.uploaded_by or (not has_lawyer and role in kind.uploaded_without_lawyer_by)


def codes_seen_by(role: str) -> frozenset[str]:
    """The documents that this role finds listed; which of them she opens is a matter of `may_see`."""
    if role == AUDITOR:
        return frozenset(DOCUMENT_TYPES)
    return frozenset(code for code in DOCUMENT_TYPES if may_see_conclusion(code, role))


def codes_uploaded_by(role: str, *, has_lawyer: bool = True) -> list[str]:
    """What this role can hand in, in the order of the table."""
    return [code for code in DOCUMENT_TYPES if may_upload(code, role, has_lawyer=has_lawyer)]
