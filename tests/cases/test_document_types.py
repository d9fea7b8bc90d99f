"""Who hands in and reads which document: the table of the procedure, transcribed a second time by hand."""

from __future__ import annotations

import pytest
from django.utils import translation

from cases.document_types import (
    DOCUMENT_TYPES,
    codes_seen_by,
    codes_uploaded_by,
    may_see,
    may_see_conclusion,
    may_upload,
)

# A applicant, G guardian, L lawyer, C caseworker, P planner, S supervisor, V counsellor, R reception staff.
# Partners: B border police, O police, D return officer, T court, K desk, N legal aid, M migration adviser,
# U municipality.
ROLES = {
    "A": "applicant",
    "G": "guardian",
    "L": "lawyer",
    "C": "caseworker",
    "P": "planner",
    "S": "supervisor",
    "V": "counsellor",
    "R": "reception",
    "B": "border_police",
    "O": "police",
    "D": "return_officer",
    "T": "court",
    "K": "desk",
    "N": "legal_aid",
    "M": "migration_adviser",
    "U": "municipality",
}
OTHERS = ("auditor", "administrator", "system", "", "nobody")

# code: who hands it in; who without a lawyer; who reads it; who reads its conclusion only
TABLE = {
    "DOC-APPFORM": ("C", "", "ALGCPS", ""),
    "DOC-ID": ("ALCV", "", "ALGCPS", ""),
    "DOC-EV": ("ALV", "", "ALGCPS", ""),
    "DOC-TR": ("AL", "", "ALGCPS", ""),
    "DOC-REP-AAN": ("C", "", "ALGCPS", ""),
    "DOC-COR-AAN": ("L", "A", "ALGCPS", ""),
    "DOC-MEDADV": ("C", "", "AL", "PC"),
    "DOC-FMO": ("LC", "", "ALC", ""),
    "DOC-START": ("P", "", "ALGVP", ""),
    "DOC-WDOC": ("C", "", "ACPS", ""),
    "DOC-REP-NG": ("C", "", "ALGCS", ""),
    "DOC-COR": ("L", "A", "ALGCPS", ""),
    "DOC-CONF": ("AL", "", "ALCPS", ""),
    "DOC-INT-REJ": ("C", "", "ALGCPS", ""),
    "DOC-INT-DUB": ("C", "", "ALGCPS", ""),
    "DOC-INT-DISC": ("C", "", "ALGCPS", ""),
    "DOC-INT-WD": ("C", "", "ALGCPS", ""),
    "DOC-VIEW": ("L", "A", "ALGC", ""),
    "DOC-EXT-LET": ("C", "", "ALGC", ""),
    "DOC-EXT-AA": ("C", "", "ALGC", ""),
    "DOC-DEC-POS": ("C", "", "ALGCPS", ""),
    "DOC-DEC-NEG": ("C", "", "ALGCPS", ""),
    "DOC-DEC-DUB": ("C", "", "ALGCPS", ""),
    "DOC-DEC-WD": ("C", "", "ALGCPS", ""),
    "DOC-DUB-IND": ("C", "", "LCPS", ""),
    "DOC-REP-DUB": ("C", "", "ALGCPS", ""),
    "DOC-REP-ACC": ("C", "", "ALGCPS", ""),
    "DOC-M35O": ("AL", "", "ALCPS", ""),
    "DOC-NOD": ("AL", "", "ALC", ""),
    "DOC-WDR": ("ALG", "", "ALGCPS", ""),
    "DOC-APPEAL": ("AL", "", "ALC", ""),
    "DOC-PROV": ("AL", "", "ALC", ""),
    "DOC-HIGHER": ("AL", "", "ALC", ""),
    "DOC-RULING": ("TLC", "", "ALCPS", ""),
    "DOC-PROV-RUL": ("TLC", "", "ALCPS", ""),
    "DOC-READY": ("K", "", "AK", ""),
    "DOC-INFO": ("K", "", "AK", ""),
    "DOC-POL": ("AO", "", "AK", ""),
    "DOC-FAM": ("AL", "", "ALCPS", ""),
    "DOC-IOM": ("M", "", "ALDCPS", ""),
    "DOC-NOTE": ("CS", "", "CS", ""),
}


def test_the_table_is_whole():
    assert list(DOCUMENT_TYPES) == list(TABLE)
    assert all(code == kind.code for code, kind in DOCUMENT_TYPES.items())


