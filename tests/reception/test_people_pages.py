"""The pages of the people of a centre: who may open them, what they show, each step, and what is refused."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from asylum_portal.accounts.models import User
from cases.models import AuditEntry, Case
from procedure.access import may_take
from procedure.models import Transition
from reception import actions, machine, steps
from reception.models import Posting, Reception, ReportingSlot, Stay
from reception.panels import place_panel
from reception.step_texts import WHAT_IT_DOES
from tests.cast import Cast, at
from tests.reception.conftest import START, Desk
from tests.reception.stays import GRANTED_ON, arrive, granted, lead, move, refer, refused, stay_in, step
from tests.reception.test_desk_pages import OTHER_ROLES, words

State = Reception.State
DAY = timedelta(days=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the portal's clock; it stands at four in the afternoon of START until then."""

    def stand(day: date, hour: int = 16) -> None:
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


def state(cast: Cast) -> str:
    found = machine.current(cast.procedure)
    return str(found.state) if found else ""


# Who may


def test_the_desk_reads_the_last_thing_that_it_was_told_of_the_application(
    cast: Cast, desk: Desk, url, client, clock
) -> None:
    stay_in(cast, desk)
    page = client.get(url("person", cast.procedure.pk))
    assert page.context["news"] == []
    on = refused(cast)
    clock(on)
    page = client.get(url("person", cast.procedure.pk))
    said = words(page.content.decode())
    assert "Refuse" in said and date(2026, 4, 9) in [row["value"] for row in page.context["news"]]
    # Nor what the decision says, nor why.
    assert cast.procedure.get_outcome_display() not in said


def test_the_desk_records_that_somebody_is_gone_when_the_address_was_checked(
    cast: Cast, desk: Desk, url, client, clock
) -> None:
    stay_in(cast, desk)
    pk = cast.procedure.pk
    assert client.get(url("gone", pk)).status_code == 409
    assert url("gone", pk) not in client.get(url("person", pk)).content.decode()
    clock(refused(cast))
    page = client.get(url("person", pk)).content.decode()
    assert url("gone", pk) in page
    assert "The address was checked" in words(client.get(url("gone", pk)).content.decode())
    assert client.post(url("gone", pk), {}).status_code == 400
    assert not Transition.objects.filter(name="record_unknown_destination").exists()
    answer = client.post(url("gone", pk), {"address_checked": "on", "reason": "The room was empty."})
    assert (answer.status_code, answer["Location"]) == (302, url("person", pk))
    taken = Transition.objects.get(name="record_unknown_destination")
    assert (taken.actor, taken.inputs["address_checked"]) == (desk.worker, True)
    # Where she lived stays as it is, until a person ends it.
    assert state(cast) == "in_reception"


def test_that_somebody_is_gone_is_recorded_where_she_lives_and_nowhere_else(
    cast: Cast, desk: Desk, other_desk: Desk, url, enter, clock
) -> None:
    stay_in(cast, desk)
    on = refused(cast)
    clock(on)
    pk = cast.procedure.pk
    gone = {"address_checked": "on"}
    assert enter(other_desk.worker).post(url("gone", pk), gone).status_code == 404
    for person in ("caseworker", "court", "municipality", "applicant"):
        assert enter(cast.people[person]).post(url("gone", pk), gone).status_code in (403, 404), person
    for worker, may in ((desk.worker, True), (other_desk.worker, False)):
        assert may_take(worker, "record_unknown_destination", cast.procedure, on=on) is may
        # No other step of a procedure is the desk's.
        assert not may_take(worker, "refuse", cast.procedure, on=on)
    # The file stays closed to the desk.
    assert not Case.objects.visible_to(desk.worker, on=on).exists()
    Posting.objects.filter(worker=desk.worker).update(ends_on=on - DAY)
    assert not may_take(desk.worker, "record_unknown_destination", cast.procedure, on=on)


@pytest.mark.parametrize("role", [*OTHER_ROLES, "police", "court", "desk"])
def test_nobody_but_the_desk_and_the_municipality_opens_a_person(
    cast: Cast, desk: Desk, url, enter, role: str
) -> None:
    stay_in(cast, desk)
    client, pk = enter(cast.people[role]), cast.procedure.pk
    for address in (url("people"), url("refer"), url("person", pk), url("step", pk, "order_move")):
        assert client.get(address).status_code == 403, address
    assert client.post(url("step", pk, "order_move"), {}).status_code == 403
    assert client.post(url("report-again", pk)).status_code == 403
    assert Client().get(url("person", pk)).status_code == 302


