"""Whatever is sent: never a 500, and nothing is left behind."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedure.access import ACTORS
from procedure.actions import available_transitions
from procedure.forms import StepForm
from tests.api.conftest import DAY_TWO, Api, footprint, pdf, problem
from tests.cast import Cast

pytestmark = pytest.mark.django_db
STEP = "refer_to_extended"

BODIES: list[tuple[str, bytes, int]] = [
    ("application/json", b"{", 400),
    ("application/json", b"", 400),
    ("application/json", b"nonsense", 400),
    ("application/json", b"[]", 400),
    ("application/json", b'"text"', 400),
    ("application/json", b"null", 400),
    ("application/json", b"[" * 100_000, 400),
    ("application/json", b'{"reason": NaN}', 400),
    ("application/json", b'{"reason": ' + b"9" * 10_000 + b"}", 400),
    ("application/json", b'{"reason": 1e400}', 400),
    ("application/json", b"\xff\xfe{}", 400),
    ("application/json", b'{"reason": "\\u0000"}', 400),
    ("application/json", b'{"reason": "\\ud800"}', 400),
    ("application/json", b'{"\\ud800": "\\u0000"}', 400),
    ("application/json", b'{"on": "0001-01-01"}', 400),
    ("application/json", b'{"on": "9999-12-31"}', 400),
    ("application/json", b'{"on": 20260402}', 400),
    ("application/json", b'{"on": null, "reason": null}', 400),
    ("multipart/form-data", b"x", 400),
    ("multipart/form-data; boundary=x", b"nonsense", 400),
    ("multipart/form-data; boundary=" + "x" * 500, b"nonsense", 415),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="on"\r\n\r\n\x00\r\n--x--',
        400,
    ),
    ("text/plain", b"x", 415),
    ("application/x-www-form-urlencoded", b"on=2026-04-02", 415),
    ("application/xml", b"<on/>", 415),
    ("", b"x", 415),
    ("nonsense", b"x", 415),
]


def test_a_body_that_cannot_be_read_is_told_and_changes_nothing(cast: Cast) -> None:
    client = Api(cast.caseworker)
    before = footprint()
    for media_type, body, status in BODIES:
        answer = client.post(
            f"/api/procedures/{cast.procedure.pk}/transitions/{STEP}/", body, content_type=media_type
        )
        assert answer.status_code == status, (media_type, body[:80], answer.content[:300])
        problem(answer, status)
        assert footprint() == before


def test_a_body_that_cannot_be_read_tells_a_stranger_nothing(cast: Cast) -> None:
    for media_type, body, _status in BODIES:
        answer = Api(cast.other_lawyer).post(
            f"/api/procedures/{cast.procedure.pk}/transitions/{STEP}/", body, content_type=media_type
        )
        problem(answer, 404)


@pytest.mark.parametrize(("person", "name", "status"), [("caseworker", "grant", 409), ("lawyer", STEP, 403)])
def test_state_and_right_go_before_a_body_that_cannot_be_read(
    cast: Cast, person: str, name: str, status: int
) -> None:
    path = f"/api/procedures/{cast.procedure.pk}/transitions/{name}/"
    for media_type, body, _status in BODIES:
        problem(Api(cast.people[person]).post(path, body, content_type=media_type), status)
    broken = Api(cast.lawyer).post("/api/documents/", b"{", content_type="application/json")
    problem(broken, 400)


def test_too_much_is_too_much(cast: Cast) -> None:
    body = json.dumps({"reason": "x" * 3_000_000})
    answer = Api(cast.caseworker).post(
        f"/api/procedures/{cast.procedure.pk}/transitions/{STEP}/", body, content_type="application/json"
    )
    problem(answer, 413)
    fields = {f"field{number}": "x" for number in range(1100)}
    answer = Api(cast.caseworker).upload(f"procedures/{cast.procedure.pk}/transitions/{STEP}/", **fields)
    problem(answer, 400)


@pytest.mark.parametrize(
    "path",
    [
        "cases/1/", "cases/%00/", "cases/..%2f/", "cases/' OR 1=1/", "cases/" + "9" * 3000 + "/",
        "procedures/x/transitions/", "procedures/x/transitions/grant/", "documents/x/content/", "tokens/%00/",
        "tokens/" + "a" * 500 + "/", "cases//", "nothing/", "reporting-slots/%F0%28/", "deadlines/None/",
    ],
)  # fmt: skip
def test_an_address_of_nothing_is_the_same_404(cast: Cast, path: str) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(Api(cast.caseworker), method)(f"/api/{path}")
        assert answer.status_code in (404, 405), (method, answer.content[:300])
        problem(answer, answer.status_code)


def test_a_strange_header_is_no_error_of_ours(cast: Cast) -> None:
    for header, value in {
        "accept": "text/html", "accept-language": "\x00;q=x", 
        "x-http-method-override": "DELETE", "cookie": "sessionid=\x00", "authorization": "Basic x",
    }.items():  # fmt: skip
        answer = Api(cast.caseworker, headers={header: value}).ask("cases/?number=%E9%00")
        assert answer.status_code in (400, 401, 406), (header, answer.content[:300])
        problem(answer, answer.status_code)


@pytest.fixture
def connection_kept() -> Iterator[None]:
    """The web server's entry point would close the connection in which the test's rows live."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.mark.parametrize("letters", ["hex", "rot13", "undefined", "idna", "utf-16", "no-such"])
