"""The steps of a stay over the API: who may take which, what each foretells and does, what is refused."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asylum_portal.accounts.models import PARTNER_ROLES, Role, User
from asylum_portal.notices.models import Notice
from cases.actions import end_involvement, involve
from cases.models import AuditEntry, Involvement
from procedure.models import Appointment, Procedure, Transition
from reception import machine
from reception.access import ACTORS
from reception.models import Centre, Posting, Reception
from reception.step_texts import WHAT_IT_DOES
from tests.api.conftest import Api, problem
from tests.api.test_bad_input import BODIES, VALUES
from tests.cast import Cast, at, make_cast
from tests.procedure.footprint import footprint
from tests.reception.conftest import START, Desk, make_desk
from tests.reception.stays import GRANTED_ON, arrive, granted, lead, move, refer, stay_in, step

pytestmark = pytest.mark.django_db
State = Reception.State
DAY = timedelta(days=1)
SERVICE = ["caseworker", "planner", "supervisor"]
MOMENT = "2026-03-16T15:30"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The portal's clock stands at four in the afternoon of START, until it is set."""

    def stand(day: date, hour: int = 16) -> None:
        monkeypatch.setattr("asylum_portal.clock.now", lambda: at(day, hour))

    stand(START)
    return stand


@pytest.fixture(autouse=True)
def _signing_in_leaves_nothing() -> Iterator[None]:
    """When somebody signed in last is no trace of what she asked."""
    user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
    yield
    user_logged_in.connect(update_last_login, dispatch_uid="update_last_login")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast(on=START)


@pytest.fixture
def north(cast: Cast) -> Desk:
    return make_desk("north", cast.reception)


@pytest.fixture
def south(cast: Cast) -> Desk:
    """Another centre; who works there is nobody to the people of the first."""
    desk = make_desk("south")
    cast.people["other_desk"] = desk.worker
    return desk


def send(user: User, where: Any, name: str = "", body: Any = None, *, look: bool = False) -> Any:
    """Post to a step of a stay, or to its preview."""
    pk = where.procedure.pk if isinstance(where, Cast) else where
    tail = f"{name}/preview/" if look else f"{name}/"
    return Api(user).send(f"receptions/{f'{pk}/' if pk else ''}transitions/{tail}", body)


def told(name: str, cast: Cast, south: Desk, on: date) -> dict[str, Any]:
    """What is sent for a step that is right."""
    day = on.isoformat()
    return {
        "refer_to_reception": {"v_number": "V1000001", "moment": MOMENT},
        "arrive_at_centre": {"moment": MOMENT, "weekday": "3"},
        "order_move": {"moment": MOMENT, "centre": south.centre.pk},
        "wait_for_home": {"on": day, "municipality": cast.municipality.organisation.pk},
        "offer_home": {
            "address": "Lindelaan 4, Utrecht",
            "viewing_at": f"{on + 7 * DAY}T11:00",
            "suitable": True,
        },
        "move_into_home": {"on": day, "keys_given": True},
        "propose_end_of_reception": {"on": day, "reason": "The time to leave is over."},
        "drop_end_of_reception": {"on": day, "reason": "The person is ill."},
        "end_reception": {"on": day, "room_checked": True, "valuables_returned": True},
    }[name]


def lead_to(cast: Cast, north: Desk, south: Desk, name: str) -> date:
    """Lead the person to where a step can be taken, and all of the service's partners into her case."""
    match name:
        case "arrive_at_centre":
            on, _ = lead(cast, north, south, State.REFERRED)
        case "order_move":
            stay_in(cast, north)
            on = START
        case "wait_for_home":
            stay_in(cast, north)
            on = granted(cast)
        case "offer_home":
            on, _ = lead(cast, north, south, State.PERMIT_WAITING_HOME)
        case "move_into_home":
            on, _ = lead(cast, north, south, State.HOUSING_OFFERED)
        case "propose_end_of_reception":
            on, _ = lead(cast, north, south, State.IN_RECEPTION)
        case _:
            on, _ = lead(cast, north, south, State.ENDING)
    for role in PARTNER_ROLES - {Role.MUNICIPALITY}:
        if not cast.case.involvements.current(on=on).filter(role=role).exists():
            involve(cast.case, role=role, starts_on=on, actor=cast.supervisor, at=at(on, 13))
    return on


