"""The page that compares two rule packages, and the note on a draft for the day of an application."""

import re
from datetime import date
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from asylum_portal import clock
from cases.actions import assign
from cases.models import Assignment
from procedure.actions import express_wish
from procedure.models import RulePackage
from procedure.rules import PACKAGES
from procedure.views import compare
from tests.cast import Cast, at, load_law, make_cast, walk

pytestmark = pytest.mark.django_db

TODAY = date(2026, 4, 1)
READERS = {"caseworker", "planner", "supervisor", "administrator", "auditor"}


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    stand(monkeypatch, TODAY)
    load_law("nl-2026")
    return walk(make_cast(), until="start_general_procedure")


def stand(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(day, 12))
    monkeypatch.setattr(clock, "today", lambda: day)


def page(cast: Cast, person: str, language: str = "en", **query: str) -> Any:
    client = Client()
    client.force_login(cast.people[person])
    with translation.override(language):
        return client.get(reverse("procedure:compare"), query)


def words(response: Any) -> str:
    text = re.sub(r"<head>.*?</head>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


PACT = {"from": "nl-2021", "to": "nl-2026"}


def test_the_roles_that_the_rules_bind_see_the_page_and_nobody_else(cast: Cast) -> None:
    found = {person: page(cast, person, **PACT).status_code for person in cast.people}
    readers = {person for person in cast.people if cast.people[person].role in READERS}
    assert {person for person, status in found.items() if status == 200} == readers
    assert {status for person, status in found.items() if person not in readers} == {403}
    assert Client().get(reverse("procedure:compare")).status_code == 302


def test_the_differences_are_told_side_by_side(cast: Cast) -> None:
    text = words(page(cast, "caseworker", **PACT))
    for said in (
        "Only in nl-2021 Extended procedure (verlengde asielprocedure) Repeat application",
        "Only in nl-2026 Admissibility procedure",
        "Decision in the accelerated procedure: 3 months ACC-03M",
        "Screening inside the country: no length confirmed: the letter gives the date SCR-3D",
        "read in the law or in policy",
        "A draft is shown and compared. No case uses it.",
        "Registration days : empty: nobody has confirmed a value Within how many days",
    ):
        assert said in text, said


def test_without_a_choice_the_rules_in_force_stand_against_the_newest_others(cast: Cast) -> None:
    answer = page(cast, "planner")
    assert answer.status_code == 200
    assert (answer.context["first"].name, answer.context["second"].name) == ("nl-2021", "nl-2026")


def test_the_same_rules_twice_have_no_difference(cast: Cast) -> None:
    text = words(page(cast, "planner", **{"from": "nl-2026", "to": "nl-2026"}))
    assert "There is no difference." in text
    assert "There is no open case that you may see." in text


@pytest.mark.parametrize(
    "query",
    [{"from": "nl-1999", "to": "nl-2026"}, {"from": "", "to": "nl-2026"}, {"from": "nl-2021", "to": "<b>"}],
)
def test_an_unknown_package_is_refused_and_the_choices_are_shown(cast: Cast, query: dict[str, str]) -> None:
    answer = page(cast, "caseworker", **query)
    assert answer.status_code == 400
    assert "error" in answer.content.decode()
    assert 'value="nl-2026"' in answer.content.decode()
    assert "<b>" not in answer.content.decode()


def test_cases_that_the_difference_touches_are_listed_with_the_reason(cast: Cast) -> None:
    text = words(page(cast, "caseworker", **PACT))
    assert "It touches 1 open case that you may see." in text
    assert cast.case.number in text
    assert "Detailed interview (nader gehoor)" in text
    assert cast.other_case.number not in text


def test_nobody_sees_a_case_that_is_not_hers_nor_how_many_there_are(cast: Cast) -> None:
    for person, number in (("other_supervisor", cast.other_case.number), ("administrator", None)):
        answer = page(cast, person, **PACT)
        text = words(answer)
        assert cast.case.number not in text
        assert answer.context["page"].paginator.count == (1 if number else 0)
        assert number is None or number in text


def test_a_case_is_touched_by_where_it_stands_and_by_its_terms_alone(cast: Cast) -> None:
    answer = page(cast, "other_caseworker", **PACT)
    (row,) = answer.context["rows"]
    # The wish alone: the state is in both, two terms are in the older rules only.
    assert row["reasons"] == []
    assert sorted(term.rule_code for term, _ in row["terms"]) == ["REG-01", "REG-02"]
    walk_on = page(cast, "caseworker", **PACT)
    assert [term.rule_code for term, _ in walk_on.context["rows"][0]["terms"]] == ["AA-INT", "DEC-06M"]


def test_a_case_without_a_term_is_touched_where_the_other_rules_lack_its_state(cast: Cast) -> None:
    cast.procedure.deadlines.update(state="cancelled", settled_at=at(TODAY))
    type(cast.procedure).objects.filter(pk=cast.procedure.pk).update(track="extended")
    (row,) = page(cast, "caseworker", **PACT).context["rows"]
    assert row["terms"] == []
    assert [str(reason) for reason in row["reasons"]] == ["The other rules do not have this procedure."]


def test_nothing_is_touched_the_other_way_round(cast: Cast) -> None:
    assert page(cast, "caseworker", **{"from": "nl-2026", "to": "nl-2021"}).context["rows"] == []


@pytest.mark.parametrize("language", ["nl", "ar", "ti"])
def test_the_page_reads_in_every_language_with_english_notes_marked(cast: Cast, language: str) -> None:
    html = page(cast, "caseworker", language, **PACT).content.decode()
    assert html.count("<h1") == 1
    assert f'lang="{language}"' in html
    assert 'lang="en" dir="ltr"' in html
    assert "style=" not in html and "<script" not in html


def test_the_page_asks_the_database_the_same_however_many_cases(cast: Cast) -> None:
    page(cast, "caseworker", **PACT)
    with CaptureQueriesContext(connection) as one:
        assert len(page(cast, "caseworker", **PACT).context["rows"]) == 1
    assign(
        cast.other_case,
        worker=cast.caseworker,
        duty=Assignment.Duty.DECISION,
        starts_on=TODAY,
        actor=cast.other_supervisor,
        at=at(TODAY),
    )
    with CaptureQueriesContext(connection) as two:
        assert len(page(cast, "caseworker", **PACT).context["rows"]) == 2
    assert len(two) == len(one)


def test_many_cases_come_in_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "PER_PAGE", 1)
    assign(
        cast.other_case,
        worker=cast.caseworker,
        duty=Assignment.Duty.DECISION,
        starts_on=TODAY,
        actor=cast.other_supervisor,
        at=at(TODAY),
    )
    first, second = (page(cast, "caseworker", **PACT, page=number) for number in ("1", "2"))
    shown = [answer.context["rows"][0]["case"].number for answer in (first, second)]
    assert shown == sorted([cast.case.number, cast.other_case.number])
    assert "It touches 2 open cases that you may see." in words(first)
    assert "page=2" in first.content.decode() and "from=nl-2021" in first.content.decode()


