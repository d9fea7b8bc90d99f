"""Who opens which file: the relation decides, on the day, and the object check answers as the list does."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from asylum_portal.accounts.models import Role, User
from cases import access, actions
from cases.access import may_read, relation_holds, visible_case_or_404
from cases.document_types import DOCUMENT_TYPES, codes_seen_by, may_see
from cases.models import (
    Applicant,
    Assignment,
    Case,
    CounsellorConsent,
    Document,
    Family,
    FamilyMember,
    Involvement,
    Message,
)
from procedure.access import may_take
from procedure.models import Appointment, Deadline, Filing, Procedure
from tests.cast import PASSWORD, Cast, at, letter_file, make_cast, walk
from tests.kept import kept

DAY = date(2026, 4, 8)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
pytestmark = pytest.mark.django_db


def everybody() -> Cast:
    """The case after the response, with everybody around it whose relation makes a difference."""
    cast = make_cast()
    case, people = cast.case, cast.people
    actions.appoint_guardian(
        case,
        guardian=people["guardian"],
        starts_on=date(2026, 3, 17),
        ends_on=DAY,
        actor=people["supervisor"],
        at=at(date(2026, 3, 17)),
    )
    walk(cast, until="close_response")
    people["former_lawyer"] = people["lawyer"]
    people["new_lawyer"] = _person("new_lawyer", Role.LAWYER, like=people["lawyer"])
    cast.take("change_lawyer", DAY, by="planner", lawyer=people["new_lawyer"])
    people["colleague"] = _person("colleague", Role.LAWYER, like=people["lawyer"])
    actions.give_consent(
        case, counsellor=people["counsellor"], starts_on=DAY, actor=people["applicant"], at=at(DAY)
    )
    CounsellorConsent.objects.create(
        case=case, holder=people["other_counsellor"], starts_on=date(2026, 3, 20), ends_on=BEFORE
    )
    actions.assign(
        case,
        worker=people["auditor"],
        duty=Assignment.Duty.AUDIT,
        starts_on=DAY,
        actor=people["supervisor"],
        at=at(DAY),
    )
    people["former_caseworker"] = _person("former_caseworker", Role.CASEWORKER, like=people["caseworker"])
    Assignment.objects.create(
        case=case, holder=people["former_caseworker"], starts_on=date(2026, 3, 17), ends_on=BEFORE
    )
    people["borrowed_planner"] = _person("borrowed_planner", Role.PLANNER, like=people["other_planner"])
    Assignment.objects.create(
        case=case, holder=people["borrowed_planner"], starts_on=DAY, ends_on=DAY, duty="planning"
    )
    people["teamless_supervisor"] = _person("teamless_supervisor", Role.SUPERVISOR)
    people["gone_caseworker"] = _person("gone_caseworker", Role.CASEWORKER)
    Assignment.objects.create(case=case, holder=people["gone_caseworker"], starts_on=date(2026, 3, 17))
    User.objects.filter(pk=people["gone_caseworker"].pk).update(is_active=False)
    people["gone_caseworker"].refresh_from_db()
    Involvement.objects.all().delete()  # those of the steps so far: here the table alone says who is involved
    for role, organisation, starts_on, ends_on in PARTS_IN_THE_CASE:
        office = people[organisation].organisation if organisation else None
        Involvement.objects.create(
            case=case, role=role, organisation=office, starts_on=starts_on, ends_on=ends_on
        )
    people["other_court"] = _person("other_court", Role.COURT)
    people["spouse"] = _spouse(cast)
    people["system"] = User.objects.system()
    actions.send_message(case, channel="service", body="to the service", actor=people["lawyer"], at=at(DAY))
    actions.send_message(case, channel="lawyer", body="between us", actor=people["applicant"], at=at(DAY))
    return cast


@pytest.fixture(scope="module")
def cast_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    with kept(django_db_blocker, everybody) as cast:
        yield cast


@pytest.fixture
def cast(cast_of_the_file: Cast, db: None) -> Cast:
    return deepcopy(cast_of_the_file)


def _person(name: str, role: Role, *, like: User | None = None) -> User:
    """Somebody more; from the office and the team of another."""
    from_there = {"organisation": like.organisation, "team": like.team} if like else {}
    return User.objects.create_user(
        f"{name}@portal.example", PASSWORD, role=role, display_name=name, **from_there
    )


def _spouse(cast: Cast) -> User:
    """Her husband: the same family, a file of his own."""
    user = User.objects.create_user("V1000003", PASSWORD, role=Role.APPLICANT, display_name="Spouse")
    applicant = Applicant.objects.create(
        v_number="V1000003", user=user, name="Spouse", reading_language="ti", interpreter_language="Tigrinya"
    )
    family = Family.objects.create()
    for member in (cast.case.applicant, applicant):
        FamilyMember.objects.create(family=family, applicant=member, relation=FamilyMember.Relation.PARTNER)
    actions.open_case(applicant, actor=cast.people["caseworker"], on=DAY, at=at(DAY))
    return user


# role, whose office alone, first day, last day
PARTS_IN_THE_CASE = [
    ("border_police", "", date(2026, 3, 17), BEFORE),
    ("police", "", DAY, DAY),
    ("return_officer", "", DAY, None),
    ("court", "court", BEFORE, DAY),
    ("desk", "", AFTER, None),
    ("legal_aid", "", date(2026, 3, 17), None),
    ("municipality", "court", BEFORE, None),
]

# Who sees the case the day before, on the day and the day after; the day is that of the changes above.
CASE = """
                     before  on   after
