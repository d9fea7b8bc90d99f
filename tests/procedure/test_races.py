"""Two at the same moment, on real connections: one winner, nothing doubled or lost, nobody waits for ever."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from asylum_portal.notices.models import Notice
from cases.audit import broken_links
from cases.models import Case, Document
from procedure import amendments, filings
from procedure.actions import apply_transition, close_lapsed_steps, express_wish, lapse_terms
from procedure.guards import StateForbids
from procedure.models import Amendment, Deadline, Filing, Procedure, RulePackage, Transition
from procedure.reminders import remind_of_due
from procedure.states import State
from tests.cast import Cast, at, letter_file, make_cast, walk
from tests.procedure.test_package_moves import OTHER, published
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)
D1, D2, D3, D6 = (date(2026, 4, day) for day in (1, 2, 3, 9))


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def take(
    cast: Cast, name: str, on: date, *, by: str = "caseworker", hour: int = 12
) -> Callable[[], Transition]:
    """This step as this person would take it, on a procedure of its own in memory."""
    inputs = cast.usual(name, on)

    def act() -> Transition:
        procedure = Procedure.objects.get(pk=cast.procedure.pk)
        return apply_transition(procedure, name, actor=cast.people[by], on=on, at=at(on, hour), **inputs)

    return act


def file(
    cast: Cast, kind: str, moment, *, by: str = "lawyer", complete: bool = False
) -> Callable[[], Filing]:
    content = letter_file(kind)

    def act() -> Filing:
        procedure = Procedure.objects.get(pk=cast.procedure.pk)
        return filings.file_submission(
            procedure, kind, content=content, actor=cast.people[by], at=moment, complete=complete
        )

    return act


def outcomes(results: list[Any]) -> tuple[list[Any], list[Any]]:
    """Those that went through, and those that the state forbade; anything else fails the test."""
    won = [result for result in results if not isinstance(result, Exception)]
    lost = [result for result in results if isinstance(result, StateForbids)]
    strange = [result for result in results if isinstance(result, Exception) and result not in lost]
    assert not strange, strange
    return won, lost


def in_order(cast: Cast) -> Procedure:
    """What must be so after any race: one file for each row, one history, an unbroken audit trail."""
    procedure = Procedure.objects.get(pk=cast.procedure.pk)
    steps = list(procedure.transitions.filter(machine="procedure").order_by("id"))
    assert steps[-1].to_state == procedure.state
    assert all(after.from_state == before.to_state for before, after in itertools.pairwise(steps))
    kept = {str(path) for path in Document.objects.values_list("stored_path", flat=True)}
    root = Path(settings.MEDIA_ROOT)
    mine = {str(path.relative_to(root)) for path in root.rglob("*.sealed")}
    assert kept <= mine and len(kept) == Document.objects.count()
    assert not list(broken_links())
    return procedure


def sealed_files() -> int:
    return sum(1 for path in Path(settings.MEDIA_ROOT).rglob("*.sealed"))


def test_of_two_who_take_the_same_step_one_wins_and_the_other_is_told_why(cast: Cast) -> None:
    walk(cast, until="start_general_procedure")
    files = sealed_files()
    results = together(take(cast, "close_interview", D1), take(cast, "close_interview", D1, by="supervisor"))
    won, lost = outcomes(results)
    assert len(won) == len(lost) == 1 and lost[0].reasons
    procedure = in_order(cast)
    assert procedure.state == State.CORRECTIONS
    assert procedure.transitions.filter(name="close_interview").count() == 1
    assert procedure.deadlines.filter(rule_code="AA-COR").count() == 1
    assert sealed_files() == files + 1


def test_of_ten_clicks_on_the_same_button_one_counts(cast: Cast) -> None:
    results = together(*[take(cast, "start_registration", date(2026, 3, 17)) for _ in range(10)])
    won, lost = outcomes(results)
    assert (len(won), len(lost)) == (1, 9)
    assert in_order(cast).state == State.REGISTRATION


def test_a_grant_and_a_refusal_at_once_leave_one_decision(cast: Cast) -> None:
    walk(cast, until="close_response")
    files = sealed_files()
    won, lost = outcomes(together(take(cast, "grant", D6), take(cast, "refuse", D6, by="supervisor")))
    assert len(won) == len(lost) == 1
    procedure = in_order(cast)
    granted = won[0].name == "grant"
    assert procedure.state == (State.GRANTED if granted else State.REFUSED)
    assert procedure.outcome == ("GRANT_A" if granted else "UNFOUNDED")
    assert procedure.deadlines.filter(rule_code="FAM-01").exists() is granted
    assert procedure.deadlines.filter(rule_code="APP-1W").exists() is not granted
    letters = cast.case.documents.filter(code__in=["DOC-DEC-POS", "DOC-DEC-NEG"])
    assert letters.count() == 1 and sealed_files() == files + 1


def test_a_withdrawal_that_is_taken_back_while_it_is_confirmed_ends_in_one_of_the_two(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    cast.take("request_withdrawal", date(2026, 3, 20), by="applicant")
    day = date(2026, 3, 23)
    won, lost = outcomes(
        together(take(cast, "retract_withdrawal", day, by="applicant"), take(cast, "confirm_withdrawal", day))
    )
    assert len(won) == len(lost) == 1
    procedure = in_order(cast)
    assert procedure.state == (State.WITHDRAWN if won[0].name == "confirm_withdrawal" else State.PREPARATION)


@pytest.mark.parametrize("complete", [False, True])
def test_what_the_lawyer_files_in_the_last_second_is_in_time_whoever_comes_first(
    cast: Cast, complete: bool
) -> None:
    walk(cast, until="close_interview")
    last_second = at(D2, 23, 59).replace(second=59, microsecond=900_000)
    midnight = at(D3, 0)

    def sweep() -> int:
        lapse_terms(now=midnight)
        return close_lapsed_steps(now=midnight)

    results = together(file(cast, "corrections", last_second, complete=complete), sweep)
    assert not [result for result in results if isinstance(result, Exception)]
    filing = Filing.objects.get()
    assert filing.in_time and filing.received_at == last_second.replace(microsecond=0)
    procedure = in_order(cast)
    term = procedure.deadlines.get(rule_code="AA-COR")
    assert term.state == Deadline.State.MET
    close_lapsed_steps(now=midnight)
    procedure.refresh_from_db()
    assert procedure.state == State.ASSESSMENT
    assert procedure.transitions.filter(name="close_corrections").count() == 1


def test_of_ten_clicks_on_the_button_that_files_one_counts(cast: Cast) -> None:
    walk(cast, until="close_interview")
    files = sealed_files()
    results = together(*[file(cast, "corrections", at(D2, 15), complete=True) for _ in range(10)])
    won, _lost = outcomes(results)
    assert len({filing.receipt_number for filing in won}) == 1 and len(won) == 10
    assert in_order(cast).state == State.ASSESSMENT
    assert sealed_files() == files + 1


def test_a_late_response_and_the_refusal_at_once(cast: Cast) -> None:
    """Either the response is on file when the decision is made known, or its sender hears that it is not."""
    walk(cast, until="close_response")
    files = sealed_files()
    results = together(file(cast, "response", at(D6, 12)), take(cast, "refuse", D6))
    won, lost = outcomes(results)
    assert in_order(cast).state == State.REFUSED
    assert len(won) + len(lost) == 2
    assert Filing.objects.filter(kind="response").count() == len(won)
    assert sealed_files() == files + len(won)


def test_two_planners_who_assign_a_lawyer_at_once_give_one_mandate(cast: Cast) -> None:
    cast.case.mandates.all().delete()
    day = date(2026, 3, 17)
    won, lost = outcomes(
        together(
            take(cast, "assign_lawyer", day, by="planner"), take(cast, "assign_lawyer", day, by="supervisor")
        )
    )
    assert len(won) == len(lost) == 1
    assert cast.case.mandates.count() == 1


def test_two_desks_that_note_the_same_wish_begin_one_procedure(cast: Cast) -> None:
    cast.take("request_withdrawal", date(2026, 3, 17), by="applicant")
    cast.take("confirm_withdrawal", date(2026, 3, 18))

    def wish() -> Procedure:
        day = date(2026, 3, 19)
        return express_wish(cast.case, actor=cast.people["caseworker"], on=day, at=at(day))

    won, lost = outcomes(together(wish, wish, wish))
    assert (len(won), len(lost)) == (1, 2)
    assert cast.case.procedures.open().count() == 1


def test_five_sweeps_at_once_tell_each_reminder_once(cast: Cast) -> None:
    walk(cast, until="close_interview")
    now = at(D2, 15, 1)
    due = Deadline.objects.to_remind(at=now).count()
    assert due >= 2
    before = Notice.objects.count()
    results = together(*[lambda: remind_of_due(now=now)] * 5)
    assert not [result for result in results if isinstance(result, Exception)]
    fresh = Notice.objects.count() - before
    assert sum(results) == fresh > 0
    keys = Notice.objects.filter(key__startswith="deadline:").values_list("key", flat=True)
    assert len(keys) == len(set(keys)) == fresh
    assert remind_of_due(now=now) == 0


def test_five_sweeps_at_once_close_a_step_once(cast: Cast) -> None:
    walk(cast, until="close_interview")
    now = at(D3, 0, 5)

    def sweep() -> int:
        lapse_terms(now=now)
        return close_lapsed_steps(now=now)

    results = together(*[sweep] * 5)
    assert not [result for result in results if isinstance(result, Exception)]
    close_lapsed_steps(now=now)  # what all five left to each other
    procedure = in_order(cast)
    assert procedure.state == State.ASSESSMENT
    assert procedure.transitions.filter(name="close_corrections").count() == 1
    lapsed = cast.case.audit_entries.filter(action="deadline.lapse", target=f"deadline:{_term(procedure).pk}")
    assert lapsed.count() <= 1
    assert _term(procedure).state == Deadline.State.LAPSED


def _term(procedure: Procedure) -> Deadline:
    return procedure.deadlines.get(rule_code="AA-COR")


def test_a_step_and_the_sweep_never_wait_for_each_other(cast: Cast) -> None:
    """The step holds the audit trail and wants the term; the sweep must not do it the other way round."""
    walk(cast, until="close_interview")
    now = at(D3, 9)
    with ThreadPoolExecutor(2) as pool, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext(%s))", [str(cast.case.pk)]
            )
        step = pool.submit(closing_connection(take(cast, "close_corrections", D3, hour=9)))
        wait_until(lambda: waiting_for_the_trail() == 1 or step.done())
        sweep = pool.submit(closing_connection(lambda: lapse_terms(now=now)))
        wait_until(lambda: waiting_for_the_trail() == 2 or sweep.done())
        transaction.set_rollback(True)
    assert step.result(timeout=30).name == "close_corrections"
    sweep.result(timeout=30)
    assert in_order(cast).state == State.ASSESSMENT
    assert _term(cast.procedure).state == Deadline.State.LAPSED


def wish_again(cast: Cast) -> Callable[[], Procedure]:
    """The person withdraws, and makes the wish known again two days later."""
    cast.take("request_withdrawal", date(2026, 3, 17), by="applicant")
    cast.take("confirm_withdrawal", date(2026, 3, 18))
    day = date(2026, 3, 19)
    return lambda: express_wish(
        Case.objects.get(pk=cast.case.pk), actor=cast.people["caseworker"], on=day, at=at(day)
    )


def lodge(cast: Cast) -> Callable[[], Transition]:
    walk(cast, until="start_registration")
    published(valid_from="2026-03-17")
    return take(cast, "lodge_application", date(2026, 3, 17))


def put_under_other_rules(cast: Cast) -> Callable[[], Transition]:
    walk(cast, until="refuse")
    published()
    procedure, day = Procedure.objects.get(pk=cast.procedure.pk), date(2026, 4, 10)
    return lambda: apply_transition(
        procedure,
        "move_to_package",
        actor=cast.people["supervisor"],
        on=day,
        at=at(day),
        package=OTHER,
        reason="x",
    )


@pytest.mark.parametrize(
    ("prepare", "package", "equated", "code", "days"),
    [
        (wish_again, "nl-2021", date(2026, 3, 23), "REG-01", (date(2026, 3, 24), date(2026, 3, 25))),
        (lodge, OTHER, date(2026, 3, 23), "", ()),
        (put_under_other_rules, OTHER, date(2026, 4, 16), "APP-1W", (date(2026, 4, 16), date(2026, 4, 17))),
    ],
)
def test_nobody_changes_the_rules_while_a_procedure_comes_under_them(
    cast: Cast,
    prepare: Callable[[Cast], Callable[[], Any]],
    package: str,
    equated: date,
    code: str,
    days: tuple[date, ...],
) -> None:
    """Else it keeps dates of the rules from before the change, and no list ever shows them."""
    act = prepare(cast)
    now = at(date(2026, 4, 10))
    proposal = amendments.propose(
        RulePackage.objects.get(pk=package),
        kind=Amendment.Kind.EQUATED_DAY,
        on=equated,
        actor=cast.people["supervisor"],
        at=now,
        source="KB",
        confidence="P",
        reason="a new royal decree",
    )
    seen = amendments.affected(proposal, on=now.date()).fingerprint

    def confirm() -> amendments.Reach | StateForbids:
        try:
            return amendments.confirm(proposal, actor=cast.people["supervisor"], at=now, seen=seen)
        except StateForbids as changed:
            return changed

    with ThreadPoolExecutor(2) as pool, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext(%s))", [str(cast.case.pk)]
            )
        step = pool.submit(closing_connection(act))
        wait_until(lambda: waiting_for_the_trail() == 1 or step.done())
        change = pool.submit(closing_connection(confirm))
        wait_until(lambda: waiting_for_a_row() == 1 or change.done())
        waited = not change.done()
        transaction.set_rollback(True)
    step.result(timeout=30)
    confirmed = not isinstance(change.result(timeout=30), StateForbids)
    assert waited
    if code:
        terms = Deadline.objects.filter(procedure__case=cast.case, rule_code=code)
        newest = terms.order_by("-opened_by_id").first()
        assert newest is not None and newest.effective_due_on == days[confirmed]


def test_who_changes_the_rules_finds_the_procedure_free_that_waits_for_them(cast: Cast) -> None:
    """The rules come first and the procedure after them, or the two would wait for each other."""
    walk(cast, until="start_registration")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        RulePackage.objects.select_for_update(no_key=True).get(pk="nl-2021")
        step = pool.submit(closing_connection(take(cast, "lodge_application", date(2026, 3, 17))))
        wait_until(lambda: waiting_for_a_row() == 1 or step.done())
        assert Procedure.objects.select_for_update(no_key=True, nowait=True).get(pk=cast.procedure.pk)
        transaction.set_rollback(True)
    assert step.result(timeout=30).name == "lodge_application"


def closing_connection(act: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return run


def waiting_for_the_trail() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0]


def waiting_for_a_row() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
        return cursor.fetchone()[0]


def wait_until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "this did not come about"
        time.sleep(0.02)


def test_many_at_work_on_many_cases_get_through(cast: Cast) -> None:
    """Steps, filings, sweeps and reminders on two cases at once: all end, each in order."""
    walk(cast, until="close_interview")
    now = at(D3, 0, 5)

    def sweep() -> None:
        for _ in range(4):
            lapse_terms(now=now)
            close_lapsed_steps(now=now)
            remind_of_due(now=now)

    other = cast.people["other_caseworker"]

    def elsewhere() -> None:
        procedure = Procedure.objects.get(pk=cast.other_procedure.pk)
        apply_transition(procedure, "start_registration", actor=other, on=D2, at=now)

    results = together(
        sweep,
        sweep,
        elsewhere,
        file(cast, "corrections", at(D2, 23)),
        file(cast, "evidence", at(D2, 23)),
        file(cast, "confirmation", at(D2, 23), by="applicant"),
        take(cast, "close_corrections", D3, by="lawyer"),
    )
    strange = [
        result for result in results if isinstance(result, Exception) and not isinstance(result, StateForbids)
    ]
    assert not strange
    assert in_order(cast).state == State.ASSESSMENT
    assert Filing.objects.count() == 3
