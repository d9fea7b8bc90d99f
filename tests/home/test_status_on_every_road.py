"""The applicant's own page at the end of every scenario, in every language: where, when, what to do."""

import html
import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from asylum_portal import clock, languages
from asylum_portal.home.plays.cast import Cast
from asylum_portal.home.plays.player import Player
from asylum_portal.home.plays.scenario import read
from cases.models import Case
from procedure import cards, panels, stages
from procedure.models import Deadline, Procedure, StageText
from procedure.states import TRACKS_WITH_DAYS, Phase, Variant

pytestmark = [pytest.mark.django_db, pytest.mark.slow(65)]
FOLDER = Path(__file__).parents[1] / "scenarios"
# One or two a road: playing all of them once more would take longer than it tells.
FILES = [
    "a-silent-lawyer",
    "accelerated",
    "annulled-and-reopened",
    "appeal-with-suspension",
    "appeal-without-suspension",
    "border-entry-by-law",
    "border-lifted",
    "departure",
    "dublin-accepted",
    "dublin-lapsed",
    "example-1-six-days-over-easter",
    "family-reunification",
    "no-show-and-return",
    "no-show-stopped",
    "permit-collected",
    "permit-withdrawn",
    "reception-to-a-home",
    "repeat-complete",
    "repeat-incomplete",
    "time-stands-still",
    "withdrawal",
]
CSS = (settings.BASE_DIR / "asylum_portal/static/portal.css").stat().st_size
TEXTS: dict[str, dict[str, dict[str, str]]] = {
    code: tomllib.loads((settings.BASE_DIR / f"locale/{code}/content.toml").read_text(encoding="utf-8"))[
        "stages"
    ]
    for code in languages.ACTIVE
}
# What the service writes down for itself with a step of a play.
OWN_NOTE = "as the file shows"
MOST_QUERIES = 24


@pytest.fixture(autouse=True)
def texts(db: None) -> None:
    StageText.objects.bulk_create(
        StageText(
            phase=key.partition("-")[0],
            variant=key.partition("-")[2],
            **{
                f"{field}_{code}": TEXTS[code][key][field]
                for code in languages.ACTIVE
                for field in ("happens", "to_do", "helps")
            },
        )
        for key in TEXTS["nl"]
    )


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Cast]:
    """A scenario played to its end, or up to one of its steps; the clock stands at that step."""

    def play(name: str, until: str = "", *, look: Callable[[Procedure], Any] | None = None) -> Cast:
        player = Player(read(FOLDER / f"{name}.toml"))
        for seen in player.play():
            assert not seen.differences, seen.differences
            moment = seen.step.at
            if look is not None and player.cast.procedure is not None:
                look(player.cast.procedure)
            if until and seen.step.what == until and seen.refusal is None:
                break
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "today", lambda: timezone.localdate(moment))
        return player.cast

    return play


def page(cast: Cast, path: str, *, who: str = "applicant") -> str:
    client = Client()
    client.force_login(cast.people[who])
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    shown = answer.content.decode()
    assert not re.search(r"^(<<<<<<<|=======|>>>>>>>)", shown, re.MULTILINE), path
    return shown


def status(cast: Cast, language: str = "en") -> str:
    return page(cast, f"/{language}/")


