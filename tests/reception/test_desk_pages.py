"""The pages of the desk: who may open them, what they show and never show, check-in and excuses."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from asylum_portal.accounts.models import User
from cases.models import AuditEntry
from reception import actions
from reception.models import Centre, Posting, ReportingSlot
from tests.cast import Cast, at
from tests.reception.conftest import START, Desk, live, slot_on

State = ReportingSlot.State
DAY = timedelta(days=1)
OTHER_ROLES = [
    "applicant",
    "lawyer",
    "caseworker",
    "planner",
    "supervisor",
    "counsellor",
    "guardian",
    "auditor",
    "administrator",
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the portal's clock; it stands at noon of START until then."""

    def stand(day: date, hour: int = 12) -> None:
        monkeypatch.setattr("asylum_portal.clock.now", lambda: at(day, hour))

    stand(START)
    return stand


@pytest.fixture
def url() -> Callable[..., str]:
    def page(name: str, *args: object) -> str:
        with translation.override("en"):
            return reverse(f"reception:{name}", args=args)

    return page


@pytest.fixture
def enter(clock: Callable[..., None]) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def client(enter: Callable[[User], Client], desk: Desk) -> Client:
    return enter(desk.worker)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# Who may


def test_strangers_are_sent_to_sign_in(cast: Cast, desk: Desk, url) -> None:
    slot = live(cast, desk)[0]
    for address in (url("desk"), url("excuse", slot.pk)):
        answer = Client().get(address)
        assert answer.status_code == 302 and "/login" in answer["Location"]
    for address in (url("report", slot.pk), url("report-ticked"), url("excuse", slot.pk)):
        assert Client().post(address).status_code == 302
    assert slot_on(START).state == State.PLANNED


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_nobody_but_reception_staff_opens_the_desk(cast: Cast, desk: Desk, url, enter, role: str) -> None:
    slot = live(cast, desk)[0]
    client = enter(cast.people[role])
    assert client.get(url("desk")).status_code == 403
    assert client.get(url("excuse", slot.pk)).status_code == 403
    assert client.post(url("report", slot.pk)).status_code == 403
    assert client.post(url("report-ticked"), {"slot": [slot.pk]}).status_code == 403
    assert client.post(url("excuse", slot.pk), {"reason": "ill"}).status_code == 403
    assert client.post(url("exempt", slot.pk), {"which": "one"}).status_code == 403
    assert slot_on(START).state == State.PLANNED


def test_the_police_of_a_case_marks_a_report_as_made_on_the_page_of_the_case(
    cast: Cast, desk: Desk, url, enter
) -> None:
    slot = live(cast, desk)[0]
    client = enter(cast.police)
    with translation.override("en"):
        case = reverse("procedure:case", args=[cast.case.pk])
    page = client.get(case).content.decode()
    assert url("report", slot.pk) in page and url("exempt", slot.pk) in page
    # The week's report; those of later weeks are still to come.
    assert url("report", slot_on(START + 7 * DAY).pk) not in page
    answer = client.post(url("report", slot.pk))
    assert (answer.status_code, answer["Location"]) == (302, case)
    assert slot_on(START).state == State.REPORTED
    assert url("report", slot.pk) not in client.get(case).content.decode()
    assert AuditEntry.objects.get(action="reporting.report").actor == cast.police


def test_the_police_of_a_case_exempts_and_excuses_nobody(cast: Cast, desk: Desk, url, enter) -> None:
    slot = live(cast, desk)[0]
    client = enter(cast.police)
    assert client.get(url("excuse", slot.pk)).status_code == 403
    assert client.post(url("excuse", slot.pk), {"reason": "ill"}).status_code == 403
    assert client.get(url("desk")).status_code == 403
    assert client.post(url("report-ticked"), {"slot": [slot.pk]}).status_code == 403
    assert client.get(url("exempt", slot.pk)).status_code == 200
    assert client.post(url("exempt", slot.pk), {"which": "one"}).status_code == 302
    assert slot_on(START).state == State.EXEMPT