STEPS = [name for name in WHAT_IT_DOES if name != "refer_to_reception"]
PARTNERS = sorted(str(role) for role in PARTNER_ROLES - {Role.MUNICIPALITY})
RELATED = ["applicant", "lawyer", *SERVICE, *PARTNERS]
# The desk where somebody lives takes each; those related to the case see that she has a stay, and no more.
MAY = dict.fromkeys(STEPS, ("reception",)) | {
    "offer_home": ("reception", "municipality"),
    "move_into_home": ("reception", "municipality"),
}


def expected(name: str, cast: Cast) -> dict[str, int]:
    table = dict.fromkeys(RELATED, 403) | dict.fromkeys(MAY[name], 200)
    # For everybody else, the municipality before it looks for a home too, there is no such person.
    return {person: table.get(person, 404) for person in cast.people}


def test_the_api_knows_every_step_that_people_take() -> None:
    assert set(WHAT_IT_DOES) == {name for name, roles in ACTORS.items() if roles != {Role.SYSTEM}}
    assert set(MAY) | {"refer_to_reception"} == set(WHAT_IT_DOES)


@pytest.mark.parametrize("name", STEPS)
def test_each_step_answers_each_as_the_table_says_and_a_preview_leaves_nothing(
    cast: Cast, north: Desk, south: Desk, clock: Callable[..., None], name: str
) -> None:
    on = lead_to(cast, north, south, name)
    clock(on)
    body = told(name, cast, south, on)
    before = footprint()
    previews, wrong = {}, {}
    for person, user in cast.people.items():
        answer = send(user, cast, name, body, look=True)
        previews[person] = answer.status_code
        assert footprint() == before, person
        assert send(user, cast, name, {}, look=True).status_code == answer.status_code, person
        # Right and relation go before what was sent.
        refused = send(user, cast, name, {"no_such_field": 1})
        wrong[person] = refused.status_code
        found = problem(refused, refused.status_code)
        assert refused.status_code != 400 or "no_such_field" in found["errors"], person
        if answer.status_code != 200:
            problem(answer, answer.status_code)
            assert send(user, cast, name, body).status_code == answer.status_code, person
        assert footprint() == before, person
    assert previews == expected(name, cast)
    assert wrong == {person: 400 if status == 200 else status for person, status in previews.items()}


def changes(cast: Cast) -> dict[str, set[Any]]:
    """What a preview speaks of, as it stands."""
    notices = Notice.objects.filter(about=f"procedure:{cast.procedure.pk}").select_related("recipient")
    return {
        "told": {(row.pk, str(row.recipient), row.recipient.role, row.kind) for row in notices},
        "meetings": set(Appointment.objects.values_list("pk", "kind", "starts_at")),
        "access": set(Involvement.objects.values_list("pk", "role", "ends_on")),
    }


def assert_done_as_foreseen(cast: Cast, reader: User, foreseen: Any, before: Any, done: Any) -> None:
    """What the preview foretold is what the step did: in its answer, and in the database."""
    what, after = foreseen["consequences"], changes(cast)
    assert not (foreseen["lacking"] or foreseen["forbidden"] or foreseen["wrong"])
    new = {key: after[key] - before[key] for key in after}
    (went,) = what["went"]
    assert (went["machine"], went["before"], went["after"]) == (
        "reception",
        done["transition"]["from_state"],
        done["state"],
    )
    assert went["label"] == done["state_title"] and done["transition"]["to_state"] == done["state"]
    reception = machine.current(cast.procedure)
    assert reception is not None and reception.state == done["state"]
    for foretold, happened in (("opens", "opened"), ("ends", "settled")):
        assert [(row["code"], row["due_on"], row["due_at"], row["state"]) for row in what[foretold]] == [
            (row["rule"], row["effective_due_on"], row["due_at"], row["state"]) for row in done[happened]
        ]
    assert [row["after"]["code"] for row in what["moves"]] == [row["rule"] for row in done["moved"]]
    heard = {row[1:] for row in new["told"]}
    if reader.role == Role.MUNICIPALITY:
        heard = {row for row in heard if row[1] in ("applicant", "municipality")}
    assert {(row["name"], row["role"], row["kind"]) for row in what["told"]} == heard != set()
    assert [row["kind"] for row in what["meetings"]] == [kind for _pk, kind, _at in new["meetings"]]
    begun = {(role, None) for _pk, role, ends_on in new["access"] if ends_on is None}
    ended = {(role, str(ends_on)) for _pk, role, ends_on in new["access"] if ends_on is not None}
    assert {(row["role"], None) for row in what["access_begins"]} == begun
    assert {(row["role"], row["on"]) for row in what["access_ends"]} == ended