# A draft for the day of an application


JULY = date(2026, 7, 1)


def applied_in_july(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The cast's person withdraws, and applies anew after the day of the pact."""
    cast.take("request_withdrawal", TODAY, by="applicant")
    cast.take("confirm_withdrawal", TODAY)
    stand(monkeypatch, JULY)
    cast.procedure = express_wish(cast.case, actor=cast.caseworker, on=JULY, at=at(JULY, 9), place="Ter Apel")
    for name in ("start_registration", "lodge_application"):
        cast.take(name, JULY)
    return cast.procedure


def case_page(cast: Cast, person: str) -> str:
    client = Client()
    client.force_login(cast.people[person])
    with translation.override("en"):
        return client.get(reverse("procedure:case", args=[cast.case.pk])).content.decode()


def test_a_draft_serves_no_case_and_staff_are_told_of_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    procedure = applied_in_july(cast, monkeypatch)
    assert (procedure.lodged_on, procedure.package_id) == (JULY, "nl-2021")
    html = case_page(cast, "caseworker")
    assert "there are other rules (nl-2026), but they are only a draft" in html
    assert f"{reverse('procedure:compare').split('/', 2)[2]}?from=nl-2021&amp;to=nl-2026" in html


def test_who_applied_before_the_draft_begins_reads_nothing_of_it(cast: Cast) -> None:
    assert "only a draft" not in case_page(cast, "caseworker")


def test_the_applicants_side_reads_nothing_of_a_draft(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    applied_in_july(cast, monkeypatch)
    assert "only a draft" not in case_page(cast, "lawyer")


def test_once_published_it_serves_those_who_lodge_from_its_day(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    procedure = applied_in_july(cast, monkeypatch)
    RulePackage.objects.filter(pk="nl-2026").update(status="published")
    assert RulePackage.objects.in_force(on=date(2026, 6, 11)).get().name == "nl-2021"
    assert RulePackage.objects.in_force(on=date(2026, 6, 12)).get().name == "nl-2026"
    procedure.refresh_from_db()
    assert procedure.package_id == "nl-2021"  # who is pinned stays pinned
    assert "only a draft" not in case_page(cast, "caseworker")


# Loading


def load(*paths: Any) -> str:
    out = StringIO()
    call_command("load_packages", *map(str, paths), stdout=out)
    return out.getvalue()


def written(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (PACKAGES / f"{name}.toml").read_text()
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_loading_twice_changes_nothing() -> None:
    first = load().splitlines()
    assert first[0] == "nl-2021: loaded"
    assert first[1].startswith("nl-2026: loaded (a draft")
    before = list(RulePackage.objects.order_by("name").values())
    assert [line.split(" (")[0] for line in load().splitlines()] == [
        "nl-2021: already loaded",
        "nl-2026: already loaded",
    ]
    assert list(RulePackage.objects.order_by("name").values()) == before


def test_a_draft_may_be_replaced(tmp_path: Path) -> None:
    load()
    changed = written(tmp_path, "nl-2026", "length = 21", "length = 22")
    assert load(changed).startswith("nl-2026: draft replaced")
    assert RulePackage.objects.get(pk="nl-2026").law.rule("OVA-LOD").length == 22


def test_what_is_published_never_changes(tmp_path: Path) -> None:
    load()
    before = RulePackage.objects.get(pk="nl-2021").sha256
    changed = written(tmp_path, "nl-2021", "length = 3", "length = 4")
    with pytest.raises(CommandError) as refused:
        load(changed)
    message = str(refused.value)
    assert message.startswith("nl-2021.toml: package.name: 'nl-2021' is published with other content")
    assert refused.value.returncode == 2
    assert RulePackage.objects.get(pk="nl-2021").sha256 == before


def test_one_bad_file_loads_none(tmp_path: Path) -> None:
    good = PACKAGES / "nl-2021.toml"
    bad = written(tmp_path, "nl-2026", 'source = "APR 28"', 'source = "Somewhere"')
    with pytest.raises(CommandError, match=r"nl-2026.toml: rules.OVA-LOD.source: 'Somewhere'"):
        load(good, bad)
    assert not RulePackage.objects.exists()
