"""Every address of a case x everybody: who sees it, who may not, and for whom it does not exist."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from asylum_portal.accounts.models import PARTNER_ROLES
from cases import actions
from cases.audit import PURPOSE_OF_PART
from cases.models import Case, Channel, Document, Involvement
from procedure.models import Appointment, Deadline
from procedure.partners import PARTS
from tests.cast import Cast, at, letter_file
from tests.pages.conftest import NOON, TODAY, TOKEN, addresses

# The cast calls the people of the partners by their roles.
PARTNERS = sorted(str(role) for role in PARTNER_ROLES)
RELATED = "applicant guardian lawyer counsellor caseworker planner supervisor auditor".split() + PARTNERS
SERVICE = "caseworker planner supervisor".split()
CLIENT_SIDE = "applicant guardian lawyer".split()

# Who gets the page; the others with a relation get 403, everybody else 404.
MATRIX: dict[str, list[str]] = {
    "procedure:case": RELATED,
    "procedure:add-document": [*SERVICE, "desk", "police"],
    "procedure:announce-repeat": [],
    "procedure:card": [],
    "procedure:involve": ["caseworker", "supervisor"],
    "procedure:end-part": ["caseworker", "supervisor"],
    "procedure:days": SERVICE,
    "procedure:terms": RELATED,
    "procedure:step": ["caseworker", "supervisor"],
    "procedure:file": ["applicant", "lawyer", "counsellor"],
    "procedure:why": [person for person in RELATED if person not in PARTNERS],
    "procedure:receipt": [*CLIENT_SIDE, *SERVICE, "auditor"],
    "cases:documents": RELATED,
    "cases:messages": [*CLIENT_SIDE, *SERVICE],
    "cases:seen-by": [*CLIENT_SIDE, "auditor"],
    "cases:document": [*CLIENT_SIDE, *SERVICE],
}
# Where the state comes before the right: an application is being treated, whoever asks.
NOT_NOW = {"procedure:announce-repeat"}
# A row that is not listed for these does not exist for them either, though they have a relation with
# the case; or what they get instead.
NOT_LISTED = {
    # Who may make a card comes too late: she has been in already, which is not for others to know.
    "procedure:card": dict.fromkeys(["caseworker", "supervisor"], 409),
    "procedure:why": dict.fromkeys(PARTNERS, 404),
    "procedure:receipt": dict.fromkeys(["counsellor", *PARTNERS], 404),
    "cases:document": dict.fromkeys(["counsellor", *PARTNERS], 404),
}


@pytest.mark.parametrize("address", MATRIX)
def test_an_address_opens_for_those_whom_the_table_names_and_nobody_else(cast: Cast, address: str) -> None:
    name, what = addresses(cast)[address]
    url = reverse(name, kwargs=what)
    found = {}
    for person, user in cast.people.items():
        client = Client()
        client.force_login(user)
        found[person] = client.get(url).status_code
    expected = {person: _expected(address, person) for person in cast.people}
    if address == "procedure:case":
        expected["applicant"] = 302  # home, where her case is
    assert found == expected


def _expected(address: str, person: str) -> int:
    if person not in RELATED:
        return 404
    if address in NOT_NOW:
        return 409
    if person in MATRIX[address]:
        return 200
    return NOT_LISTED.get(address, {}).get(person, 403)


def test_nobody_who_is_not_signed_in_gets_further_than_the_door(cast: Cast) -> None:
    for name, what in addresses(cast).values():
        answer = Client().get(reverse(name, kwargs=what))
        assert answer.status_code == 302, name
        assert "/account/login/" in answer["Location"]


def test_an_account_that_has_ended_opens_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.lawyer)
    cast.lawyer.is_active = False
    cast.lawyer.save()
    for name, what in addresses(cast).values():
        assert client.get(reverse(name, kwargs=what)).status_code in (302, 404), name


# These name a rule package or a change of it, and what they list of cases the reader may see.
OF_NO_CASE = {"procedure:package", "procedure:propose", "procedure:change"}


def test_every_address_that_names_something_of_a_case_has_its_row_in_the_table(cast: Cast) -> None:
    named = {
        name for name in _names_with_arguments(get_resolver()) if name.split(":")[0] in ("procedure", "cases")
    }
    assert named - OF_NO_CASE == MATRIX.keys()


def _names_with_arguments(resolver: URLResolver, prefix: str = "") -> list[str]:
    names = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            names += _names_with_arguments(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern) and pattern.pattern.converters and pattern.name:
            names.append(prefix + pattern.name)
    return names


@pytest.mark.slow(35)
def test_no_page_of_anybody_shows_a_word_of_a_case_that_is_not_theirs(cast: Cast) -> None:
    pages = [reverse(name, kwargs=what) for name, what in addresses(cast).values()]
    pages += [reverse(name) for name in ("home", "who-helps", "procedure:clients", "procedure:worklist")]
    pages.append(reverse("procedure:begin"))
    pages += [reverse(name) for name in ("notices:inbox", "accounts:account", "reception:desk")]
    for person, user in cast.people.items():
        if person in (
            "other_applicant",
            "other_lawyer",
            "other_caseworker",
            "other_planner",
            "other_supervisor",
        ):
            continue  # these have a relation with the other case
        client = Client()
        client.force_login(user)
        for url in pages:
            answer = client.get(url, follow=True)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert TOKEN.encode() not in body, (person, url)


def test_a_page_of_a_stranger_and_one_that_does_not_exist_are_the_same(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.other_lawyer)
    strange = client.get(reverse("procedure:case", kwargs={"pk": cast.case.pk}))
    missing = client.get(reverse("procedure:case", kwargs={"pk": cast.procedure.pk}))
    assert strange.status_code == missing.status_code == 404
    assert strange.content.replace(str(cast.case.pk).encode(), b"") == missing.content.replace(
        str(cast.procedure.pk).encode(), b""
    )


def _opens(cast: Cast, person: str) -> dict[str, int]:
    client = Client()
    client.force_login(cast.people[person])
    return {
        name: client.get(reverse(name, kwargs=what)).status_code for name, what in addresses(cast).values()
    }


def test_a_partner_who_is_not_involved_is_a_stranger(cast: Cast) -> None:
    for role in PARTNERS:
        Involvement.objects.filter(role=role).delete()
        assert set(_opens(cast, role).values()) == {404}


def test_a_partners_part_ends_within_one_request_of_its_last_day(cast: Cast) -> None:
    for role in PARTNERS:
        client = Client()
        client.force_login(cast.people[role])
        page = reverse("procedure:case", args=[cast.case.pk])
        assert client.get(page).status_code == 200
        assert cast.case.number in client.get(reverse("procedure:clients")).content.decode()
        Involvement.objects.filter(role=role).update(
            starts_on=TODAY - timedelta(days=2), ends_on=TODAY - timedelta(days=1)
        )
        assert client.get(page).status_code == 404
        assert cast.case.number not in client.get(reverse("procedure:clients")).content.decode()
        assert set(_opens(cast, role).values()) == {404}


def test_the_first_page_of_a_partner_is_the_list_of_its_cases(cast: Cast) -> None:
    for role in PARTNERS:
        client = Client()
        client.force_login(cast.people[role])
        answer = client.get(reverse("home"))
        assert answer.status_code == 302 and answer["Location"] == reverse("procedure:clients")
        listed = client.get(answer["Location"]).content.decode()
        assert cast.case.applicant.name in listed and cast.case.applicant.v_number in listed
        for wanted, found in (("1000001", True), ("v 1000001", True), ("tesfay", True), ("Nobody", False)):
            page = client.get(reverse("procedure:clients"), {"q": wanted})
            assert (cast.case.number in page.content.decode()) is found, wanted
        assert client.get(reverse("procedure:clients"), {"q": "a\x00b"}).status_code == 400


def test_every_look_of_a_partner_is_a_row_of_the_trail_with_its_purpose(cast: Cast) -> None:
    for role in PARTNERS:
        before = cast.case.audit_entries.count()
        client = Client()
        client.force_login(cast.people[role])
        for name in ("procedure:case", "procedure:terms", "cases:documents"):
            client.get(reverse(name, kwargs=addresses(cast)[name][1]))
        seen = list(cast.case.audit_entries.order_by("sequence"))[before:]
        assert [(entry.actor, entry.role, entry.purpose) for entry in seen] == [
            (cast.people[role], role, PURPOSE_OF_PART[role])
        ] * 3


STORY = "Qx9storyQx9"


def _plant_story(cast: Cast) -> None:
    """The token into everything of the case that is no partner's."""
    case = cast.case
    Case.objects.filter(pk=case.pk).update(special_needs=["torture"], unaccompanied_minor=True)
    case.team.name = f"{STORY} team"
    case.team.save()
    for channel, sender in ((Channel.SERVICE, cast.applicant), (Channel.LAWYER, cast.lawyer)):
        actions.send_message(case, channel=channel, body=f"{STORY} message", actor=sender, at=NOON)
    for code, actor, conclusion in (
        ("DOC-EV", cast.lawyer, ""),
        ("DOC-MEDADV", cast.caseworker, f"{STORY} conclusion"),
        ("DOC-NOTE", cast.caseworker, ""),
    ):
        file = letter_file(name=f"{STORY}.pdf")
        actions.file_document(case, code=code, content=file, actor=actor, at=NOON, conclusion=conclusion)
    cast.take("extend_general_procedure", TODAY, reason=f"{STORY} reason", hour=11)
    for user in (cast.guardian, cast.counsellor, cast.caseworker):
        user.display_name = f"{STORY} {user.role}"
        user.save()