applicant            yes     yes  yes
other_applicant      no      no   no
spouse               no      no   no
guardian             yes     yes  no
other_guardian       no      no   no
former_lawyer        yes     yes  no
new_lawyer           no      yes  yes
colleague            no      no   no
other_lawyer         no      no   no
caseworker           yes     yes  yes
other_caseworker     no      no   no
former_caseworker    yes     no   no
gone_caseworker      no      no   no
planner              yes     yes  yes
other_planner        no      no   no
borrowed_planner     no      yes  no
supervisor           yes     yes  yes
other_supervisor     no      no   no
teamless_supervisor  no      no   no
counsellor           no      yes  yes
other_counsellor     yes     no   no
auditor              no      yes  yes
reception            no      no   no
border_police        yes     no   no
police               no      yes  no
return_officer       no      yes  yes
court                yes     yes  no
other_court          no      no   no
desk                 no      no   yes
legal_aid            yes     yes  yes
migration_adviser    no      no   no
municipality         no      no   no
administrator        no      no   no
system               no      no   no
"""
ROWS = [line.split() for line in CASE.strip("\n").splitlines()[1:]]
DAYS = (BEFORE, DAY, AFTER)


def test_who_sees_the_case_when(cast: Cast) -> None:
    assert {row[0] for row in ROWS} == set(cast.people) - {"lawyer"}
    found = {
        name: [
            "yes" if cast.case in Case.objects.visible_to(cast.people[name], on=on) else "no" for on in DAYS
        ]
        for name, *_ in ROWS
    }
    assert found == {name: wanted for name, *wanted in ROWS}


def test_the_check_of_one_object_and_the_list_give_the_same_answer(cast: Cast) -> None:
    for name, person in cast.people.items():
        for on in DAYS:
            for case in Case.objects.all():
                listed = case in Case.objects.visible_to(person, on=on)
                assert relation_holds(person, case, on=on) is listed, (name, on)
                procedure = case.procedures.first()
                if procedure is None or person.role == Role.SYSTEM:
                    continue
                assert (procedure in Procedure.objects.visible_to(person, on=on)) is listed, (name, on)
                takes = [
                    step for step in STEPS_OF.get(person.role, ()) if may_take(person, step, procedure, on=on)
                ]
                assert bool(takes) is (listed and person.role in STEPS_OF), (name, on)


STEPS_OF = {
    Role.APPLICANT: ["request_withdrawal"],
    Role.GUARDIAN: ["request_withdrawal"],
    Role.LAWYER: ["close_response"],
    Role.CASEWORKER: ["refuse"],
    Role.SUPERVISOR: ["grant"],
    Role.PLANNER: ["change_lawyer"],
}


def test_a_permission_without_an_object_is_nobodys(cast: Cast) -> None:
    """Django asks for it in this way too."""
    for person in cast.people.values():
        for permission in (
            "cases.view_case",
            "cases.read_document",
            "procedure.view_procedure",
            "procedure.refuse",
        ):
            assert person.has_perm(permission) is False
            assert person.has_perm(permission, None) is False


@pytest.mark.parametrize("model", [Document, Message, Deadline, Filing, Procedure, Appointment])
def test_nothing_of_a_file_is_listed_for_whom_the_file_is_closed(cast: Cast, model) -> None:
    for name, person in cast.people.items():
        for on in DAYS:
            open_cases = set(Case.objects.visible_to(person, on=on).values_list("pk", flat=True))
            path = "case" if hasattr(model, "case") else "procedure__case"
            found = set(model.objects.visible_to(person, on=on).values_list(path, flat=True))
            assert found <= open_cases, (name, on)


# What each reads inside the case on the day, by kind of document.
DOCUMENTS = """
applicant          reads  APPFORM REP-AAN REP-NG COR INT-REJ VIEW EV ID
guardian           reads  APPFORM REP-AAN REP-NG COR INT-REJ VIEW EV ID
new_lawyer         reads  APPFORM REP-AAN REP-NG COR INT-REJ VIEW EV ID
caseworker         reads  APPFORM REP-AAN REP-NG COR INT-REJ VIEW EV ID NOTE
planner            reads  APPFORM REP-AAN COR INT-REJ EV ID
supervisor         reads  APPFORM REP-AAN REP-NG COR INT-REJ EV ID NOTE
counsellor         reads
auditor            lists  APPFORM REP-AAN REP-NG COR INT-REJ VIEW EV ID NOTE MEDADV
reception          reads
administrator      reads
gone_caseworker    reads
colleague          reads
"""


def test_who_reads_which_document(cast: Cast) -> None:
    _file(cast, "DOC-EV", by="new_lawyer")
    _file(cast, "DOC-ID", by="applicant")
    _file(cast, "DOC-MEDADV", by="caseworker", conclusion="can be heard, with breaks")
    _file(cast, "DOC-NOTE", by="caseworker")
    for line in DOCUMENTS.strip().splitlines():
        name, how, *codes = line.split()
        person = cast.people[name]
        listed = Document.objects.visible_to(person, on=DAY).filter(case=cast.case)
        wanted = {f"DOC-{code}" for code in codes}
        if name in ("applicant", "new_lawyer"):
            wanted.add("DOC-MEDADV")
        read = {document.code for document in cast.case.documents.all() if may_read(person, document, on=DAY)}
        seen = {document.code for document in listed}
        assert read <= seen, name
        assert (seen if how == "lists" else read) == wanted, name
        if how == "lists":
            assert read == set(), name
    for name in ("caseworker", "planner"):
        advice = Document.objects.visible_to(cast.people[name], on=DAY).get(code="DOC-MEDADV")
        assert advice.conclusion and not may_read(cast.people[name], advice, on=DAY)
        with pytest.raises(PermissionDenied):
            actions.read_document(advice, actor=cast.people[name], at=at(DAY))


def _file(cast: Cast, code: str, *, by: str, **more) -> Document:
    actor = cast.people[by]
    return actions.file_document(
        cast.case, code=code, content=letter_file(code), actor=actor, at=at(DAY), **more
    )


def test_the_list_and_the_reading_agree_for_every_kind_and_role(cast: Cast) -> None:
    for role in Role.values:
        for code in DOCUMENT_TYPES:
            assert not may_see(code, role) or code in codes_seen_by(role)
    assert codes_seen_by(Role.RECEPTION) == codes_seen_by(Role.ADMINISTRATOR) == frozenset()


def test_a_translation_is_read_by_whoever_reads_its_original(cast: Cast) -> None:
    advice = _file(cast, "DOC-MEDADV", by="caseworker")
    evidence = _file(cast, "DOC-EV", by="new_lawyer")
    secret = _file(cast, "DOC-TR", by="new_lawyer", translation_of=advice)
    open_one = _file(cast, "DOC-TR", by="new_lawyer", translation_of=evidence)
    of_the_translation = _file(cast, "DOC-TR", by="new_lawyer", translation_of=secret)
    assert of_the_translation.translation_of == advice
    worker, planner = cast.people["caseworker"], cast.people["planner"]
    for person in (worker, planner):
        assert may_read(person, open_one, on=DAY)
        for hidden in (secret, of_the_translation):
            assert not may_read(person, hidden, on=DAY)
    assert may_read(cast.people["applicant"], of_the_translation, on=DAY)


def test_a_translation_does_not_reach_into_another_file(cast: Cast) -> None:
    foreign = cast.other_case.documents.create(
        code="DOC-EV", original_name="x", media_type="", extension="", size=1, stored_path="x",
        uploaded_by=cast.people["other_lawyer"], received_at=at(DAY),
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        _file(cast, "DOC-TR", by="new_lawyer", translation_of=foreign)


def test_what_is_in_quarantine_is_known_to_its_sender_and_read_by_nobody(cast: Cast) -> None:
    document = _file(cast, "DOC-EV", by="new_lawyer")
    Document.objects.filter(pk=document.pk).update(status=Document.Status.QUARANTINED)
    document.refresh_from_db()
    for name, knows in (("new_lawyer", True), ("applicant", False), ("caseworker", False)):
        listed = Document.objects.visible_to(cast.people[name], on=DAY).filter(pk=document.pk)
        assert listed.exists() is knows, name
        assert not may_read(cast.people[name], document, on=DAY)


# Messages: who reads along in which channel.
CHANNELS = {
    "applicant": {"service", "lawyer"},
    "guardian": {"service", "lawyer"},
    "new_lawyer": {"service", "lawyer"},
    "former_lawyer": {"service", "lawyer"},
    "caseworker": {"service"},
    "planner": {"service"},
    "borrowed_planner": {"service"},
    "supervisor": {"service"},
}


def test_who_reads_which_messages(cast: Cast) -> None:
    for name, person in cast.people.items():
        read = set(Message.objects.visible_to(person, on=DAY).values_list("channel", flat=True))
        assert read == CHANNELS.get("former_lawyer" if name == "lawyer" else name, set()), name


def test_nobody_writes_into_a_file_that_is_not_open_to_her(cast: Cast) -> None:
    for name, channel in (
        ("other_lawyer", "lawyer"),
        ("other_caseworker", "service"),
        ("caseworker", "lawyer"),
        ("auditor", "service"),
        ("counsellor", "service"),
        ("gone_caseworker", "service"),
    ):
        with pytest.raises(PermissionDenied):
            actions.send_message(cast.case, channel=channel, body="x", actor=cast.people[name], at=at(DAY))
    for name, code in (("other_lawyer", "DOC-EV"), ("other_caseworker", "DOC-NOTE"), ("planner", "DOC-NOTE")):
        with pytest.raises(PermissionDenied):
            _file(cast, code, by=name)
    with pytest.raises(PermissionDenied):
        actions.file_document(
            cast.case,
            code="DOC-EV",
            content=letter_file(),
            actor=cast.people["former_lawyer"],
            at=at(AFTER),
        )


def test_rights_end_within_the_request_that_follows(cast: Cast) -> None:
    """Nothing is remembered from one question to the next."""
    worker = cast.people["caseworker"]
    assert relation_holds(worker, cast.case, on=DAY)
    Assignment.objects.filter(holder=worker).update(ends_on=BEFORE)
    assert not relation_holds(worker, cast.case, on=DAY)
    Assignment.objects.filter(holder=worker).update(ends_on=None)
    worker.is_active = False
    assert not relation_holds(worker, cast.case, on=DAY)
    assert not Document.objects.visible_to(worker, on=DAY).exists()
    assert not may_take(worker, "refuse", cast.procedure, on=DAY)


def test_a_strangers_file_is_as_absent_as_one_that_does_not_exist(cast: Cast) -> None:
    from django.http import Http404

    with pytest.raises(Http404) as strangers:
        visible_case_or_404(cast.people["other_lawyer"], cast.case.pk, on=DAY)
    with pytest.raises(Http404) as absent:
        visible_case_or_404(cast.people["other_lawyer"], cast.people["spouse"].pk and "0" * 32, on=DAY)
    assert str(strangers.value) == str(absent.value)


def test_one_person_is_listed_once_whatever_her_relations(cast: Cast) -> None:
    """Two spells at once, and a case of the own team: no doubled rows."""
    supervisor = cast.people["supervisor"]
    for duty in (Assignment.Duty.DECISION, Assignment.Duty.COORDINATION):
        Assignment.objects.create(case=cast.case, holder=supervisor, starts_on=DAY, duty=duty)
    assert list(Case.objects.visible_to(supervisor, on=DAY)) == [cast.case]
    documents = Document.objects.visible_to(supervisor, on=DAY)
    assert documents.count() == documents.distinct().count()


def test_the_receipt_stays_with_whoever_filed_it_while_the_case_is_hers(cast: Cast) -> None:
    counsellor = cast.people["counsellor"]
    filing = cast.file("evidence", DAY, by="counsellor")
    assert filing in Filing.objects.visible_to(counsellor, on=DAY)
    CounsellorConsent.objects.filter(holder=counsellor).update(ends_on=DAY)
    assert filing not in Filing.objects.visible_to(counsellor, on=AFTER)
    assert filing in Filing.objects.visible_to(cast.people["caseworker"], on=AFTER)


def test_channels_of_every_role_are_known() -> None:
    for role in Role.values:
        access.channels_of(User(role=role))


def test_a_partner_is_involved_once_and_the_trail_tells_from_when_until_when(cast: Cast) -> None:
    case, worker, adviser = cast.case, cast.people["caseworker"], Role.MIGRATION_ADVISER
    first = actions.involve(case, role=adviser, starts_on=DAY, actor=worker, at=at(DAY))
    assert actions.involve(case, role=adviser, starts_on=AFTER, actor=worker, at=at(AFTER)) == first
    earlier = actions.involve(case, role=adviser, starts_on=BEFORE, actor=worker, at=at(AFTER))
    assert earlier == first and earlier.starts_on == BEFORE
    person = cast.people["migration_adviser"]
    assert all(relation_holds(person, case, on=on) for on in DAYS)
    assert actions.end_involvement(case, role=adviser, on=DAY, actor=worker, at=at(DAY)) == first
    assert actions.end_involvement(case, role=adviser, on=AFTER, actor=worker, at=at(AFTER)) is None
    assert [relation_holds(person, case, on=on) for on in DAYS] == [True, True, False]
    told = case.audit_entries.filter(data__role="migration_adviser").order_by("sequence")
    assert [(entry.action, entry.actor) for entry in told] == [
        ("access.begin", worker),
        ("access.begin", worker),
        ("access.end", worker),
    ]


def test_a_part_that_moves_to_another_office_ends_at_the_first(cast: Cast) -> None:
    case, worker = cast.case, cast.people["caseworker"]
    homes, court = cast.people["municipality"], cast.people["court"]
    for office in (court.organisation, homes.organisation):
        actions.involve(
            case, role=Role.MUNICIPALITY, organisation=office, starts_on=DAY, actor=worker, at=at(DAY)
        )
    (current,) = case.involvements.filter(role=Role.MUNICIPALITY, ends_on=None)
    assert current.organisation == homes.organisation
    assert relation_holds(homes, case, on=AFTER)
    assert not relation_holds(_person("elsewhere", Role.MUNICIPALITY, like=court), case, on=AFTER)


def test_the_database_holds_what_an_involvement_is(cast: Cast) -> None:
    for wrong in (
        {"role": "lawyer", "starts_on": DAY},
        {"role": "desk", "starts_on": DAY},  # there is an open one
        {"role": "police", "starts_on": DAY, "ends_on": BEFORE},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Involvement.objects.create(case=cast.case, **wrong)


def test_whoever_is_no_partner_gains_nothing_by_an_involvement(cast: Cast) -> None:
    """Its role is compared with that of the reader, so a changed account loses what it had."""
    officer = cast.people["return_officer"]
    assert relation_holds(officer, cast.case, on=DAY)
    officer.role = Role.COURT
    assert not relation_holds(officer, cast.case, on=DAY)
    officer.role = Role.RETURN_OFFICER
    officer.is_active = False
    assert not relation_holds(officer, cast.case, on=DAY)