def test_the_police_without_a_part_in_the_case_settles_none_of_its_reports(
    cast: Cast, desk: Desk, url, enter
) -> None:
    slot = live(cast, desk)[0]
    cast.case.involvements.filter(role="police").delete()
    client = enter(cast.police)
    assert client.post(url("report", slot.pk)).status_code == 404
    assert client.get(url("exempt", slot.pk)).status_code == 404
    assert client.post(url("exempt", slot.pk), {"which": "one"}).status_code == 404
    for person in ("border_police", "court", "return_officer"):
        assert enter(cast.people[person]).post(url("report", slot.pk)).status_code == 403, person
    assert slot_on(START).state == State.PLANNED


def test_a_slot_of_another_centre_cannot_be_told_from_none(
    cast: Cast, desk: Desk, other_desk: Desk, url, client
) -> None:
    slot = live(cast, other_desk)[0]
    for pk in (slot.pk, uuid4()):
        assert client.get(url("excuse", pk)).status_code == 404
        assert client.post(url("report", pk)).status_code == 404
        assert client.post(url("excuse", pk), {"reason": "ill"}).status_code == 404
    assert slot_on(START).state == State.PLANNED


def test_a_posting_opens_the_list_from_its_first_to_its_last_day(
    cast: Cast, desk: Desk, url, client, clock
) -> None:
    live(cast, desk)
    assert "Selam Tesfay" in client.get(url("desk")).content.decode()
    Posting.objects.update(ends_on=START)
    assert "Selam Tesfay" in client.get(url("desk")).content.decode()
    clock(START + DAY)
    page = client.get(url("desk"))
    assert page.status_code == 200
    assert "You do not work at a centre now" in page.content.decode()
    assert client.post(url("report", slot_on(START).pk)).status_code == 404


# What it shows


def test_todays_list_shows_name_number_and_language_and_nothing_of_the_case(
    cast: Cast, desk: Desk, other_desk: Desk, url, client
) -> None:
    live(cast, desk)
    live(cast, other_desk, who="other_case")
    html = client.get(url("desk")).content.decode()
    assert "<bdi>Selam Tesfay</bdi>" in html and "<bdi>V1000001</bdi>" in html and "ትግርኛ" in html
    assert "Omar Haddad" not in html
    assert cast.case.number not in html
    assert str(cast.procedure.get_state_display()) not in html
    assert "1 person planned today" in words(html)


def test_the_numbers_above_the_list_follow_the_day(cast: Cast, desk: Desk, url, client, clock) -> None:
    live(cast, desk)
    live(cast, desk, who="other_case", weekday=2)
    actions.keep_slots(now=at(START + DAY, 1))
    clock(START + DAY)
    html = client.get(url("desk")).content.decode()
    said = words(html)
    assert "1 person planned today 0 seen 0 excused 1 missed earlier this week" in said
    assert said.index("Still to come today") < said.index("Omar Haddad")
    assert said.index("Missed earlier this week") < said.index("Selam Tesfay")
    # The week after it is no longer of this week, and a search still finds it.
    clock(START + 7 * DAY)
    assert "0 missed earlier this week" in words(client.get(url("desk")).content.decode())
    found = client.get(url("desk"), {"q": "Selam"}).content.decode()
    assert str(slot_on(START).pk) in found


@pytest.mark.parametrize("asked", ["V1000001", "1000001", "v 1000 001", "١٠٠٠٠٠١", "selam", " Tesfay", "ሰላም"])
def test_a_search_finds_by_number_and_by_name_in_any_script(
    cast: Cast, desk: Desk, url, client, asked: str
) -> None:
    live(cast, desk, weekday=4)
    live(cast, desk, who="other_case")
    html = client.get(url("desk"), {"q": asked}).content.decode()
    assert "Selam Tesfay" in html and "Omar Haddad" not in html
    # One match: the button waits for Enter.
    assert html.count("autofocus") == 1 and "autofocus formaction" in html