def test_a_person_of_another_centre_cannot_be_told_from_none(
    cast: Cast, desk: Desk, other_desk: Desk, url, enter
) -> None:
    stay_in(cast, desk)
    elsewhere = enter(other_desk.worker)
    for pk in (cast.procedure.pk, cast.other_procedure.pk, uuid4()):
        for address in (
            url("person", pk),
            url("step", pk, "order_move"),
            url("step", pk, "arrive_at_centre"),
        ):
            assert elsewhere.get(address).status_code == 404
            assert elsewhere.post(address, {}).status_code in (404, 405)
    assert "Selam Tesfay" not in elsewhere.get(url("people")).content.decode()
    # From the order of the move on she is expected there too, and the arrival alone is theirs.
    move(cast, desk, other_desk, at(START, 15))
    page = words(elsewhere.get(url("person", cast.procedure.pk)).content.decode())
    assert "Record the arrival" in page and "Expected at" in page
    assert enter(desk.worker).get(url("step", cast.procedure.pk, "arrive_at_centre")).status_code == 403
    Posting.objects.filter(worker=other_desk.worker).update(starts_on=START - DAY, ends_on=START - DAY)
    assert elsewhere.get(url("person", cast.procedure.pk)).status_code == 404


def test_the_municipality_opens_the_person_from_the_wait_for_a_home_on(
    cast: Cast, desk: Desk, url, enter, clock
) -> None:
    stay_in(cast, desk)
    on = granted(cast)
    clock(on)
    client, pk = enter(cast.municipality), cast.procedure.pk
    assert client.get(url("person", pk)).status_code == 404
    assert client.get(url("people")).status_code == 403
    step(cast, "wait_for_home", on, desk.worker)
    page = client.get(url("person", pk)).content.decode()
    said = words(page)
    assert "Offer a home" in said and "waits for a home" in said
    # Where she lives and reports, and the desk's own dates, are not its part.
    assert "Centre North" not in said and "Reports on" not in said
    with translation.override("en"):
        case = words(client.get(reverse("procedure:case", args=[cast.case.pk])).content.decode())
    assert "The home waits for a home" in case and "Offer a home" in case
    form = client.get(url("step", pk, "offer_home")).content.decode()
    assert "Address of the home" in form
    answer = client.post(
        url("step", pk, "offer_home"),
        {"address": "Lindelaan 4", "viewing_at": "2026-04-10T11:00", "suitable": "on"},
    )
    assert answer.status_code == 302 and answer["Location"] == url("person", pk)
    assert state(cast) == "housing_offered"
    assert client.get(url("step", pk, "order_move")).status_code == 409
    seen = AuditEntry.objects.filter(case=cast.case, action="reception.view", actor=cast.municipality)
    assert seen.count() == 1 and seen.get().purpose == "housing"


# What it shows


def test_the_people_of_a_centre_show_nothing_of_the_case(cast: Cast, desk: Desk, url, client) -> None:
    stay_in(cast, desk)
    for address in (url("people"), url("person", cast.procedure.pk)):
        html = client.get(address).content.decode()
        assert "<bdi>Selam Tesfay</bdi>" in html and "<bdi>V1000001</bdi>" in html
        assert cast.case.number not in html
        assert str(cast.procedure.get_state_display()) not in html
    assert "Omar Haddad" not in client.get(url("people")).content.decode()
    assert AuditEntry.objects.filter(action="reception.view", case=cast.case).count() == 1


@pytest.mark.parametrize("asked", ["V1000001", "1000001", "selam", "ሰላም"])
def test_a_person_is_found_by_number_and_by_name_in_any_script(
    cast: Cast, desk: Desk, url, client, asked: str
) -> None:
    stay_in(cast, desk)
    assert "Selam Tesfay" in client.get(url("people"), {"q": asked}).content.decode()
    assert "Selam Tesfay" not in client.get(url("people"), {"q": "Omar"}).content.decode()
    assert client.get(url("people"), {"q": "a\x00b"}).status_code == 400


def test_a_term_that_runs_is_shown_with_its_last_moment(cast: Cast, desk: Desk, url, client) -> None:
    refer(cast, desk, at(START, 15))
    page = client.get(url("person", cast.procedure.pk)).content.decode()
    assert 'datetime="2026-03-17T15:00+01:00"' in page
    assert "The right to a place may end. A person decides." in page


def test_a_longer_list_asks_no_more_queries(
    cast: Cast, desk: Desk, url, client, django_assert_max_num_queries
) -> None:
    stay_in(cast, desk)
    with django_assert_max_num_queries(15) as one:
        client.get(url("people"))
    steps.take_step(
        cast.other_procedure,
        "refer_to_reception",
        actor=desk.worker,
        on=START,
        at=at(START, 11),
        moment=at(START, 11),
        centre=desk.centre,
    )
    with django_assert_max_num_queries(len(one)):
        assert "Omar Haddad" in client.get(url("people")).content.decode()