def words(page: str) -> str:
    """What a reader sees of a page, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def coming(procedure: Procedure, today: date) -> date | None:
    """The next date of a procedure, looked up anew in the rows."""
    days = [
        timezone.localdate(meeting.starts_at) for meeting in procedure.appointments.filter(cancelled_at=None)
    ]
    for term in procedure.deadlines.filter(state=Deadline.State.OPEN):
        days.append(term.effective_due_on)
        if term.rule_code == "PER-02":
            days.append(date.fromisoformat(term.derivation["earliest_on"]))
    if procedure.is_open and procedure.track in TRACKS_WITH_DAYS:
        days += procedure.days.filter(stands_still=False).values_list("on", flat=True)
    return min((day for day in days if day >= today), default=None)


def the_page_is_right(cast: Cast, language: str) -> None:
    procedure, today = Procedure.objects.get(pk=cast.procedure.pk), clock.today()
    shown = status(cast, language)
    direction = "rtl" if languages.is_rtl(language) else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in shown
    assert shown.count("<h1") == 1 and "style=" not in shown
    assert len(shown.encode()) + CSS <= 30_000
    read = words(shown)
    key = stages.stage_text(procedure).key
    for field in ("happens", "to_do", "helps"):
        assert TEXTS[language][key][field] in read
        assert language == "en" or TEXTS["en"][key][field] not in read
    day = coming(procedure, today)
    block = re.search(r'<section class="next-date".*?</section>', shown, re.DOTALL)
    if day is None:
        assert block is None
    else:
        assert block is not None and f'datetime="{day.isoformat()}' in block.group()
    nothing_secret(read)


def nothing_secret(read: str) -> None:
    assert not re.search(r"\b98\b", read)
    assert OWN_NOTE not in read


@pytest.mark.parametrize("name", FILES)
def test_the_page_at_the_end_of_every_scenario(name: str, played: Callable[..., Cast]) -> None:
    def there_is_a_text(procedure: Procedure) -> None:
        procedure = Procedure.objects.get(pk=procedure.pk)
        text = stages.stage_text(procedure)
        assert text is not None
        assert text.phase != Phase.AFTER or text.variant != Variant.USUAL

    cast = played(name, look=there_is_a_text)
    # Invariant C12.13, whatever the case: what the service notes for itself is on no page of theirs.
    Procedure.objects.filter(pk=cast.procedure.pk).update(code_98=True)
    client = Client()
    client.force_login(cast.applicant)
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/")
    assert len(queries) <= MOST_QUERIES
    for language in languages.ACTIVE:
        the_page_is_right(cast, language)
    with translation.override("en"):
        nothing_secret(words(page(cast, reverse("procedure:terms", args=[cast.procedure.pk]))))
        of_client = reverse("procedure:case", args=[cast.case.pk])
        lists = reverse("procedure:clients")
        titles = [
            card.title
            for card in cards.cards(Procedure.objects.get(pk=cast.procedure.pk), today=clock.today())
        ]
    for person in ("lawyer", "guardian"):
        if cast.case.pk in visible_cases(cast, person):
            for path in (of_client, lists):
                read = words(page(cast, path, who=person))
                nothing_secret(read)
                assert [title for title in titles if title.lower() not in read.lower()] == []


def visible_cases(cast: Cast, person: str) -> set[Any]:
    found = Case.objects.visible_to(cast.people[person], on=clock.today())
    return set(found.values_list("pk", flat=True))


def road(procedure: Procedure) -> dict[str, str]:
    """Phase -> where it lies, of the phases that are on the road."""
    fresh = Procedure.objects.get(pk=procedure.pk)
    return {str(phase): lies for phase, _name, lies in stages.road_of(fresh)}


def test_a_refusal_is_before_the_court_until_it_is_final(played: Callable[..., Cast]) -> None:
    phases = []
    cast = played("appeal-with-suspension", look=lambda procedure: phases.append(str(procedure.phase)))
    assert list(dict.fromkeys(phases))[-3:] == ["decision", "appeal", "after_decision"]
    cast.procedure = Procedure.objects.get(pk=cast.procedure.pk)
    assert cast.procedure.phase == Phase.AFTER
    assert road(cast.procedure)["appeal"] == "past"
    assert "final" not in [card.stands for card in cards.cards(cast.procedure, today=clock.today())]


def test_who_may_wait_for_the_court_reads_so(played: Callable[..., Cast]) -> None:
    cast = played("appeal-with-suspension", "refuse")
    assert "When you go to court in time, you may wait here until the court has ruled." in words(status(cast))
    assert road(cast.procedure)["appeal"] == "now"


def test_after_the_appeal_the_time_to_leave_stands_still(played: Callable[..., Cast]) -> None:
    cast = played("appeal-with-suspension", "lodge_appeal")
    read = words(status(cast))
    assert "You may wait here until the court has ruled." in read
    assert "You do not have to leave while your time to leave stands still." in read
    assert "Stands still since Thursday 16 April 2026" in read
    assert "An appeal or a request to the court keeps the decision from taking effect" in read


def test_who_may_not_wait_reads_to_ask_for_a_provisional_measure_today(played: Callable[..., Cast]) -> None:
    cast = played("appeal-without-suspension", "refuse")
    read = words(status(cast))
    assert "Ask your lawyer today about a provisional measure (voorlopige voorziening)." in read
    assert "you may wait here" not in read.replace("whether you may wait here", "")
    asked = cast.procedure.deadlines.get(rule_code="APP-PROV").effective_due_on
    assert f'Last day to ask for a provisional measure</dt><dd><time datetime="{asked}"' in status(cast)


@pytest.mark.parametrize(
    ("name", "until", "left_out"),
    [
        ("dublin-accepted", "accept_claim", {"rest_and_preparation", "report_check", "appeal"}),
        ("accelerated", "issue_intended_decision", {"rest_and_preparation", "report_check", "appeal"}),
        (
            "repeat-complete",
            "hold_one_day_test",
            {"application_interview", "rest_and_preparation", "report_check", "appeal"},
        ),
        ("example-4-extended-procedure", "issue_intended_decision", {"appeal"}),
    ],
)
def test_the_road_leaves_out_what_does_not_occur(
    played: Callable[..., Cast], name: str, until: str, left_out: set[str]
) -> None:
    cast = played(name, until)
    assert set(Phase.values) - set(road(cast.procedure)) == left_out
    label = str(cast.procedure.get_track_display())
    assert words(status(cast)).count(label) == 2  # under the phase and on the road


def test_what_an_application_that_was_stopped_did_not_come_to_is_not_done(
    played: Callable[..., Cast],
) -> None:
    cast = played("no-show-stopped")
    lies = road(cast.procedure)
    assert lies["decision"] == "past" and lies["intention_and_response"] == "past"
    # Day 1 was planned, and the person did not come.
    assert lies["detailed_interview"] == lies["report_check"] == "skipped"
    assert lies["rest_and_preparation"] == "past"
    with translation.override("en"):
        shown = panels.road(cast.procedure, today=clock.today())
    assert sum(stage["state"] == "skipped" for stage in shown) == list(lies.values()).count("skipped")


def test_a_permit_holder_reads_from_when_the_permit_can_be_extended(played: Callable[..., Cast]) -> None:
    cast = played("permit-extended", "hand_out_at_once")
    read = words(status(cast))
    assert "You can ask to extend it from Monday 6 December 2027" in read
    assert "Ask to extend it at the latest on Monday 6 March 2028" in read
    assert "Valid until Monday 6 March 2028" in read


def test_the_border_ends_at_its_minute(played: Callable[..., Cast]) -> None:
    cast = played("border-lifted", "impose_border_measure")
    assert "At the latest until Friday 24 April 2026, 14:30" in words(status(cast))


def test_what_the_decision_does_not_say_is_not_shown(played: Callable[..., Cast]) -> None:
    """Grounds and reasons stand in the letter; the page names no ground of a withdrawal and no reason."""
    cast = played("permit-withdrawn", "intend_permit_withdrawal")
    permit = cast.procedure.permit_set.get()
    assert permit.withdrawal_ground
    read = words(status(cast))
    assert "The IND plans to take your permit away. This is not a decision yet." in read
    assert "32(1)" not in read and f"({permit.withdrawal_ground})" not in read