def test_a_search_at_one_centre_finds_nobody_of_another(
    cast: Cast, desk: Desk, other_desk: Desk, url, client
) -> None:
    live(cast, other_desk)
    for asked in ("Selam", "V1000001", "ሰላም", "<b>x</b>", "%", "\x00"):
        html = client.get(url("desk"), {"q": asked}).content.decode()
        assert "Selam Tesfay" not in html and "<b>x" not in html


def test_the_list_can_be_narrowed_and_an_unknown_filter_is_refused(
    cast: Cast, desk: Desk, url, client
) -> None:
    live(cast, desk)
    live(cast, desk, who="other_case")
    actions.report(ReportingSlot.objects.of(cast.case.applicant).first(), actor=desk.worker, at=at(START, 11))
    seen = client.get(url("desk"), {"state": "reported"}).content.decode()
    assert "Selam Tesfay" in seen and "11:00" in seen and "Omar Haddad" not in seen
    coming = client.get(url("desk"), {"state": "planned"}).content.decode()
    assert "Selam Tesfay" not in coming and "Omar Haddad" in coming
    wrong = client.get(url("desk"), {"state": "gone"})
    assert wrong.status_code == 400 and "Show" in wrong.content.decode()


def test_staff_of_two_centres_choose_one(cast: Cast, desk: Desk, other_desk: Desk, url, client) -> None:
    Posting.objects.create(centre=other_desk.centre, worker=desk.worker, starts_on=START)
    third = Centre.objects.create(code="east", name="Centre East", address="Street 2")
    live(cast, desk)
    live(cast, other_desk, who="other_case")
    both = client.get(url("desk")).content.decode()
    assert "Selam Tesfay" in both and "Omar Haddad" in both
    one = client.get(url("desk"), {"centre": other_desk.centre.pk}).content.decode()
    assert "Selam Tesfay" not in one and "Omar Haddad" in one
    assert client.get(url("desk"), {"centre": third.pk}).status_code == 400


def test_a_year_without_holidays_is_said_on_the_desk(cast: Cast, desk: Desk, url, client, clock) -> None:
    clock(date(2028, 12, 18))
    assert "No reports are planned in 2029" in client.get(url("desk")).content.decode()
    clock(START)
    assert "No reports are planned" not in client.get(url("desk")).content.decode()


def test_a_longer_list_asks_no_more_queries(
    cast: Cast, desk: Desk, url, client, django_assert_max_num_queries
) -> None:
    live(cast, desk)
    live(cast, desk, who="other_case")
    with django_assert_max_num_queries(15):
        client.get(url("desk"))


# Check-in and excuses


def test_check_in_is_one_button_and_twice_is_harmless(cast: Cast, desk: Desk, url, client, clock) -> None:
    slot = live(cast, desk)[0]
    answer = client.post(url("report", slot.pk), {"back": "q=selam&state=planned"})
    assert answer.status_code == 302 and answer["Location"] == url("desk") + "?state=planned"
    page = client.get(url("desk")).content.decode()
    assert "Selam Tesfay\u2069 was seen." in page
    clock(START, 13)
    again = client.post(url("report", slot.pk), follow=True).content.decode()
    assert "was seen already" in again and "12:00" in again
    entry = AuditEntry.objects.get(action="reporting.report")
    assert (entry.actor, entry.case, entry.target) == (desk.worker, cast.case, f"reportingslot:{slot.pk}")


def test_check_in_needs_a_post_with_its_token(cast: Cast, desk: Desk, url, client) -> None:
    slot = live(cast, desk)[0]
    assert client.get(url("report", slot.pk)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.worker)
    assert strict.post(url("report", slot.pk)).status_code == 403
    assert slot_on(START).state == State.PLANNED