def test_no_page_shows_a_partner_a_word_of_the_story(cast: Cast) -> None:
    pages = [reverse(name, kwargs=what) for name, what in addresses(cast).values()]
    _plant_story(cast)
    pages += [reverse(name) for name in ("home", "procedure:clients", "procedure:worklist", "notices:inbox")]
    pages += [reverse("cases:document", args=[document.pk]) for document in Document.objects.all()]
    pages += [reverse("procedure:why", args=[term.pk]) for term in Deadline.objects.all()]
    told = {person: [] for person in ("caseworker", *PARTNERS)}
    for person in told:
        client = Client()
        client.force_login(cast.people[person])
        for url in pages:
            answer = client.get(url, follow=True)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if any(word.encode() in body for word in (STORY, "torture", "marteling", "ERI", "1994")):
                told[person].append(url)
    assert len(told.pop("caseworker")) > 3, "the story is nowhere: this test looks for nothing"
    assert told == {person: [] for person in PARTNERS}


def test_a_partner_sees_the_terms_that_it_owes_or_works_with_and_no_others(cast: Cast) -> None:
    open_terms = set(cast.procedure.deadlines.values_list("rule_code", flat=True))
    assert open_terms
    for role in PARTNERS:
        part = PARTS[role]
        visible = Deadline.objects.visible_to(cast.people[role], on=TODAY)
        expected = {
            term.rule_code
            for term in cast.procedure.deadlines.all()
            if role in term.owed_by or term.rule_code in part.terms
        }
        assert {term.rule_code for term in visible} == expected, role