@pytest.mark.parametrize(("name", "person"), [(name, person) for name in STEPS for person in MAY[name]])
def test_what_a_preview_foretells_is_what_the_step_does(
    cast: Cast, north: Desk, south: Desk, clock: Callable[..., None], name: str, person: str
) -> None:
    on = lead_to(cast, north, south, name)
    clock(on)
    reader, body, before = cast.people[person], told(name, cast, south, on), changes(cast)
    stood = footprint()
    answer = send(reader, cast, name, body, look=True)
    assert answer.status_code == 200, answer.content
    assert footprint() == stood
    done = send(reader, cast, name, body)
    assert done.status_code == 201, done.content
    assert done["Location"].endswith(f"/api/receptions/{cast.procedure.pk}/transitions/")
    row = Transition.objects.latest("pk")
    assert (row.name, row.actor, row.on, row.pk) == (name, reader, on, done.json()["transition"]["id"])
    assert_done_as_foreseen(cast, reader, answer.json(), before, done.json())
    # Said twice it is not possible any more, or no longer theirs.
    assert send(reader, cast, name, body).status_code in (404, 409)


# The referral, by the number on the card


def test_a_referral_is_a_desks_and_its_preview_is_what_it_does(cast: Cast, north: Desk, south: Desk) -> None:
    body = told("refer_to_reception", cast, south, START) | {"centre": north.centre.pk}
    for person, user in cast.people.items():
        for look in (True, False):
            if user.role != Role.RECEPTION:
                problem(send(user, "", "refer_to_reception", body, look=look), 403)
        listed = Api(user).ask("receptions/transitions/").json()["transitions"]
        assert bool(listed) == (user.role == Role.RECEPTION), person
    (offered,) = Api(north.worker).ask("receptions/transitions/").json()["transitions"]
    assert offered["name"] == "refer_to_reception"
    fields = {field["name"]: field for field in offered["fields"]}
    assert list(fields) == ["v_number", "moment", "centre", "reason"]
    # Each desk names its own centre alone.
    assert [choice["value"] for choice in fields["centre"]["choices"]] == [str(north.centre.pk)]
    before, stood = changes(cast), Transition.objects.count()
    foreseen = send(north.worker, "", "refer_to_reception", body, look=True)
    assert foreseen.status_code == 200, foreseen.content
    assert changes(cast) == before and Transition.objects.count() == stood
    assert not Reception.objects.exists()
    done = Api(north.worker).post(offered["url"], json.dumps(body), content_type="application/json")
    assert done.status_code == 201, done.content
    assert [row["rule"] for row in done.json()["opened"]] == ["REC-01"]
    assert_done_as_foreseen(cast, north.worker, foreseen.json(), before, done.json())
    # She is one of this desk's people now, and can be found.
    (row,) = Api(north.worker).ask("receptions/").json()["results"]
    assert (row["id"], row["expected_at"], row["centre"]) == (str(cast.procedure.pk), "north", None)
    assert Api(south.worker).ask("receptions/").json()["count"] == 0


def test_who_is_no_guest_of_a_desk_stays_unknown_to_it(cast: Cast, north: Desk, south: Desk) -> None:
    stay_in(cast, south)
    before = footprint()
    body = {"moment": MOMENT, "centre": north.centre.pk}
    for look in (True, False):
        answers = {
            send(north.worker, "", "refer_to_reception", body | {"v_number": number}, look=look).content
            for number in ("V9999999", "V1000001", "selam")
        }
        (answer,) = answers
        assert list(json.loads(answer)["errors"]) == ["v_number"]
        refused = send(
            north.worker,
            "",
            "refer_to_reception",
            {"v_number": "V1000002", "moment": MOMENT, "centre": south.centre.pk},
        )
        assert list(problem(refused, 400)["errors"]) == ["centre"]
    assert footprint() == before
    Posting.objects.filter(worker=north.worker).update(starts_on=START - DAY, ends_on=START - DAY)
    problem(send(north.worker, "", "refer_to_reception", body | {"v_number": "V1000002"}), 403)
    assert Api(north.worker).ask("receptions/transitions/").json() == {"transitions": []}


