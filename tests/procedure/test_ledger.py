"""The ledger of dates: one row for each change, in an unbroken chain, and the database that keeps it so."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedure import more_time
from procedure.actions import lapse_terms
from procedure.given import Letter
from procedure.models import DateChange, Deadline, Procedure
from tests.cast import Cast, at, walk

pytestmark = pytest.mark.django_db
S = Deadline.State
D3, D4 = date(2026, 4, 3), date(2026, 4, 7)
ONE_DAY = timedelta(days=1)


def term(cast: Cast, code: str) -> Deadline:
    found = cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    assert found is not None
    found.procedure = cast.procedure
    return found


def rows(deadline: Deadline) -> list[tuple[date | None, date | None, str]]:
    return [(row.from_on, row.to_on, row.cause) for row in deadline.changes.all()]


def more(cast: Cast, on: date, code: str, until: date | None, **inputs: Any) -> None:
    given = {
        "term": str(term(cast, code).pk),
        "until": until,
        "ground": "lawyer_ill",
        "obstacle_ended_on": D4,
        "proof": cast.case.documents.first(),
        "reason": "a note of the doctor",
    }
    cast.take("extend_term", on, **{**given, **inputs})


def refused(act) -> dict[str, list[str]]:
    with translation.override("en"), pytest.raises(ValidationError) as wrong:
        act()
    return wrong.value.message_dict


# Every change has its row


def test_pause_resume_letter_and_more_time_each_leave_a_row_and_the_chain_is_whole(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    step = cast.take("pause", D4, ground="health", starts_on=D4, ends_on=None, reason="in hospital")
    pause = step.started_suspensions.get()
    cast.take(
        "resume", date(2026, 4, 9), suspension=str(pause.pk), resumes_on=date(2026, 4, 9), reason="back"
    )
    more(cast, date(2026, 4, 9), "AA-VIEW", date(2026, 4, 14), hour=11)
    letter = Letter(date(2026, 4, 16), "the post was late")
    cast.take("set_letter_date", date(2026, 4, 9), hour=12, term=str(term(cast, "AA-VIEW").pk), letter=letter)
    view = term(cast, "AA-VIEW")
    assert rows(view) == [
        (D4, None, "pause"),
        (None, date(2026, 4, 9), "resumed"),
        (date(2026, 4, 9), date(2026, 4, 14), "extension"),
        (date(2026, 4, 14), date(2026, 4, 16), "letter"),
    ]
    first = view.changes.first()
    assert (first.by, first.by_role, first.reason) == (cast.caseworker, "caseworker", "in hospital")
    assert first.transition == step and first.at == step.at
    assert [row.reason for row in view.changes.all()][1:] == [
        "back",
        "a note of the doctor",
        "the post was late",
    ]


def test_what_is_done_while_the_time_stands_still_has_its_last_day_again_and_the_row_for_it(
    cast: Cast,
) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D4, ground="health", starts_on=D4, reason="ill")
    cast.file("response", date(2026, 4, 20))
    view = term(cast, "AA-VIEW")
    assert (view.state, view.shown_on) == (S.MET, D4)
    assert rows(view) == [(D4, None, "pause"), (None, D4, "resumed")]
    last = view.changes.last()
    assert (last.by, last.at, last.transition) == (cast.lawyer, at(date(2026, 4, 20), 15), None)


def test_what_a_step_meets_while_the_time_stands_still_has_its_row_too(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("pause", D3, ground="health", starts_on=D3, reason="ill")
    step = cast.take("issue_intended_decision", D3, hour=12)
    assert rows(term(cast, "AA-OUT")) == [(D3, None, "pause"), (None, D3, "resumed")]
    assert term(cast, "AA-OUT").changes.last().transition == step


def test_what_does_not_change_a_date_writes_no_row(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D3, ground="moratorium", starts_on=D4, ends_on=date(2026, 4, 8), reason="decree")
    assert {row.deadline.rule_code for row in DateChange.objects.all()} == {"DEC-06M"}


def test_the_days_after_a_response_term_that_got_longer_are_its_own(cast: Cast) -> None:
    """T30, by its own step: the history keeps both days."""
    walk(cast, until="issue_intended_decision")
    proof = cast.case.documents.first()
    longer = {"ground": "lawyer_ill", "obstacle_ended_on": D4, "proof": proof, "until": date(2026, 4, 10)}
    cast.take("extend_response_term", D4, **longer, reason="the lawyer was ill")
    view = term(cast, "AA-VIEW")
    assert rows(view) == [(D4, date(2026, 4, 10), "extension")]
    assert (view.extension_ground, view.extension_proof) == ("lawyer_ill", proof)


def test_a_response_gets_no_more_time_than_the_policy_gives(cast: Cast) -> None:
    """Vc C1/2.10: until five working days after the obstacle, with proof, by whichever of the two steps."""
    walk(cast, until="issue_intended_decision")
    longer: dict[str, Any] = {"ground": "lawyer_ill", "obstacle_ended_on": D4}
    longer |= {"proof": cast.case.documents.first(), "until": date(2026, 4, 15)}
    wrong = refused(lambda: cast.take("extend_response_term", D4, **longer))
    assert "Tuesday 14 April 2026 at the latest" in " ".join(wrong["until"])
    wrong = refused(lambda: cast.take("extend_response_term", D4, **longer | {"proof": None}))
    assert "proof" in wrong


def test_a_term_that_lapsed_and_gets_more_time_runs_again(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    lapse_terms(now=at(date(2026, 4, 8), 0, 30))
    more(cast, date(2026, 4, 8), "AA-VIEW", date(2026, 4, 10))
    assert (term(cast, "AA-VIEW").state, term(cast, "AA-VIEW").settled_at) == (S.OPEN, None)


# More time, within the limit of the package


def test_more_time_keeps_its_ground_its_proof_and_who_gave_it(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    more(cast, D4, "AA-VIEW", date(2026, 4, 14))
    view = term(cast, "AA-VIEW")
    assert (view.extension, view.extension_ground) == ("response", "lawyer_ill")
    assert view.extended_by.name == "extend_term" and view.letter_says_on == date(2026, 4, 14)
    assert view.extension_proof == cast.case.documents.first()
    assert more_time.latest_day(view, more_time.extensions_of(view)[0], obstacle_ended_on=D4) == date(
        2026, 4, 14
    )


WRONG_TIME = [
    # what is given otherwise -> field, words
    (
        {"until": date(2026, 4, 15)},
        "until",
        "On this ground the last day is Tuesday 14 April 2026 at the latest.",
    ),
    (
        {"until": date(2026, 4, 13), "obstacle_ended_on": date(2026, 4, 1)},
        "until",
        "Friday 10 April 2026 at the latest",
    ),
    ({"until": D4}, "until", "The last day is Tuesday 7 April 2026 already"),
    ({"until": None}, "until", "Give the new last day"),
    ({"ground": "weather"}, "ground", "Choose one of the grounds"),
    ({"ground": "travel"}, "ground", "Choose one of the grounds"),  # of another term
    ({"proof": None}, "proof", "Choose the proof on file"),
    ({"proof": "no such document"}, "proof", "Choose the proof on file"),
    ({"obstacle_ended_on": None}, "obstacle_ended_on", "Give the last day"),
    ({"term": "no such term"}, "term", "runs"),
]


@pytest.mark.parametrize(("inputs", "field", "words"), WRONG_TIME)
def test_more_time_than_the_rules_give_is_refused_with_the_field(
    cast: Cast, inputs: dict[str, Any], field: str, words: str
) -> None:
    walk(cast, until="issue_intended_decision")
    until = inputs.pop("until", date(2026, 4, 14)) if "until" in inputs else date(2026, 4, 14)
    with translation.override("en"):
        wrong = refused(lambda: more(cast, D4, "AA-VIEW", until, **inputs))
        assert words in " ".join(map(str, wrong[field]))
    assert not DateChange.objects.exists()


def test_several_extensions_share_one_limit(cast: Cast) -> None:
    """Or each would begin where the last one ended."""
    walk(cast, until="issue_intended_decision")
    view = term(cast, "AA-VIEW")
    more(cast, D4, "AA-VIEW", date(2026, 4, 13))
    view = term(cast, "AA-VIEW")
    assert more_time._before_extensions(view) == D4


def test_a_term_without_extension_in_the_rules_gets_none(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    wrong = refused(lambda: more(cast, D4, "DEC-06M", date(2027, 1, 1)))
    assert "The rules give no more time" in wrong["term"][0]


def test_only_whom_the_rules_name_gives_more_time(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    extension = more_time.extensions_of(term(cast, "AA-VIEW"))[0]
    may = {
        name
        for name in ("caseworker", "planner", "supervisor", "lawyer")
        if more_time.may_extend(cast.people[name], extension)
    }
    assert may == {"caseworker", "supervisor"}


def test_a_term_that_stands_still_gets_more_time_when_it_runs_again(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D4, ground="health", starts_on=D4, reason="ill")
    wrong = refused(lambda: more(cast, D4, "AA-VIEW", date(2026, 4, 13), hour=12))
    assert "stands still" in wrong["term"][0]


# Letters


def test_a_letter_from_before_the_event_is_refused(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    view = term(cast, "AA-VIEW")
    letter = Letter(date(2026, 4, 2), "a typing mistake")
    wrong = refused(lambda: cast.take("set_letter_date", D4, term=str(view.pk), letter=letter))
    assert "The term began on Friday 3 April 2026" in wrong["letter_due_on"][0]


def test_also_when_the_step_itself_brings_the_letter(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    with pytest.raises(ValidationError) as wrong:
        cast.take("issue_intended_decision", D3, letter=Letter(date(2026, 4, 2), "x"))
    assert "letter_due_on" in wrong.value.message_dict


@pytest.mark.django_db(transaction=True)
def test_a_letter_comes_in_while_the_time_stands_still(cast: Cast) -> None:
    """No day is shown before it or after it, so that there is no change of a day to write down yet."""
    walk(cast, until="issue_intended_decision")
    step = cast.take("pause", D4, ground="health", starts_on=D4, reason="ill")
    letter = Letter(date(2026, 5, 4), "agreed by phone")
    cast.take("set_letter_date", D4, hour=12, term=str(term(cast, "AA-VIEW").pk), letter=letter)
    assert rows(term(cast, "AA-VIEW")) == [(D4, None, "pause")]
    day = date(2026, 4, 20)
    cast.take("resume", day, suspension=str(step.started_suspensions.get().pk), resumes_on=day)
    assert rows(term(cast, "AA-VIEW"))[1:] == [(None, letter.due_on, "resumed")]


# Terms that count from the end of another


def test_what_counts_from_the_end_of_a_term_gets_the_same_more_time(cast: Cast) -> None:
    """Vb 4.52 and Rva 5: the document and the place in reception go with the time to leave."""
    walk(cast, until="refuse")
    leave = {"term": str(term(cast, "RET-01").pk), "until": date(2026, 6, 4), "ground": "circumstances"}
    step = cast.take("extend_term", date(2026, 4, 10), **leave, reason="an operation in May")
    for code in ("RET-01", "RET-03", "REC-03"):
        assert rows(term(cast, code)) == [(date(2026, 5, 7), date(2026, 6, 4), "extension")], code
    made = DateChange.objects.all()
    assert {(row.transition, row.reason) for row in made} == {(step, "an operation in May")}
    assert term(cast, "REC-03").started_on == date(2026, 6, 4)


def test_what_counts_from_the_end_of_a_term_follows_the_date_of_its_letter(cast: Cast) -> None:
    """Vb 7.3: the court is asked for a stay within the time for the appeal, however long that is."""
    walk(cast, until="close_response")
    cast.take("refuse", date(2026, 4, 9), outcome="MANIFESTLY_UNFOUNDED")
    letter = Letter(date(2026, 4, 20), "sent a few days later")
    cast.take("set_letter_date", date(2026, 4, 10), term=str(term(cast, "APP-1W").pk), letter=letter)
    for code in ("APP-1W", "APP-PROV"):
        assert rows(term(cast, code)) == [(date(2026, 4, 16), date(2026, 4, 20), "letter")], code


def test_a_term_with_a_letter_of_its_own_does_not_follow(cast: Cast) -> None:
    walk(cast, until="refuse")
    letter = Letter(date(2026, 5, 20), "agreed with the centre")
    cast.take("set_letter_date", date(2026, 4, 10), term=str(term(cast, "REC-03").pk), letter=letter)
    leave = {"term": str(term(cast, "RET-01").pk), "until": date(2026, 6, 4), "ground": "circumstances"}
    cast.take("extend_term", date(2026, 4, 10), hour=12, **leave, reason="an operation in May")
    assert term(cast, "REC-03").effective_due_on == letter.due_on
    assert term(cast, "REC-03").computed_due_on == date(2026, 6, 4)


# The database


def refused_by_database(act) -> str:
    def to_the_end() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            act()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as caught:
        to_the_end()
    return str(caught.value).splitlines()[0]


def test_no_date_moves_without_its_row_whoever_moves_it(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    views = Deadline.objects.filter(rule_code="AA-VIEW")
    later = {"letter_due_on": date(2026, 5, 1), "effective_due_on": date(2026, 5, 1), "letter_reason": "x"}
    assert "needs its row in the ledger" in refused_by_database(lambda: views.update(**later))
    still = {"state": S.SUSPENDED, "still_since": D4}
    assert "needs its row in the ledger" in refused_by_database(lambda: views.update(**still))
    views.update(next_reminder_at=None)  # anything else can change


def test_rows_of_the_ledger_are_neither_changed_nor_deleted(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    cast.take("pause", D4, ground="health", starts_on=D4, reason="ill")
    assert "append-only: UPDATE" in refused_by_database(lambda: DateChange.objects.update(reason="well"))
    assert "append-only: DELETE" in refused_by_database(
        lambda: DateChange.objects.all()._raw_delete("default")
    )


def test_what_stands_still_says_since_when(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    views = Deadline.objects.filter(rule_code="AA-VIEW")
    assert "what_stands_still" in refused_by_database(lambda: views.update(state=S.SUSPENDED))
    assert "what_stands_still" in refused_by_database(lambda: views.update(still_since=D4))


# For any road


MOVES = st.lists(
    st.tuples(st.sampled_from(["pause", "resume", "letter", "more"]), st.integers(0, 3), st.integers(0, 25)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_the_rows_of_a_term_lead_from_its_first_date_to_the_one_it_has(cast: Cast, moves) -> None:
    """From what it was opened with to what it shows, each row beginning where the last one ended."""
    with transaction.atomic():
        walk(cast, until="issue_intended_decision")
        opened = {row.pk: row.shown_on for row in cast.procedure.deadlines.all()}
        on = D4
        for name, days, more_days in moves:
            on += timedelta(days=days)
            _try(cast, name, on, more_days)
        for row in Procedure.objects.get(pk=cast.procedure.pk).deadlines.all():
            shown = opened[row.pk]
            for change in row.changes.all():
                assert change.from_on == shown
                shown = change.to_on
            assert row.state == S.CANCELLED or shown == row.shown_on
        transaction.set_rollback(True)
    cast.procedure.refresh_from_db()


def _try(cast: Cast, name: str, on: date, days: int) -> None:
    """Take the step if it is allowed; what is refused changes nothing."""
    view = str(term(cast, "AA-VIEW").pk)
    standing = cast.procedure.suspensions.standing().first()
    try:
        match name:
            case "pause":
                ends_on = on + timedelta(days=days) if days % 2 else None
                cast.take("pause", on, ground="health", starts_on=on, ends_on=ends_on, reason="x")
            case "resume" if standing is not None:
                cast.take("resume", on, suspension=str(standing.pk), resumes_on=on, reason="x")
            case "letter":
                letter = Letter(on + timedelta(days=days), "x")
                cast.take("set_letter_date", on, term=view, letter=letter)
            case "more":
                until = on + timedelta(days=days)
                more(cast, on, "AA-VIEW", until, obstacle_ended_on=until)
    except ValidationError:
        pass
