"""Fifty hands on twenty cases at the same moment, over HTTP: one wins each case, the others are told."""

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from html import unescape
from http.client import HTTPConnection
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from asylum_portal import clock
from asylum_portal.accounts.models import Role, User
from cases import actions as case_actions
from cases.audit import broken_links
from cases.models import Applicant, Assignment, Document
from procedure import filings
from procedure.actions import apply_transition, express_wish
from procedure.models import Deadline, Procedure, Transition
from procedure.states import State
from tests.cases.samples import pdf_bytes
from tests.cast import MAIN_ROAD, Cast, at, letter_file, make_cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(20)]

CASES, THREADS = 20, 50
BEGIN, DAY_3 = date(2026, 3, 17), date(2026, 4, 3)
DOCUMENT = pdf_bytes("A decision")
TICKED = {"report_given": "on", "exclusion_checked": "on", "lawyer_informed": "on"}
# What each step asks beside its reason. After one of those that stand together none of them can be taken.
EXCLUDE_EACH_OTHER: list[dict[str, dict[str, str]]] = [
    {"refer_to_extended": {"why_extended": "more_time"}, "grant": {"outcome": "GRANT_A", **TICKED}},
    {"issue_intended_decision": {}},
    {"start_registration": {}},
]
NEEDS_DOCUMENT = {"refer_to_extended", "grant", "issue_intended_decision"}


@dataclass(frozen=True)
class Press:
    """One hand on one button: who presses, for which procedure, on which step, with which words typed."""

    session: str
    procedure: Procedure
    step: str
    fields: dict[str, Any]

    @property
    def words(self) -> str:
        return self.fields["reason"]


@dataclass(frozen=True)
class Answer:
    press: Press
    status: int
    page: str


class Browser:
    """A real connection to the real server, with the cookies that a browser would send along."""

    def __init__(self, server: str, session: str) -> None:
        self.connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
        self.cookies = {settings.SESSION_COOKIE_NAME: session}

    def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            token = self.cookies[settings.CSRF_COOKIE_NAME]
            body = encode_multipart(BOUNDARY, {**fields, "csrfmiddlewaretoken": token})
            headers["Content-Type"] = MULTIPART_CONTENT
        self.connection.request(method, path, body=body, headers=headers)
        response = self.connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read().decode()

    def close(self) -> None:
        self.connection.close()


def another_procedure(cast: Cast, number: int) -> Procedure:
    """One more case of the same worker and lawyer, on which the application is about to begin."""
    applicant = Applicant.objects.create(
        v_number=f"V3{number:06}", name=f"Applicant {number}", reading_language="ar"
    )
    case = case_actions.open_case(
        applicant, actor=cast.supervisor, on=BEGIN, at=at(BEGIN), team=cast.caseworker.team
    )
    case_actions.assign(
        case,
        worker=cast.caseworker,
        duty=Assignment.Duty.DECISION,
        starts_on=BEGIN,
        actor=cast.supervisor,
        at=at(BEGIN),
    )
    case_actions.give_mandate(case, lawyer=cast.lawyer, starts_on=BEGIN, actor=cast.planner, at=at(BEGIN))
    return express_wish(case, actor=cast.caseworker, on=BEGIN, at=at(BEGIN))


def bring_to_assessment(cast: Cast, procedure: Procedure) -> None:
    """The main road as far as the assessment, with one letter for all."""
    content = letter_file("for many")
    road = [name for name, _on in MAIN_ROAD]
    for name, on in MAIN_ROAD[: road.index("close_corrections") + 1]:
        if name.startswith("file "):
            kind = name.removeprefix("file ")
            filings.file_submission(procedure, kind, content=content, actor=cast.lawyer, at=at(on, 15))
            continue
        inputs = cast.usual(name, on)
        if "document" in inputs:
            inputs["document"] = content
        apply_transition(procedure, name, actor=cast.caseworker, on=on, at=at(on, 16), **inputs)