def test_the_preview_of_a_referral_is_a_look_at_somebody_and_stands_in_her_trail(
    cast: Cast, north: Desk
) -> None:
    nobody = send(north.worker, "", "refer_to_reception", {}, look=True)
    assert nobody.status_code == 200 and nobody.json()["lacking"] == ["v_number"]
    assert not AuditEntry.objects.filter(actor=north.worker).exists()
    seen = send(north.worker, "", "refer_to_reception", {"v_number": "V1000001"}, look=True)
    assert seen.status_code == 200 and seen.json()["lacking"] == ["centre"]
    entry = AuditEntry.objects.get(actor=north.worker)
    assert (entry.action, entry.case, entry.purpose) == ("reception.view", cast.case, "api")


# What is refused


def test_what_does_not_exist_what_the_state_forbids_and_for_whom(
    cast: Cast, north: Desk, south: Desk
) -> None:
    stay_in(cast, north)
    User.objects.filter(pk__in=[north.worker.pk, cast.lawyer.pk]).update(language="en")
    before = footprint()
    for look in (True, False):
        for name in ("fly_away", "hold_in_closed_centre", "miss_report", "grant", "Order_move"):
            problem(send(north.worker, cast, name, {}, look=look), 404)
        for name, reason in (
            ("arrive_at_centre", "This step does not fit where the person stands now: lives at a centre."),
            ("wait_for_home", "No permit has been granted."),
            (
                "propose_end_of_reception",
                "The last day of the stay is not over, or there is none: nobody has to leave the centre.",
            ),
            ("end_reception", "This step does not fit where the person stands now: lives at a centre."),
        ):
            found = problem(send(north.worker, cast, name, {"nonsense": 1}, look=look), 409)
            assert found["reasons"] == [reason]
            # Whose step it never is, hears that it does not fit, and not where she lives.
            found = problem(send(cast.lawyer, cast, name, {}, look=look), 409)
            assert found["reasons"] == ["This step does not fit where the case stands now."]
            problem(send(south.worker, cast, name, {}, look=look), 404)
    assert footprint() == before


# Without (what is sent) -> which fields are named. The person lives at the first centre.
WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"moment", "centre"}),
    ({"moment": MOMENT, "centre": "nowhere"}, {"centre"}),
    ({"moment": MOMENT, "centre": 10**30}, {"centre"}),
    ({"moment": MOMENT, "centre": True}, {"centre"}),
    ({"moment": MOMENT, "centre": None}, {"centre"}),
    ({"moment": MOMENT, "centre": "home"}, {"centre"}),
    ({"moment": "16 March", "centre": "there"}, {"moment"}),
    ({"moment": 5, "centre": "there", "reason": ["x"]}, {"moment", "reason"}),
    ({"moment": "2026-03-16", "centre": "there"}, {"moment"}),
    ({"moment": "2026-03-29T02:30", "centre": "there"}, {"moment"}),
    # Tomorrow; and before she came.
    ({"moment": "2026-03-17T09:00", "centre": "there"}, {"moment"}),
    ({"moment": "2026-03-15T09:00", "centre": "there"}, {"moment"}),
    ({"moment": MOMENT, "centre": "there", "on": "2026-03-16", "colour": "red"}, {"on", "colour"}),
    ({"moment": MOMENT, "centre": "there", "reason": "x" * 1001}, {"reason"}),
    ({"moment": MOMENT, "centre": "there", "reason": "a\x00b"}, {"reason"}),
]


def test_each_wrong_field_is_named_and_nothing_is_left_behind(cast: Cast, north: Desk, south: Desk) -> None:
    stay_in(cast, north)
    before = footprint()
    places = {"there": south.centre.pk, "home": north.centre.pk}
    for body, fields in WRONG:
        sent = body | ({"centre": places.get(body["centre"], body["centre"])} if "centre" in body else {})
        found = problem(send(north.worker, cast, "order_move", sent), 400)
        assert found["errors"].keys() == fields, (body, found)
        assert all(sentence for sentences in found["errors"].values() for sentence in sentences)
        assert footprint() == before, body