# Each step


def test_a_referral_needs_the_exact_number_and_says_no_more(
    cast: Cast, desk: Desk, other_desk: Desk, url, client, enter
) -> None:
    stay_in(cast, other_desk)
    moment, centre = "2026-03-16T15:30", desk.centre.pk
    # Unknown, and living elsewhere: the same words.
    for number in ("V9999999", "V1000001", "selam"):
        wrong = client.post(url("refer"), {"v_number": number, "moment": moment, "centre": centre})
        assert wrong.status_code == 400
        assert "Nobody with this number waits for a place at a centre." in wrong.content.decode()
    other = other_desk.centre.pk
    assert (
        client.post(url("refer"), {"v_number": "V1000002", "moment": moment, "centre": other}).status_code
        == 400
    )
    assert Reception.objects.count() == 1
    done = client.post(url("refer"), {"v_number": "1000002", "moment": moment, "centre": centre})
    assert done.status_code == 302 and done["Location"] == url("person", cast.other_procedure.pk)
    assert Transition.objects.filter(procedure=cast.other_procedure, name="refer_to_reception").exists()


def test_arriving_moving_and_a_whole_way_through_the_forms(
    cast: Cast, desk: Desk, other_desk: Desk, url, client, enter, clock
) -> None:
    pk = cast.procedure.pk
    client.post(
        url("refer"), {"v_number": "V1000001", "moment": "2026-03-16T10:00", "centre": desk.centre.pk}
    )
    arrival = url("step", pk, "arrive_at_centre")
    wrong = client.post(arrival, {"moment": "2026-03-16T15:00"})
    assert wrong.status_code == 400 and "Reports on" in words(wrong.content.decode())
    assert client.post(arrival, {"moment": "2026-03-16T15:00", "weekday": "4"}).status_code == 302
    assert Stay.objects.get().centre == desk.centre
    ordered = url("step", pk, "order_move")
    # Not to where she lives, not in the hour that does not exist, not tomorrow.
    for bad in (
        {"moment": "2026-03-16T15:30", "centre": desk.centre.pk},
        {"moment": "2026-03-29T02:30", "centre": other_desk.centre.pk},
        {"moment": "2026-03-17T09:00", "centre": other_desk.centre.pk},
        {"moment": "2026-02-31T09:00", "centre": other_desk.centre.pk},
    ):
        assert client.post(ordered, bad).status_code == 400, bad
    assert state(cast) == "in_reception"
    look = client.post(ordered, {"moment": "2026-03-16T15:30", "centre": other_desk.centre.pk, "look": "1"})
    said = words(look.content.decode())
    assert "Arrive at the new reception centre" in said and state(cast) == "in_reception"
    assert (
        client.post(ordered, {"moment": "2026-03-16T15:30", "centre": other_desk.centre.pk}).status_code
        == 302
    )
    south = enter(other_desk.worker)
    clock(START + DAY)
    assert south.post(arrival, {"moment": "2026-03-17T12:00", "weekday": "2"}).status_code == 302
    assert Stay.objects.get(left_on=None).centre == other_desk.centre
    # She is no longer one of the first centre's people.
    assert client.get(url("person", pk)).status_code == 404


def test_a_step_that_somebody_took_meanwhile_answers_409_and_shows_what_was_typed(
    cast: Cast, desk: Desk, other_desk: Desk, url, client
) -> None:
    stay_in(cast, desk)
    move(cast, desk, other_desk, at(START, 15))
    answer = client.post(
        url("step", cast.procedure.pk, "order_move"),
        {"moment": "2026-03-16T15:30", "centre": other_desk.centre.pk, "reason": "Nearer to her school"},
    )
    assert answer.status_code == 409
    said = words(answer.content.decode())
    assert "moves to another centre" in said and "Nearer to her school" in said and "Centre South" in said
    assert client.get(url("step", cast.procedure.pk, "fly_away")).status_code == 404
    assert client.get(url("step", cast.procedure.pk, "end_with_departure")).status_code == 404


@pytest.mark.parametrize("where", [s for s in State.values if s not in ("housed", "ended", "closed_centre")])
def test_every_step_has_a_page_where_it_fits_and_what_follows_on_it(
    cast: Cast, desk: Desk, other_desk: Desk, url, enter, clock, where: str
) -> None:
    on, _begun = lead(cast, desk, other_desk, where)
    clock(on)
    worker = other_desk.worker if where == "transfer_ordered" else desk.worker
    client = enter(worker)
    page = client.get(url("person", cast.procedure.pk)).content.decode()
    offered = [name for name in WHAT_IT_DOES if url("step", cast.procedure.pk, name) in page]
    assert offered, where
    for name in WHAT_IT_DOES:
        answer = client.get(url("step", cast.procedure.pk, name))
        if name in offered:
            html = answer.content.decode()
            assert answer.status_code == 200 and html.count("<h1") == 1, name
            assert "What follows from this step" in html and "style=" not in html
        else:
            assert answer.status_code in (403, 409), name