def hands_on(procedures: list[Procedure], sessions: list[str]) -> list[Press]:
    """Two or three hands on each of the twenty cases, on the same button or on such as exclude each other."""
    found = []
    for number in range(THREADS):
        hand, which = divmod(number, CASES)
        # Five cases for the first choice, five for the second, ten for the third.
        steps = EXCLUDE_EACH_OTHER[min(which // 5, 2)]
        step = list(steps)[(which + hand) % len(steps)]
        fields = {**steps[step], "reason": f"Hand {number} <b>wrote</b> & thought of it."}
        found.append(Press(sessions[number], procedures[which], step, fields))
    return found


def press_together(server: str, wanted: list[Press], *, look_first: bool) -> list[Answer]:
    """Everybody opens the page and waits for the last; then all press at once."""
    barrier = Barrier(len(wanted))

    def run(press: Press) -> Answer:
        browser = Browser(server, press.session)
        path = f"/en/procedures/{press.procedure.pk}/{press.step}/"
        fields: dict[str, Any] = dict(press.fields)
        if press.step in NEEDS_DOCUMENT:
            fields["document"] = SimpleUploadedFile("a.pdf", DOCUMENT, content_type="application/pdf")
        try:
            status, page = browser.ask("GET", path if look_first else "/en/work/")
            assert status == 200 or not look_first, f"{press.step} did not open: {status} {page[:2000]}"
            barrier.wait(timeout=60)
            return Answer(press, *browser.ask("POST", path, fields))
        except BaseException:
            barrier.abort()
            raise
        finally:
            browser.close()

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(run, wanted))


def taken_by_people() -> QuerySet[Transition]:
    """Without what a step sets in motion by itself, as the permit after a grant."""
    return Transition.objects.exclude(actor_role=Role.SYSTEM)


def assert_in_order(procedures: list[Procedure]) -> None:
    """After any race: one unbroken history each, of legal moves only, and nothing half done."""
    for procedure in procedures:
        procedure.refresh_from_db()
        steps = list(procedure.transitions.filter(machine="procedure").order_by("id"))
        assert steps[-1].to_state == procedure.state
        for before, after in itertools.pairwise(steps):
            assert after.from_state == before.to_state, f"{after.name} does not follow on {before.name}"
        for step in steps[1:]:
            declared = getattr(Procedure, step.name)._django_fsm
            assert declared.has_transition(step.from_state), f"{step.name} from {step.from_state}"
            assert declared.next_state(step.from_state) in (None, step.to_state)
        open_terms = list(procedure.deadlines.filter(state="open").values_list("rule_code", flat=True))
        assert len(open_terms) == len(set(open_terms))
    assert not list(broken_links())
    assert not Deadline.objects.exclude(opened_by__procedure__in=procedures).filter(procedure__in=procedures)


@pytest.fixture
def sessions(transactional_db: None) -> tuple[Cast, list[str]]:
    """Caseworker and supervisor, signed in on twenty-five machines each."""
    cast = make_cast(on=BEGIN)

    def signed_in(user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    return cast, [signed_in((cast.caseworker, cast.supervisor)[number % 2]) for number in range(THREADS)]


def test_fifty_hands_on_twenty_cases_have_one_winner_each_and_nobody_loses_a_word(
    sessions: tuple[Cast, list[str]], live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, signed_in = sessions
    procedures = [another_procedure(cast, number) for number in range(CASES)]
    for procedure in procedures[:10]:
        bring_to_assessment(cast, procedure)
    monkeypatch.setattr(clock, "now", lambda: at(DAY_3, 17))
    monkeypatch.setattr(clock, "today", lambda: DAY_3)
    taken_before = taken_by_people().count()
    documents_before = Document.objects.count()

    wanted = hands_on(procedures, signed_in)
    answers = press_together(live_server.url, wanted, look_first=True)

    assert {answer.status for answer in answers} == {302, 409}
    won = [answer for answer in answers if answer.status == 302]
    lost = [answer for answer in answers if answer.status == 409]
    assert Counter(answer.press.procedure.pk for answer in won) == {each.pk: 1 for each in procedures}
    assert len(lost) == THREADS - CASES
    for answer in lost:
        page = unescape(answer.page)
        assert answer.press.words in page, f"the words of {answer.press.step} are lost"
        assert "<b>wrote</b>" not in answer.page, "what was typed came back as HTML"
        assert "This step does not fit where the case stands now" in page
    assert taken_by_people().count() == taken_before + CASES
    assert Document.objects.count() == documents_before + 10
    for answer in won:
        last = taken_by_people().filter(procedure=answer.press.procedure).order_by("id").last()
        assert last is not None and (last.name, last.reason) == (answer.press.step, answer.press.words)
    assert_in_order(procedures)

    # And once more: any button, whether it fits or not.
    names = ["lodge_application", "start_registration", "refer_to_extended", "skip_extended_interview"]
    names += ["grant", "close", "extend_decision_period", "close_response"]
    wanted = [
        Press(
            signed_in[number],
            procedures[number % CASES],
            names[(number * 7 + number // CASES) % len(names)],
            {"reason": f"Hand {number} again.", "why_extended": "more_time", **TICKED},
        )
        for number in range(THREADS)
    ]
    answers = press_together(live_server.url, wanted, look_first=False)
    assert {answer.status for answer in answers} <= {302, 400, 403, 409}, Counter(
        (answer.press.step, answer.status) for answer in answers
    )
    assert any(answer.status == 302 for answer in answers)
    for answer in answers:
        if answer.status in (400, 409):
            assert answer.press.words in unescape(answer.page)
    assert_in_order(procedures)
    assert {State(procedure.state) for procedure in procedures} - {State.WISH_EXPRESSED, State.ASSESSMENT}