@pytest.mark.parametrize("code", TABLE)
def test_each_role_hands_in_and_reads_what_the_table_says(code):
    hands_in, without_lawyer, reads, conclusion = TABLE[code]
    for letter, role in ROLES.items():
        assert may_upload(code, role) == (letter in hands_in), role
        assert may_upload(code, role, has_lawyer=False) == (letter in hands_in + without_lawyer), role
        assert may_see(code, role) == (letter in reads), role
        assert may_see_conclusion(code, role) == (letter in reads + conclusion), role
        assert (code in codes_seen_by(role)) == (letter in reads + conclusion), role
    for role in OTHERS:
        assert not may_see(code, role)
        assert not may_see_conclusion(code, role)
        assert not may_upload(code, role, has_lawyer=False)


def test_the_auditor_finds_every_document_listed_and_opens_none():
    assert codes_seen_by("auditor") == set(TABLE)
    assert not any(may_see(code, "auditor") for code in TABLE)


def test_reception_staff_learn_facts_and_see_no_document():
    assert codes_seen_by("reception") == frozenset()
    told = {code for code, kind in DOCUMENT_TYPES.items() if "reception" in kind.fact_only_for}
    assert told == {"DOC-WDOC", "DOC-EXT-LET", "DOC-DEC-POS", "DOC-DEC-NEG", "DOC-DEC-DUB", "DOC-DEC-WD"}


# Who is told outcome and date, or that it is there, and gets neither the document nor its entry in the list.
TOLD = {
    "DOC-WDOC": "R",
    "DOC-EXT-LET": "R",
    "DOC-DEC-POS": "RDU",
    "DOC-DEC-NEG": "RDU",
    "DOC-DEC-DUB": "RDU",
    "DOC-DEC-WD": "RDU",
    "DOC-RULING": "D",
    "DOC-PROV-RUL": "D",
}


@pytest.mark.parametrize("code", TABLE)
def test_who_is_told_a_fact_does_not_read_the_document(code):
    told = {letter for letter, role in ROLES.items() if role in DOCUMENT_TYPES[code].fact_only_for}
    assert told == set(TOLD.get(code, ""))
    assert not any(code in codes_seen_by(ROLES[letter]) for letter in told)


def test_a_partner_finds_nothing_listed_but_what_its_part_needs():
    partners = "BOTNMU"
    assert not any(codes_seen_by(ROLES[letter]) for letter in partners)
    assert codes_seen_by("return_officer") == {"DOC-IOM"}
    assert codes_seen_by("desk") == {"DOC-READY", "DOC-INFO", "DOC-POL"}


def test_an_internal_note_never_reaches_the_applicants_side():
    assert not {
        role for role in ("applicant", "guardian", "lawyer", "counsellor") if may_see("DOC-NOTE", role)
    }


def test_a_translation_is_read_by_whoever_reads_its_original():
    assert may_see("DOC-TR", "caseworker", original="DOC-EV")
    assert not may_see("DOC-TR", "caseworker", original="DOC-MEDADV")
    assert may_see("DOC-TR", "lawyer", original="DOC-MEDADV")
    assert not may_see("DOC-TR", "applicant", original="DOC-NOTE")
    assert not may_see("DOC-TR", "planner", original="DOC-VIEW")
    assert not may_see("DOC-TR", "counsellor", original="DOC-START")


def test_who_may_hand_in_may_know_of_it_or_only_brings_it():
    # These bring papers for somebody, or their own, and do not get to read them back here.
    for code in DOCUMENT_TYPES:
        blind = {
            role for role in ROLES.values() if may_upload(code, role) and code not in codes_seen_by(role)
        }
        assert blind <= {"counsellor", "court", "police", "migration_adviser"}


def test_an_unknown_code_opens_nothing():
    assert not may_see("DOC-XYZ", "lawyer")
    assert not may_see_conclusion("DOC-XYZ", "planner")
    assert not may_upload("DOC-XYZ", "lawyer")


def test_the_list_to_choose_from_follows_the_table():
    assert codes_uploaded_by("guardian") == ["DOC-WDR"]
    assert "DOC-VIEW" not in codes_uploaded_by("applicant")
    assert "DOC-VIEW" in codes_uploaded_by("applicant", has_lawyer=False)


def test_the_roles_are_those_of_the_accounts():
    from asylum_portal.accounts.models import Role

    named = {
        role
        for kind in DOCUMENT_TYPES.values()
        for role in kind.uploaded_by | kind.seen_by | kind.fact_only_for
    }
    assert named <= set(Role.values)
    assert may_see("DOC-NOTE", Role.CASEWORKER)
    assert not may_see("DOC-NOTE", Role.LAWYER)
    assert codes_seen_by(Role.AUDITOR) == set(TABLE)


def test_every_title_is_a_name_that_is_translated_when_it_is_read():
    with translation.override("en"):
        titles = [str(kind.title) for kind in DOCUMENT_TYPES.values()]
    assert all(title.endswith(")") and title[0].isupper() for title in titles)
    assert len(set(titles)) == len(titles)