def test_an_exempt_person_is_told_so_with_409(cast: Cast, desk: Desk, url, client) -> None:
    slot = live(cast, desk)[0]
    actions.exempt(slot, actor=desk.worker, at=at(START))
    for answer in (
        client.post(url("report", slot.pk)),
        client.post(url("excuse", slot.pk), {"reason": "ill"}),
    ):
        assert answer.status_code == 409
        assert "settled already" in answer.content.decode()
    assert client.get(url("excuse", slot.pk)).status_code == 409


def test_ticks_check_in_many_at_once(cast: Cast, desk: Desk, url, client) -> None:
    first = live(cast, desk)[0]
    second = live(cast, desk, who="other_case")[0]
    page = client.post(url("report-ticked"), {"slot": [first.pk, second.pk]}, follow=True)
    assert "2 people were seen." in page.content.decode()
    assert ReportingSlot.objects.filter(state=State.REPORTED).count() == 2
    nobody = client.post(url("report-ticked"), follow=True).content.decode()
    assert "Nobody has a tick yet" in nobody


def test_ticks_say_who_could_not_be_checked_in(cast: Cast, desk: Desk, url, client) -> None:
    first = live(cast, desk)[0]
    second = live(cast, desk, who="other_case")[0]
    actions.exempt(second, actor=desk.worker, at=at(START))
    html = client.post(url("report-ticked"), {"slot": [first.pk, second.pk]}, follow=True).content.decode()
    assert "1 person was seen." in html and "settled already" in html and "Omar Haddad" in html


def test_a_tick_of_another_centre_refuses_all_and_writes_nothing(
    cast: Cast, desk: Desk, other_desk: Desk, url, client
) -> None:
    mine = live(cast, desk)[0]
    theirs = live(cast, other_desk, who="other_case")[0]
    assert client.post(url("report-ticked"), {"slot": [mine.pk, theirs.pk]}).status_code == 404
    wrong = client.post(url("report-ticked"), {"slot": [mine.pk, "1 OR 1=1"]})
    assert wrong.status_code == 400 and "slot:" in wrong.content.decode()
    assert not ReportingSlot.objects.filter(state=State.REPORTED).exists()


def test_an_excuse_names_its_reason_and_wrong_input_its_field(cast: Cast, desk: Desk, url, client) -> None:
    slot = live(cast, desk)[0]
    assert "Excuse <bdi>Selam Tesfay</bdi>" in client.get(url("excuse", slot.pk)).content.decode()
    for reason in ("", "left", "she told me about"):
        wrong = client.post(url("excuse", slot.pk), {"reason": reason})
        assert wrong.status_code == 400 and "Why does this person not come?:" in words(wrong.content.decode())
    assert slot_on(START).state == State.PLANNED
    assert client.post(url("excuse", slot.pk), {"reason": "ill"}).status_code == 302
    assert (slot_on(START).state, slot_on(START).reason) == (State.EXCUSED, "ill")


def test_a_missed_report_is_put_right_at_the_desk(cast: Cast, desk: Desk, url, client, clock) -> None:
    slot = live(cast, desk)[0]
    actions.keep_slots(now=at(START + DAY, 1))
    clock(START + DAY)
    assert url("report", slot.pk) in client.get(url("desk")).content.decode()
    client.post(url("report", slot.pk))
    assert slot_on(START).state == State.REPORTED


@pytest.mark.parametrize("language", ["nl", "en", "ar", "ti"])
def test_the_desk_reads_in_every_language(cast: Cast, desk: Desk, client, language: str) -> None:
    slot = live(cast, desk)[0]
    direction = "rtl" if language == "ar" else "ltr"
    for address in (f"/{language}/desk/", f"/{language}/desk/{slot.pk}/excuse/"):
        html = client.get(address).content.decode()
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert html.count("<h1") == 1 and "style=" not in html and "<script" not in html