def test_a_tick_must_be_a_yes_and_a_preview_says_what_is_still_to_come(
    cast: Cast, north: Desk, clock: Callable[..., None]
) -> None:
    stay_in(cast, north)
    on = granted(cast)
    clock(on)
    step(cast, "wait_for_home", on, north.worker)
    for tick, status in (("yes", 400), (1, 400), (False, 400), (None, 400)):
        answer = send(cast.municipality, cast, "offer_home", {"address": "Lindelaan 4", "suitable": tick})
        assert list(problem(answer, status)["errors"]) == ["suitable"], tick
    seen = send(cast.municipality, cast, "offer_home", {}, look=True).json()
    assert set(seen["lacking"]) == {"address", "suitable"} and seen["wrong"] == {}
    early = {"address": "Lindelaan 4", "suitable": True, "viewing_at": "2026-04-01T10:00"}
    seen = send(cast.municipality, cast, "offer_home", early, look=True).json()
    assert list(seen["wrong"]) == ["viewing_at"] and seen["lacking"] == []
    later = {"address": "Lindelaan 4", "suitable": True, "on": str(on + DAY)}
    seen = send(cast.municipality, cast, "offer_home", later, look=True).json()
    assert list(seen["wrong"]) == ["on"]
    long = {"address": "x" * 201, "suitable": True}
    seen = send(cast.municipality, cast, "offer_home", long, look=True).json()
    assert list(seen["wrong"]) == ["address"] and seen["lacking"] == []
    # What is no field, or cannot be read as one, is wrong in a preview too.
    for body in ({"colour": "red"}, {"viewing_at": "soon"}, {"suitable": "maybe"}):
        answer = send(cast.municipality, cast, "offer_home", body, look=True)
        assert problem(answer, 400)["errors"].keys() == body.keys()


@pytest.mark.parametrize("language", ["nl", "ar", "ti"])
def test_what_is_wrong_is_said_in_the_language_of_the_reader(
    cast: Cast, north: Desk, south: Desk, language: str
) -> None:
    stay_in(cast, north)
    heard = {}
    for spoken in ("en", language):
        User.objects.filter(pk=north.worker.pk).update(language=spoken)
        body = {"moment": "soon", "centre": south.centre.pk, "colour": "red"}
        wrong = problem(send(north.worker, cast, "order_move", body), 400)["errors"]
        why = problem(send(north.worker, cast, "wait_for_home", {}), 409)["reasons"]
        who = problem(
            send(
                north.worker,
                "",
                "refer_to_reception",
                {"v_number": "V9", "moment": MOMENT, "centre": north.centre.pk},
            ),
            400,
        )["errors"]
        heard[spoken] = [*wrong["moment"], *wrong["colour"], *why, *who["v_number"]]
    assert len(heard["en"]) == 4
    assert all(said != other for said, other in zip(heard["en"], heard[language], strict=True))


@pytest.mark.parametrize("tail", ["order_move/", "order_move/preview/"])
def test_a_body_that_cannot_be_read_is_told_after_state_and_right(
    cast: Cast, north: Desk, south: Desk, tail: str
) -> None:
    stay_in(cast, north)
    before = footprint()
    path = f"/api/receptions/{cast.procedure.pk}/transitions/"
    # These can be read, as an object of which a preview says what is wrong, and as those without a field.
    readable = {b'{"reason": "\\u0000"}': ["reason"], b"nonsense": [], b"": []}
    for media_type, body, status in BODIES:
        answer = Api(north.worker).post(path + tail, body, content_type=media_type)
        if "preview" in tail and answer.status_code == 200:
            assert list(answer.json()["wrong"]) == readable[body], body
            assert answer.json()["lacking"] == ["centre"]
        else:
            problem(answer, status)
        for person, name, other in (
            ("other_desk", tail, 404),
            ("reception", tail.replace("order_move", "end_reception"), 409),
            ("lawyer", tail, 403),
        ):
            problem(Api(cast.people[person]).post(path + name, body, content_type=media_type), other)
        referral = f"/api/receptions/transitions/{tail.replace('order_move', 'refer_to_reception')}"
        problem(Api(cast.lawyer).post(referral, body, content_type=media_type), 403)
    assert footprint() == before