def test_the_end_of_a_stay_leads_back_to_the_list(cast: Cast, desk: Desk, url, client, clock) -> None:
    stay_in(cast, desk)
    on = refused(cast) + DAY
    clock(on)
    pk = cast.procedure.pk
    assert client.post(url("step", pk, "propose_end_of_reception"), {}).status_code == 302
    done = client.post(url("step", pk, "end_reception"), {"room_checked": "on", "valuables_returned": "on"})
    assert done.status_code == 302 and done["Location"] == url("people")
    assert state(cast) == "ended" and client.get(url("person", pk)).status_code == 404


# Exempt


def test_exempt_one_report_a_while_and_until_further_notice(cast: Cast, desk: Desk, url, client) -> None:
    stay_in(cast, desk)
    slots = list(ReportingSlot.objects.order_by("on"))
    assert "Which reports?" in client.get(url("exempt", slots[0].pk)).content.decode()
    for bad in ({}, {"which": "until"}, {"which": "until", "until": "2026-03-01"}, {"which": "never"}):
        assert client.post(url("exempt", slots[0].pk), bad).status_code == 400, bad
    assert client.post(url("exempt", slots[0].pk), {"which": "one"}).status_code == 302
    assert client.post(url("exempt", slots[0].pk), {"which": "one"}).status_code == 409
    assert client.post(url("exempt", slots[1].pk), {"which": "all"}).status_code == 302
    assert not ReportingSlot.objects.planned().exists()
    assert client.post(url("report-again", cast.procedure.pk)).status_code == 409
    actions.exempt_from_now(slots[0], until=None, actor=desk.worker, at=at(START, 15))
    page = words(client.get(url("person", cast.procedure.pk)).content.decode())
    assert "further notice" in page and "Let this person report again" in page
    assert client.post(url("report-again", cast.procedure.pk)).status_code == 302


@pytest.mark.parametrize("language", ["nl", "en", "ar", "ti"])
def test_the_pages_read_in_every_language(cast: Cast, desk: Desk, client, language: str) -> None:
    stay_in(cast, desk)
    slot, pk = ReportingSlot.objects.first(), cast.procedure.pk
    direction = "rtl" if language == "ar" else "ltr"
    for path in (
        "people/",
        "people/refer/",
        f"people/{pk}/",
        f"people/{pk}/order_move/",
        f"{slot.pk}/exempt/",
    ):
        html = client.get(f"/{language}/desk/{path}").content.decode()
        assert f'<html lang="{language}" dir="{direction}">' in html, path
        assert html.count("<h1") == 1 and "style=" not in html and "<script>" not in html


# The applicant


def test_the_applicant_reads_where_to_go_until_when_and_which_home_is_offered(
    cast: Cast, desk: Desk, other_desk: Desk, enter, clock
) -> None:
    def home(day: date) -> str:
        clock(day)
        return enter(cast.applicant).get("/en/").content.decode()

    refer(cast, desk, at(START, 10))
    page = home(START)
    assert "Centre North" in words(page) and 'datetime="2026-03-17T10:00+01:00"' in page
    arrive(cast, desk)
    assert place_panel(cast.applicant, today=START) is None
    move(cast, desk, other_desk, at(START + DAY, 9))
    page = home(START + DAY)
    assert "You move to another centre." in words(page) and 'datetime="2026-03-19T09:00+01:00"' in page
    arrive(cast, other_desk, at(START + DAY, 12))
    granted(cast)
    step(cast, "wait_for_home", GRANTED_ON, other_desk.worker)
    assert "The municipality (gemeente) of Gemeente looks for a home for you." in words(home(GRANTED_ON))
    step(cast, "offer_home", GRANTED_ON, cast.municipality, viewing_at=at(GRANTED_ON + 7 * DAY, 11))
    page = home(GRANTED_ON)
    assert "Lindelaan 4, Utrecht" in words(page) and 'datetime="2026-04-10T11:00+02:00"' in page
    step(cast, "move_into_home", GRANTED_ON, cast.municipality)
    assert place_panel(cast.applicant, today=GRANTED_ON) is None
    for person in ("lawyer", "caseworker", "guardian"):
        assert place_panel(cast.people[person], today=GRANTED_ON) is None