def test_letters_that_are_none_are_read_as_utf8(cast: Cast, connection_kept: None, letters: str) -> None:
    from asylum_portal.wsgi import application

    client = Api(cast.caseworker)
    for path, media_type, body in (
        ("/api/cases/", "application/json", b""),
        (
            f"/api/procedures/{cast.procedure.pk}/transitions/{STEP}/",
            "application/json",
            '{"é": "é"}'.encode(),
        ),
        (
            f"/api/procedures/{cast.procedure.pk}/transitions/{STEP}/",
            "multipart/form-data; boundary=x",
            b"--x--",
        ),
        ("/en/account/login/", "application/x-www-form-urlencoded", b"login=x&password=y"),
    ):
        environ = client._base_environ(
            PATH_INFO=path,
            QUERY_STRING="page=1",
            REQUEST_METHOD="POST" if body else "GET",
            CONTENT_TYPE=f"{media_type}; charset={letters}",
            CONTENT_LENGTH=str(len(body)),
        )
        environ["wsgi.input"] = BytesIO(body)
        told: list[str] = []
        answer = application(environ, lambda status, headers, told=told: told.append(status))
        content = b"".join(answer)
        assert told[0][0] in "24", (path, told, content[:300])


def test_an_error_of_the_server_says_nothing_of_itself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: Any, **options: Any) -> None:
        raise RuntimeError("select * from secrets")

    monkeypatch.setattr("procedure.models.Procedure.phase", property(breaks))
    for client in (Api(cast.caseworker), Client(raise_request_exception=False)):
        client.force_login(cast.caseworker)
        found = problem(client.get("/api/procedures/"), 500)
        assert "secret" not in str(found)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from(
        [
            "\x00", "\ud800", "2026-04-02", "2026-02-30", "0001-01-01", "9999-12-31", "2026-04-02T10:00",
            "0001-01-01T00:00+14:00", "9999-12-31T23:59:59.999999-23:59", "2026-13-01T99:99", "AA9", "42(5)",
            "GRANT_A", "UNFOUNDED", "ill", "on", "true", "x" * 5000, "', DROP TABLE", "<script>", "\u202e",
        ]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


@pytest.fixture
def states(cast: Cast) -> tuple[Cast, dict[str, list[str]]]:
    """What each person can take now, with every field that is asked."""
    offered = {
        person: available_transitions(cast.procedure, cast.people[person], on=DAY_TWO)
        for person in ("caseworker", "planner", "applicant", "lawyer")
    }
    return cast, offered


@pytest.mark.slow(20)
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_body_of_a_step_is_an_error_of_ours(
    states: tuple[Cast, dict[str, list[str]]], data: st.DataObject
) -> None:
    cast, offered = states
    person = data.draw(st.sampled_from([person for person, names in offered.items() if names]))
    name = data.draw(st.one_of(st.sampled_from(offered[person]), st.sampled_from(sorted(ACTORS))))
    asked = StepForm(procedure=cast.procedure, name=name, today=DAY_TWO, actor=cast.people[person]).fields
    fields = st.sampled_from([*asked, "state", "nonsense", "\ud800"])
    body = data.draw(st.dictionaries(fields, VALUES, max_size=8))
    client = Api(cast.people[person])
    with transaction.atomic():
        before = footprint()
        answer = client.send(f"procedures/{cast.procedure.pk}/transitions/{name}/", body)
        assert answer.status_code in (201, 400, 403, 409), (name, body, answer.content[:500])
        if answer.status_code != 201:
            problem(answer, answer.status_code)
            assert footprint() == before
        transaction.set_rollback(True)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    body=st.dictionaries(
        st.sampled_from(["procedure", "kind", "complete", "late_reason", "translation_of", "content", "x"]),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            st.sampled_from(["corrections", "translation", "\x00"]),
        ),
        max_size=5,
    ),
    with_file=st.booleans(),
    right_procedure=st.booleans(),
)
def test_no_filing_is_an_error_of_ours(
    cast: Cast, body: dict[str, Any], with_file: bool, right_procedure: bool
) -> None:
    body |= {"procedure": str(cast.procedure.pk)} if right_procedure else {}
    body |= {"content": pdf()} if with_file else {}
    with transaction.atomic():
        before = footprint()
        answer = Api(cast.lawyer).upload("documents/", **body)
        assert answer.status_code in (201, 400, 404, 409), (body, answer.content[:500])
        if answer.status_code != 201:
            problem(answer, answer.status_code)
            assert footprint() == before
        transaction.set_rollback(True)