@pytest.fixture
def living(cast: Cast, north: Desk, south: Desk) -> tuple[Cast, User]:
    """Somebody lives at the first centre, and the second has nobody."""
    stay_in(cast, north)
    return cast, north.worker


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_body_of_a_step_is_an_error_of_ours(living: tuple[Cast, User], data: st.DataObject) -> None:
    cast, worker = living
    where, name = data.draw(st.sampled_from([(cast, "order_move"), ("", "refer_to_reception")]))
    fields = ["moment", "centre", "reason", "v_number", "on", "nonsense", "\ud800"]
    values = st.one_of(
        VALUES, st.sampled_from([MOMENT, "V1000001", "V1000002", str(Centre.objects.last().pk)])
    )
    body = data.draw(st.dictionaries(st.sampled_from(fields), values, max_size=5))
    with transaction.atomic():
        before = footprint()
        for look, right in ((True, 200), (False, 201)):
            answer = send(worker, where, name, body, look=look)
            assert answer.status_code in (right, 400), (name, body, answer.content[:500])
            if answer.status_code == 400:
                problem(answer, 400)
                assert look is False or footprint() == before
        transaction.set_rollback(True)


def test_a_failure_halfway_leaves_nothing_behind(
    cast: Cast, north: Desk, south: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay_in(cast, north)

    def breaks(*args: Any, **options: Any) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr("reception.effects.tell", breaks)
    before = footprint()
    for look in (True, False):
        body = told("order_move", cast, south, START)
        assert "secret" not in str(problem(send(north.worker, cast, "order_move", body, look=look), 500))
        assert footprint() == before


# What is shown


def offers(user: User, cast: Cast) -> list[str]:
    return [
        row["name"]
        for row in Api(user).ask(f"receptions/{cast.procedure.pk}/transitions/").json()["transitions"]
    ]


def test_what_is_offered_is_what_can_be_taken(cast: Cast, north: Desk, south: Desk) -> None:
    stay_in(cast, north)
    path = f"receptions/{cast.procedure.pk}/"
    client = Api(north.worker)
    shown = client.ask(path).json()["transitions"]
    steps = client.ask(f"{path}transitions/").json()
    assert steps["transitions"] == shown
    assert [row["name"] for row in shown] == ["order_move"]
    assert {row["name"] for row in steps["blocked"]} == {"wait_for_home", "propose_end_of_reception"}
    assert [row["name"] for row in steps["history"]] == ["refer_to_reception", "arrive_at_centre"]
    for row in shown:
        assert row["url"].endswith(f"/api/{path}transitions/{row['name']}/") and row["title"]
        answer = client.post(row["url"], json.dumps({"no_such_field": 1}), content_type="application/json")
        assert "no_such_field" in problem(answer, 400)["errors"]
    for row in steps["blocked"]:
        assert problem(send(north.worker, cast, row["name"]), 409)["reasons"] == row["reasons"]
    (offered,) = shown
    fields = {field["name"]: field for field in offered["fields"]}
    assert {name: (field["kind"], field["required"]) for name, field in fields.items()} == {
        "moment": ("moment", True),
        "centre": ("choice", True),
        "reason": ("text", False),
    }
    assert fields["centre"]["choices"] == [{"value": str(south.centre.pk), "title": "Centre South"}]
    assert fields["reason"]["max_length"] == 1000


def test_a_desk_is_offered_what_is_its_own(
    cast: Cast, north: Desk, south: Desk, clock: Callable[..., None]
) -> None:
    refer(cast, north)
    assert offers(north.worker, cast) == ["arrive_at_centre"]
    arrive(cast, north)
    move(cast, north, south, at(START, 15))
    # From the order of the move on the new centre sees her, and the arrival alone is its.
    assert offers(south.worker, cast) == ["arrive_at_centre"] and offers(north.worker, cast) == []
    problem(send(north.worker, cast, "arrive_at_centre", {"moment": MOMENT, "weekday": "1"}), 403)
    done = send(south.worker, cast, "arrive_at_centre", {"moment": MOMENT, "weekday": "1"})
    assert done.status_code == 201
    problem(Api(north.worker).ask(f"receptions/{cast.procedure.pk}/"), 404)


def test_a_municipality_reads_its_own_part_while_it_looks_for_a_home(
    cast: Cast, north: Desk, clock: Callable[..., None]
) -> None:
    stay_in(cast, north)
    clock(granted(cast))
    client, path = Api(cast.municipality), f"receptions/{cast.procedure.pk}/"
    problem(client.ask(path), 404)
    assert client.ask("receptions/").json()["count"] == 0
    step(cast, "wait_for_home", GRANTED_ON, north.worker, reason="Her sister lives there.")
    found = client.ask(path).json()
    assert (found["name"], found["state"], found["municipality"]) == (
        "Selam Tesfay",
        "permit_waiting_home",
        "Gemeente",
    )
    assert found["centre"] is None and found["expected_at"] is None
    (row,) = client.ask("receptions/?state=permit_waiting_home").json()["results"]
    assert row["centre"] is None and row["id"] == str(cast.procedure.pk)
    assert client.ask("receptions/?state=housed").json()["count"] == 0
    assert Api(north.worker).ask(path).json()["centre"] == "north"
    steps = client.ask(f"{path}transitions/").json()
    assert [row["name"] for row in steps["transitions"]] == ["offer_home"]
    assert steps["blocked"] == [] == steps["history"]
    assert (
        send(cast.municipality, cast, "offer_home", {"address": "Home 1", "suitable": True}).status_code
        == 201
    )
    (own,) = client.ask(f"{path}transitions/").json()["history"]
    assert own["name"] == "offer_home" and client.ask(path).json()["home_address"] == "Home 1"
    fields = client.ask(f"{path}transitions/").json()["transitions"][0]["fields"]
    assert {field["name"]: field["required"] for field in fields} == {
        "on": False,
        "keys_given": True,
        "reason": False,
    }
    end_involvement(
        cast.case, role=Role.MUNICIPALITY, on=GRANTED_ON, actor=cast.supervisor, at=at(GRANTED_ON, 17)
    )
    clock(GRANTED_ON + DAY)
    problem(client.ask(path), 404)
    problem(send(cast.municipality, cast, "move_into_home", {"keys_given": True}), 404)


def test_those_of_the_case_are_no_readers_of_a_stay_and_strangers_find_none(
    cast: Cast, north: Desk, south: Desk
) -> None:
    stay_in(cast, north)
    for person, user in cast.people.items():
        related = Procedure.objects.visible_to(user, on=START).filter(pk=cast.procedure.pk).exists()
        status = 200 if user == north.worker else 403 if related else 404
        for tail in ("", "transitions/"):
            answer = Api(user).ask(f"receptions/{cast.procedure.pk}/{tail}")
            assert answer.status_code == status, person
        assert Api(user).ask("receptions/").json()["count"] == (status == 200), person


def test_every_look_at_a_stay_is_a_row_of_the_trail_and_names_nothing_of_the_case(
    cast: Cast, north: Desk
) -> None:
    stay_in(cast, north)
    for tail in ("", "transitions/"):
        before = AuditEntry.objects.count()
        answer = Api(north.worker).ask(f"receptions/{cast.procedure.pk}/{tail}")
        (entry,) = AuditEntry.objects.order_by("pk")[before:]
        assert (entry.action, entry.purpose, entry.case) == ("reception.view", "api", cast.case)
        assert cast.case.number.encode() not in answer.content
        assert str(cast.case.pk).encode() not in answer.content
        assert b"wish" not in answer.content


def test_a_longer_list_asks_no_more_queries(
    cast: Cast, north: Desk, django_assert_max_num_queries: Any
) -> None:
    stay_in(cast, north)
    client = Api(north.worker)
    client.ask("receptions/")
    with django_assert_max_num_queries(6):
        assert client.ask("receptions/").json()["count"] == 1
    body = {"v_number": "V1000002", "moment": MOMENT, "centre": north.centre.pk}
    assert send(north.worker, "", "refer_to_reception", body).status_code == 201
    with django_assert_max_num_queries(6):
        names = [row["name"] for row in client.ask("receptions/").json()["results"]]
    assert names == ["Omar Haddad", "Selam Tesfay"]
