"""Putting a case under another published package: its terms end and open anew, and nothing else changes."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from cases.models import AuditEntry
from procedure import more_time, package_moves
from procedure.forms import StepForm
from procedure.given import Letter
from procedure.models import DateChange, Deadline, Procedure, RulePackage
from procedure.rules import PACKAGES, parse_package
from procedure.states import State
from procedure.terms import add_months
from tests.cast import Cast, at, load_law, make_cast, walk

pytestmark = pytest.mark.django_db

BEGIN = date(2026, 3, 17)
D1, D2, D3 = date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)
OTHER = "nl-2021b"


def published(*changes: tuple[str, str], name: str = OTHER, valid_from: str = "2026-01-01") -> RulePackage:
    """The older package under another name with some places changed, published."""
    text = (PACKAGES / "nl-2021.toml").read_text(encoding="utf-8")
    for old, new in (
        ('name = "nl-2021"', f'name = "{name}"'),
        ("valid_from = 2021-06-25", f"valid_from = {valid_from}"),
        *changes,
    ):
        assert old in text, old
        text = text.replace(old, new, 1)
    law = parse_package(text, file=f"{name}.toml")
    return RulePackage.objects.create(
        name=name,
        title=law.title,
        valid_from=law.valid_from,
        status=law.status,
        text=text,
        sha256=law.sha256,
        loaded_at=at(BEGIN),
    )


def table(header: str) -> str:
    """A table of the older package as it stands in the file."""
    text = (PACKAGES / "nl-2021.toml").read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^\[{re.escape(header)}\]\n.*?(?=^\[|^# ---)", text)
    assert found, header
    return found.group(0)


def rule_with(code: str, old: str, new: str) -> tuple[str, str]:
    """A change within the table of one rule."""
    whole = table(f"rules.{code}")
    assert old in whole, (code, old)
    return whole, whole.replace(old, new, 1)


def without(header: str) -> tuple[str, str]:
    return table(header), ""


def move(cast: Cast, on: date, package: str = OTHER, *, by: str = "supervisor", **inputs: Any) -> Any:
    inputs = {"reason": "The person asked for it"} | inputs
    return cast.take("move_to_package", on, by=by, package=package, **inputs)


def running(cast: Cast) -> dict[str, Deadline]:
    return {term.rule_code: term for term in cast.procedure.deadlines.running()}


def dates(cast: Cast) -> dict[str, date | None]:
    return {code: term.shown_on for code, term in running(cast).items()}


def changes(cast: Cast) -> list[tuple[str, date | None, date | None, str]]:
    rows = DateChange.objects.filter(deadline__procedure=cast.procedure).select_related("deadline")
    return [(row.deadline.rule_code, row.from_on, row.to_on, row.cause) for row in rows]


def refused(cast: Cast, on: date, package: str = OTHER) -> str:
    """Why the step is refused, with nothing changed."""
    before = dates(cast)
    pinned = cast.procedure.package_id
    with translation.override("en"), pytest.raises(ValidationError) as caught:
        move(cast, on, package)
    assert dates(cast) == before
    cast.procedure.refresh_from_db()
    assert cast.procedure.package_id == pinned
    assert list(caught.value.message_dict) == ["package"]
    return caught.value.message_dict["package"][0]


# What moves


def test_every_running_term_ends_and_opens_anew_under_the_new_rules_from_the_same_day() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(rule_with("DEC-06M", "length = 6", "length = 5"))
    former = running(cast)
    assert set(former) == {"AA-COR", "DEC-06M"}
    history = move(cast, D2)
    cast.procedure.refresh_from_db()
    assert (cast.procedure.package_id, cast.procedure.state) == (OTHER, State.CORRECTIONS)
    opened = running(cast)
    assert set(opened) == set(former)
    for code, term in opened.items():
        assert term.pk != former[code].pk
        assert (term.package_name, term.opened_by) == (OTHER, history)
        assert term.started_on == former[code].started_on
        former[code].refresh_from_db()
        assert (former[code].state, former[code].settled_at) == (Deadline.State.CANCELLED, history.at)
    assert opened["AA-COR"].effective_due_on == former["AA-COR"].effective_due_on == D2
    assert opened["DEC-06M"].effective_due_on == date(2026, 8, 17)


def test_each_date_that_moves_has_its_row_in_the_ledger_and_each_term_its_entry_in_the_trail() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(rule_with("DEC-06M", "length = 6", "length = 5"))
    history = move(cast, D2)
    assert changes(cast) == [("DEC-06M", date(2026, 9, 17), date(2026, 8, 17), "package")]
    row = DateChange.objects.get()
    assert (row.by, row.transition, row.reason) == (cast.supervisor, history, "The person asked for it")
    noted = AuditEntry.objects.filter(case=cast.case, action="deadline.open")
    assert {entry.data["rule"] for entry in noted} == {"AA-COR", "DEC-06M"}
    assert {entry.data["package"] for entry in noted} == {OTHER}


def test_the_case_goes_on_under_the_new_rules() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(rule_with("APP-1W", "length = 1", "length = 2"))
    move(cast, D2)
    cast.file("corrections", D2)
    cast.take("close_corrections", D2)
    cast.take("issue_intended_decision", D3)
    cast.file("response", date(2026, 4, 7))
    cast.take("close_response", date(2026, 4, 7))
    cast.take("refuse", date(2026, 4, 9))
    assert running(cast)["APP-1W"].effective_due_on == date(2026, 4, 23)
    assert cast.procedure.deadlines.filter(package_name="nl-2021", rule_code="APP-1W").count() == 0


def test_a_term_that_the_new_rules_do_not_have_is_no_longer_needed() -> None:
    cast = make_cast()
    published(without("rules.REG-02"))
    assert {"REG-01", "REG-02"} <= set(running(cast))
    move(cast, BEGIN)
    assert "REG-02" not in running(cast)
    gone = cast.procedure.deadlines.get(rule_code="REG-02")
    assert gone.state == Deadline.State.CANCELLED
    entry = AuditEntry.objects.get(case=cast.case, action="deadline.end")
    assert (entry.data["rule"], entry.data["reason"]) == ("REG-02", "The person asked for it")


def test_a_term_that_counts_from_the_end_of_another_follows_it() -> None:
    cast = walk(make_cast(), until="refuse")
    published(rule_with("RET-01", "length = 4", "length = 3"))
    day = date(2026, 4, 10)
    before = dates(cast)
    assert before["RET-03"] == before["RET-01"]
    move(cast, day)
    after = dates(cast)
    assert after["RET-01"] is not None and before["RET-01"] is not None
    assert after["RET-01"] == before["RET-01"] - timedelta(weeks=1)
    assert after["RET-03"] == after["RET-01"]


def test_what_held_when_a_term_began_goes_with_it_to_other_rules() -> None:
    """How long the court takes hangs on the appeal of one week (Vw 83b)."""
    cast = walk(make_cast(), until="refuse")
    cast.take("lodge_appeal", date(2026, 4, 15), by="lawyer")
    before = running(cast)["APP-RUL"]
    assert before.derivation["ground"] == "one_week_appeal"
    published(rule_with("APP-RUL", "one_week_appeal = 4", "one_week_appeal = 6"))
    move(cast, date(2026, 4, 16))
    after = running(cast)["APP-RUL"]
    assert after.effective_due_on == before.effective_due_on + timedelta(weeks=2)
    assert after.derivation["circumstances"] == before.derivation["circumstances"]
    assert "one_week_appeal" in after.derivation["circumstances"]


# What stays


def test_the_date_of_a_letter_stays() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(rule_with("DEC-06M", "length = 6", "length = 5"))
    term = running(cast)["DEC-06M"]
    letter = Letter(date(2026, 12, 1), "As the letter of 2 April says")
    cast.take("set_letter_date", D2, term=str(term.pk), letter=letter)
    move(cast, D2)
    moved = running(cast)["DEC-06M"]
    assert (moved.effective_due_on, moved.letter_due_on) == (letter.due_on, letter.due_on)
    assert moved.computed_due_on == date(2026, 8, 17)
    assert moved.letter_reason == letter.reason
    assert [row for row in changes(cast) if row[3] == "package"] == []


def test_a_term_that_stands_still_goes_on_doing_so() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(rule_with("DEC-06M", "length = 6", "length = 5"))
    cast.take("pause", D2, ground="moratorium", starts_on=D2)
    assert running(cast)["DEC-06M"].state == Deadline.State.SUSPENDED
    move(cast, D2)
    still = running(cast)["DEC-06M"]
    assert (still.state, still.still_since, still.package_name) == (Deadline.State.SUSPENDED, D2, OTHER)
    pause = cast.procedure.suspensions.get()
    cast.take("resume", date(2026, 4, 12), suspension=str(pause.pk), resumes_on=date(2026, 4, 12))
    assert running(cast)["DEC-06M"].effective_due_on == date(2026, 8, 27)


def test_time_runs_again_where_the_new_rules_do_not_know_the_ground() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(without("suspensions.moratorium"))
    cast.take("pause", D2, ground="moratorium", starts_on=D2)
    move(cast, D2)
    assert running(cast)["DEC-06M"].state == Deadline.State.OPEN
    assert ("DEC-06M", None, date(2026, 9, 17), "package") in changes(cast)


def test_more_time_that_was_given_counts_towards_the_limit_of_the_new_rules() -> None:
    """FAM-02: three months more and no further, however often the case changes its rules."""
    cast = walk(make_cast(), until="close_response")
    cast.take("grant", date(2026, 4, 9))
    cast.take("request_family_reunification", date(2026, 5, 4), by="lawyer")
    first = running(cast)["FAM-02"].effective_due_on
    given = {"term": str(running(cast)["FAM-02"].pk), "until": first + timedelta(days=60)}
    cast.take("extend_term", date(2026, 5, 5), ground="complex", **given)
    published()
    published(name="nl-2021c", valid_from="2026-01-02")
    for day, package in ((6, OTHER), (7, "nl-2021c")):
        move(cast, date(2026, 5, day), package)
        cast.procedure.refresh_from_db()
        term = running(cast)["FAM-02"]
        (extension,) = more_time.extensions_of(term)
        assert more_time.latest_day(term, extension) == add_months(first, 3)


def test_what_was_settled_before_keeps_its_rules() -> None:
    cast = walk(make_cast(), until="close_interview")
    settled = set(cast.procedure.deadlines.exclude(settled_at=None).values_list("pk", "package_name"))
    published()
    move(cast, D2)
    assert settled <= set(cast.procedure.deadlines.values_list("pk", "package_name"))
    assert all(term.title for term in cast.procedure.deadlines.all())


def test_a_package_that_says_the_same_moves_no_date() -> None:
    cast = walk(make_cast(), until="close_interview")
    published()
    before, planned = dates(cast), list(cast.procedure.days.values_list("number", "on"))
    move(cast, D2)
    assert dates(cast) == before
    assert changes(cast) == []
    assert list(cast.procedure.days.values_list("number", "on")) == planned


def test_the_planned_days_follow_the_new_rules() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(('value = true\nnote = "Good Friday', 'value = false\nnote = "Good Friday'))
    assert cast.procedure.days.get(number=3).on == D3  # Good Friday counts
    move(cast, D2)
    assert cast.procedure.days.get(number=3).on == date(2026, 4, 7)


def test_planned_days_that_stand_still_go_on_doing_so() -> None:
    cast = walk(make_cast(), until="close_interview")
    published(('title = "General procedure in six days"', 'title = "General procedure in 6 days"'))
    cast.take("pause", D2, ground="health", starts_on=D2)
    before = list(cast.procedure.days.values_list("number", "on", "stands_still"))
    move(cast, D2)
    assert list(cast.procedure.days.values_list("number", "on", "stands_still")) == before
    assert [still for _number, _on, still in before] == [False, True, True, True, True, True]


# Who, and when not


@pytest.mark.parametrize("person", ["caseworker", "planner", "other_supervisor", "lawyer", "administrator"])
def test_nobody_but_the_supervisor_of_the_team_moves_a_case(person: str) -> None:
    cast = make_cast()
    published()
    with pytest.raises(PermissionDenied):
        move(cast, BEGIN, by=person)


def test_a_move_needs_a_reason() -> None:
    cast = make_cast()
    published()
    with pytest.raises(ValidationError) as refusal:
        move(cast, BEGIN, reason=" ")
    assert "reason" in refusal.value.message_dict


def test_a_draft_takes_no_case() -> None:
    cast = make_cast()
    published()
    load_law("nl-2026")
    assert "nl-2026 is a draft" in refused(cast, BEGIN, "nl-2026")


def test_the_same_rules_an_unknown_package_and_one_of_later_are_refused() -> None:
    cast = make_cast()
    published(valid_from="2026-05-01")
    assert "under these rules already" in refused(cast, BEGIN, "nl-2021")
    assert refused(cast, BEGIN, "nl-1999")
    assert f"{OTHER} is not in force on this day yet" in refused(cast, BEGIN)


def narrowed(*, states: str = "", tracks: str = "", steps: tuple[str, ...] = ()) -> None:
    """A package that lacks a state, a track or some steps, and every term that hangs on them."""
    text = (PACKAGES / "nl-2021.toml").read_text(encoding="utf-8")
    graph = table("graph")
    bent = graph
    for gone in (states, *steps):
        if gone:
            assert f'    "{gone}",\n' in bent, gone
            bent = bent.replace(f'    "{gone}",\n', "", 1)
    if tracks:
        bent = bent.replace(f'"{tracks}", ', "", 1)
    rest = text.replace(graph, "")
    for gone in steps:
        rest = re.sub(rf'"{gone}", |, "{gone}"(?=[\],])', "", rest)
        rest = re.sub(rf'(?m)^(starts|met_by|cancelled_by) = \["{gone}"\]\n', "", rest)
    text = (bent + rest).replace('name = "nl-2021"', f'name = "{OTHER}"', 1)
    text = text.replace("valid_from = 2021-06-25", "valid_from = 2026-01-01", 1)
    law = parse_package(text, file=f"{OTHER}.toml")
    RulePackage.objects.create(
        name=OTHER,
        title=law.title,
        valid_from=law.valid_from,
        status=law.status,
        text=text,
        sha256=law.sha256,
        loaded_at=at(BEGIN),
    )


def test_rules_without_the_state_of_the_case_are_refused_by_its_name() -> None:
    cast = walk(make_cast(), until="complete_preparation")
    narrowed(states="ready")
    assert refused(cast, D1) == (
        f"{OTHER} does not have the state in which the case is: Ready for the general procedure."
    )


def test_rules_without_the_procedure_of_the_case_are_refused_by_its_name() -> None:
    cast = walk(make_cast(), until="close_interview")
    RulePackage.objects.filter(pk=load_law("nl-2026").pk).update(status="published", valid_from="2026-01-01")
    cast.take("refer_to_extended", D2)
    found = refused(cast, D2, "nl-2026")
    assert "nl-2026 does not have the state in which the case is: Extended procedure: investigation" in found
    assert "nl-2026 does not have this procedure: Extended procedure" in found


def test_rules_without_a_step_that_leads_on_are_refused() -> None:
    cast = walk(make_cast(), until="close_interview")
    narrowed(steps=("close_corrections", "refer_to_extended"))
    assert refused(cast, D2).startswith(f"{OTHER} has no step that leads on from here: Corrections")


def test_a_last_day_in_a_year_that_the_new_rules_do_not_know_is_refused() -> None:
    cast = walk(make_cast(), until="refuse")
    text = table("calendar.years.2026")
    published((text, ""))
    assert refused(cast, date(2026, 4, 10)) == (
        f"The calendar of {OTHER} has no data for the year 2026. Ask an administrator to add it."
    )


# Under the rules of the pact, once they are published


def under_the_pact(cast: Cast, on: date) -> Procedure:
    load_law("nl-2026")
    RulePackage.objects.filter(pk="nl-2026").update(status="published", valid_from="2026-01-01")
    move(cast, on, "nl-2026")
    cast.procedure.refresh_from_db()
    return cast.procedure


def test_what_the_pact_asks_by_the_same_step_opens_with_the_day_that_everybody_knows() -> None:
    cast = walk(make_cast(), until="close_interview")
    under_the_pact(cast, D2)
    terms = running(cast)
    assert set(terms) == {"REPORT-EU", "DEC-06M"}
    report = terms["REPORT-EU"]
    assert (report.effective_due_on, report.computed_due_on) == (D2, None)
    assert report.letter_reason == "The person asked for it"
    assert cast.procedure.deadlines.get(rule_code="AA-COR").state == Deadline.State.CANCELLED
    assert ("REPORT-EU", None, D2, "package") in changes(cast)
    assert not cast.procedure.days.filter(on__gte=D2).exists()


def test_under_the_pact_one_can_decide_without_an_intended_decision() -> None:
    cast = walk(make_cast(), until="close_interview")
    procedure = under_the_pact(cast, D2)
    cast.file("corrections", D2)
    cast.take("close_corrections", D2)
    cast.take("decide_without_intention", D3)
    letter = Letter(date(2026, 4, 24), "As the decision says")
    facts = cast.usual_facts("refuse") | {"leave_until_on": date(2026, 5, 7)}
    cast.take("refuse", date(2026, 4, 9), letter=letter, facts=facts)
    procedure.refresh_from_db()
    assert procedure.state == State.REFUSED
    terms = running(cast)
    assert {"APP-EU", "RET-01"} <= set(terms)
    assert terms["APP-EU"].effective_due_on == letter.due_on
    assert terms["RET-01"].effective_due_on == date(2026, 5, 7)


def test_an_intended_decision_still_waits_for_the_response_where_one_is_sent() -> None:
    cast = walk(make_cast(), until="close_interview")
    procedure = under_the_pact(cast, D2)
    cast.file("corrections", D2)
    cast.take("close_corrections", D2)
    letter = Letter(date(2026, 4, 20), "As the letter says")
    cast.take("issue_intended_decision", D3, letter=letter)
    assert running(cast)["EU-VIEW"].effective_due_on == letter.due_on
    errors = package_moves.check(procedure, RulePackage.objects.get(pk="nl-2021"), on=D3)
    assert errors == []


def test_before_the_interview_the_new_preparation_takes_over() -> None:
    cast = walk(make_cast(), until="begin_preparation")
    day = date(2026, 3, 20)
    procedure = under_the_pact(cast, day)
    assert "RVT-01" not in running(cast)
    for unknown in ("repeat", "extended", "fast", ""):
        with pytest.raises(ValidationError) as refusal:
            cast.take("choose_track", day, track=unknown)
        assert "track" in refusal.value.message_dict
    cast.take("choose_track", day, track="accelerated")
    procedure.refresh_from_db()
    assert (procedure.state, procedure.track) == (State.INTERVIEW, "accelerated")
    assert running(cast)["ACC-03M"].effective_due_on == date(2026, 6, 17)


def test_where_a_case_once_waited_does_not_matter_to_the_new_rules() -> None:
    """Only while it may be stopped does it go back to the state that is remembered."""
    cast = walk(make_cast(), until="close_interview")
    Procedure.objects.filter(pk=cast.procedure.pk).update(held_state=State.READY)
    cast.procedure.refresh_from_db()
    load_law("nl-2026")
    RulePackage.objects.filter(pk="nl-2026").update(status="published", valid_from="2026-01-01")
    pact = RulePackage.objects.get(pk="nl-2026")
    assert package_moves.check(cast.procedure, pact, on=D2) == []


def test_a_form_asks_for_the_date_of_the_letter_where_only_it_can_give_one() -> None:
    cast = walk(make_cast(), until="start_general_procedure")
    asked = {"procedure": cast.procedure, "name": "close_interview", "today": D2}
    assert "letter_due_on" not in StepForm(**asked).fields
    asked["procedure"] = under_the_pact(cast, D2)
    assert StepForm(**asked).fields["letter_due_on"].required