def test_a_partner_sees_the_appointments_of_its_part_and_no_others(cast: Cast) -> None:
    for kind in Appointment.Kind.values:
        Appointment.objects.create(
            procedure=cast.procedure, kind=kind, starts_at=at(TODAY, 9), place=f"place {kind}"
        )
    for role in PARTNERS:
        client = Client()
        client.force_login(cast.people[role])
        page = client.get(reverse("procedure:case", args=[cast.case.pk])).content.decode()
        shown = {kind for kind in Appointment.Kind.values if f"place {kind}<" in page}
        assert shown == PARTS[role].appointments & set(Appointment.Kind.values), role
        assert not shown & {"APPT-MED", "APPT-LAW1", "APPT-VWN"}, role


def test_the_desk_reads_back_its_letter_and_the_court_sees_that_its_judgment_is_on_file(cast: Cast) -> None:
    for role, code, readers in (
        ("desk", "DOC-READY", {"desk"}),
        ("court", "DOC-RULING", set()),
        ("police", "DOC-POL", {"desk"}),
        ("migration_adviser", "DOC-IOM", {"return_officer"}),
    ):
        document = actions.file_document(
            cast.case, code=code, content=letter_file(code), actor=cast.people[role], at=at(TODAY, 11)
        )
        for partner in PARTNERS:
            client = Client()
            client.force_login(cast.people[partner])
            answer = client.get(reverse("cases:document", args=[document.pk]))
            assert (answer.status_code == 200) is (partner in readers), (code, partner)
            page = client.get(reverse("procedure:case", args=[cast.case.pk])).content.decode()
            assert (f"/documents/{document.pk}/" in page) is (partner in readers), (code, partner)
        client = Client()
        client.force_login(cast.people[role])
        (row,) = client.get(reverse("procedure:case", args=[cast.case.pk])).context["handed_in"]
        assert row["name"] == document.title
