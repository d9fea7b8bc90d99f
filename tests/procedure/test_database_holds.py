"""What the database itself refuses, whatever the code above it does."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from asylum_portal.accounts.models import User
from cases.actions import send_message
from cases.audit import broken_links, record
from cases.models import AuditEntry, Document, Mandate, Message
from procedure.actions import StateForbids, express_wish
from procedure.machines import steps_of
from procedure.models import Deadline, Filing, Procedure, ProcedureDay, RulePackage, Transition
from procedure.states import State
from tests.cast import Cast, at, load_law, make_cast, walk

D2 = date(2026, 4, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return walk(make_cast(), until="close_corrections")


def refused(act: Callable[[], Any]) -> str:
    """Run it as the portal's own role; what the database says against it, at once or at commit."""

    def to_the_end() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            act()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as caught:
        to_the_end()
    return str(caught.value).splitlines()[0]


def sql(text: str, *values: Any) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, values)

    return run


# The state


def test_a_jump_of_states_is_refused_by_orm_and_sql(cast: Cast) -> None:
    procedure = cast.procedure
    for jump in (
        lambda: Procedure.objects.filter(pk=procedure.pk).update(state=State.CLOSED),
        lambda: Procedure.objects.update(state=State.GRANTED),
        sql("UPDATE procedure_procedure SET state = 'closed' WHERE id = %s", procedure.pk),
        sql("UPDATE procedure_procedure SET state = 'no such state' WHERE id = %s", procedure.pk),
    ):
        assert "procedure_procedure does not go from" in refused(jump)


def test_every_pair_that_the_machine_does_not_know_is_refused(cast: Cast) -> None:
    """From where the case stands now, to each other state."""
    steps = [getattr(Procedure, name)._django_fsm for name in steps_of(Procedure)]
    here = [step.get_transition(cast.procedure.state) for step in steps]
    allowed = {step.target for step in here if step is not None}
    for state in State:
        if state == cast.procedure.state:
            continue
        words = refused(
            sql("UPDATE procedure_procedure SET state = %s WHERE id = %s", state, cast.procedure.pk)
        )
        assert ("needs its row in the history" if state in allowed else "does not go from") in words


def test_even_an_allowed_change_of_state_needs_its_row_in_the_history(cast: Cast) -> None:
    procedure = cast.procedure
    assert procedure.state == State.ASSESSMENT

    def save() -> None:
        procedure.event_on = date(2026, 4, 3)
        procedure.issue_intended_decision()
        procedure.save()

    for change in (
        save,
        lambda: Procedure.objects.filter(pk=procedure.pk).update(state=State.GRANTED),
        sql("UPDATE procedure_procedure SET state = 'granted' WHERE id = %s", procedure.pk),
    ):
        assert "needs its row in the history" in refused(change)


def test_the_history_of_an_earlier_transaction_does_not_count(transactional_db: None) -> None:
    cast = walk(make_cast(), until="start_registration")
    Transition.objects.create(
        procedure=cast.procedure,
        name="lodge_application",
        from_state=State.REGISTRATION,
        to_state=State.LODGED,
        actor=cast.people["caseworker"],
        actor_role="caseworker",
        on=D2,
        at=at(D2),
        package_name="nl-2021",
    )
    change = sql(
        "UPDATE procedure_procedure SET state = 'application_lodged' WHERE id = %s", cast.procedure.pk
    )
    assert "needs its row in the history" in refused(change)


def test_a_procedure_begins_with_the_wish_and_not_in_the_middle(cast: Cast) -> None:
    def create(state: str) -> Callable[[], Any]:
        package = load_law()
        return lambda: Procedure.objects.create(
            case=cast.other_case, state=state, package=package, wish_expressed_on=D2
        )

    assert "does not begin with granted" in refused(create(State.GRANTED))
    assert "one_open_procedure_a_case" in refused(create(State.WISH_EXPRESSED))


def test_a_second_application_waits_for_the_end_of_the_first(cast: Cast) -> None:
    with pytest.raises(StateForbids):
        express_wish(cast.case, actor=cast.people["caseworker"], on=D2, at=at(D2))
    cast.take("request_withdrawal", D2, by="applicant", hour=17)
    cast.take("confirm_withdrawal", D2, hour=18)
    again = express_wish(cast.case, actor=cast.people["caseworker"], on=D2, at=at(D2, 19))
    assert again.state == State.WISH_EXPRESSED and cast.case.procedures.count() == 2


# What is only added to


@pytest.mark.parametrize("model", [AuditEntry, Transition, Filing, Message, Document])
def test_rows_of_the_record_are_neither_changed_nor_deleted(cast: Cast, model: Any) -> None:
    send_message(cast.case, channel="service", body="hello", actor=cast.people["lawyer"], at=at(D2))
    table, row = model._meta.db_table, model.objects.latest(*[_moment_of(model)])
    assert "append-only: DELETE refused" in refused(sql(f"DELETE FROM {table} WHERE id = %s", row.pk))
    assert "append-only: DELETE refused" in refused(
        lambda: model.objects.filter(pk=row.pk)._raw_delete("default")
    )
    if model is not Document:  # its scan can still end
        touch = {_moment_of(model): F(_moment_of(model)) + timedelta(days=1)}
        assert "append-only: UPDATE refused" in refused(
            lambda: model.objects.filter(pk=row.pk).update(**touch)
        )
        assert "append-only: UPDATE refused" in refused(sql(f"UPDATE {table} SET id = id"))


def _moment_of(model: Any) -> str:
    return {"filing": "received_at", "document": "received_at", "message": "sent_at"}.get(
        model._meta.model_name, "at"
    )


@pytest.mark.parametrize(
    "field", ["case_id", "code", "received_sha256", "stored_path", "received_at", "uploaded_by_id"]
)
def test_of_a_document_only_the_scan_and_the_conclusion_come_later(cast: Cast, field: str) -> None:
    document = cast.case.documents.latest("received_at")
    other = {
        "case_id": str(cast.other_case.pk),
        "received_at": at(D2, 23),
        "uploaded_by_id": cast.people["planner"].pk,
    }.get(field, "other")
    change = sql(f"UPDATE cases_document SET {field} = %s WHERE id = %s", other, document.pk)
    assert "what was filed is not changed" in refused(change)
    Document.objects.filter(pk=document.pk).update(status=Document.Status.QUARANTINED)
    Document.objects.filter(pk=document.pk).update(status=Document.Status.AVAILABLE)


@pytest.mark.parametrize(
    "table",
    ["cases_auditentry", "cases_message", "cases_document", "procedure_transition", "procedure_filing"],
)
def test_nothing_of_the_record_is_truncated(cast: Cast, table: str) -> None:
    with connection.cursor() as cursor:
        # The suite alone lets its connections truncate; the portal's do not.
        cursor.execute("SET LOCAL portal.allow_truncate = 'off'")
        # Pending checks at commit would be in the way of TRUNCATE themselves.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "append-only: TRUNCATE refused" in refused(sql(f"TRUNCATE {table} CASCADE"))


def test_the_portal_is_not_allowed_to_truncate_outside_the_suite() -> None:
    folder = Path(settings.BASE_DIR, "asylum_portal", "settings")
    named_in = [
        path.name for path in folder.glob("*.py") if "allow_truncate" in path.read_text(encoding="utf-8")
    ]
    assert named_in == ["test.py"]


@pytest.mark.parametrize("change", ["text = text || ' '", "valid_from = '2020-01-01'", "status = 'draft'"])
def test_a_published_package_is_never_changed(cast: Cast, change: str) -> None:
    assert "append-only: UPDATE refused" in refused(sql(f"UPDATE procedure_rulepackage SET {change}"))
    assert "append-only: DELETE refused" in refused(sql("DELETE FROM procedure_rulepackage"))
    draft = RulePackage.objects.get()
    draft.name, draft.status, draft.valid_from = "nl-draft", "draft", date(2030, 1, 1)
    draft.save(force_insert=True)
    draft.title = "a draft may change"
    draft.save()


# Single rows that must be true in themselves


def test_the_effective_day_is_that_of_the_letter_or_the_computed_one(cast: Cast) -> None:
    terms = Deadline.objects.filter(procedure=cast.procedure, rule_code="AA-OUT")
    later = date(2026, 5, 1)
    assert "effective_due_is" in refused(lambda: terms.update(effective_due_on=later))
    assert "letter_that_differs" in refused(lambda: terms.update(effective_due_on=later, letter_due_on=later))
    change = {"effective_due_on": later, "letter_due_on": later, "letter_reason": "as the letter says"}
    assert "needs its row in the ledger" in refused(lambda: terms.update(**change))


def test_a_term_that_is_settled_says_when_and_one_that_is_open_does_not(cast: Cast) -> None:
    terms = Deadline.objects.filter(procedure=cast.procedure, rule_code="AA-OUT")
    assert "settled_deadline_says_when" in refused(lambda: terms.update(state="met"))
    assert "settled_deadline_says_when" in refused(lambda: terms.update(settled_at=at(D2)))


def test_a_rule_has_one_open_term_in_a_procedure(cast: Cast) -> None:
    term = Deadline.objects.get(procedure=cast.procedure, rule_code="AA-OUT")
    term.pk = None
    term._state.adding = True
    assert "one_open_deadline_a_rule" in refused(term.save)


def test_a_day_has_one_number_and_a_number_one_day(cast: Cast) -> None:
    days = ProcedureDay.objects.filter(procedure=cast.procedure)
    assert "one_number_a_day" in refused(lambda: days.filter(number=2).update(on=date(2026, 4, 1)))
    assert "one_day_a_number" in refused(lambda: days.filter(number=2).update(number=1))


def test_a_filing_for_a_term_keeps_its_end(cast: Cast) -> None:
    filing = Filing.objects.get(kind="corrections")
    filing.pk, filing.receipt_number, filing.due_at = None, "R2026-X", None
    filing._state.adding = True
    filing.document = cast.case.documents.of_type("DOC-APPFORM").get()
    assert "filing_for_a_term_keeps_its_end" in refused(filing.save)


def test_two_lawyers_do_not_both_hold_the_mandate_without_end(cast: Cast) -> None:
    second = Mandate(case=cast.case, holder=cast.people["other_lawyer"], starts_on=D2)
    assert "one_open_mandate_a_case" in refused(second.save)
    backwards = Mandate(
        case=cast.case, holder=cast.people["other_lawyer"], starts_on=D2, ends_on=D2 - timedelta(days=1)
    )
    assert "ends_after_it_starts" in refused(backwards.save)


# The audit trail


def tamper(change: str, *values: Any) -> None:
    """What somebody with the rights of the table's owner could do behind the portal's back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_auditentry DISABLE TRIGGER audit_is_append_only")
        cursor.execute(change, values)
        cursor.execute("ALTER TABLE cases_auditentry ENABLE TRIGGER audit_is_append_only")


@pytest.mark.parametrize(
    "change",
    [
        "action = 'case.open'",
        "actor_id = NULL",
        "at = at + interval '1 second'",
        'data = \'{"on": "2026-01-01"}\'',
        "purpose = 'nothing'",
        "role = ''",
        "sequence = sequence + 1000",
    ],
)
def test_a_changed_row_of_the_audit_trail_is_found(cast: Cast, change: str) -> None:
    assert list(broken_links()) == []
    row = cast.case.audit_entries.order_by("sequence")[3]
    tamper(f"UPDATE cases_auditentry SET {change} WHERE id = %s", row.pk)
    assert row.pk in list(broken_links())


def test_a_row_that_was_taken_out_of_the_middle_is_found(cast: Cast) -> None:
    row, following = cast.case.audit_entries.order_by("sequence")[3:5]
    tamper("DELETE FROM cases_auditentry WHERE id = %s", row.pk)
    assert following.pk in list(broken_links())


def test_a_row_with_a_new_hash_breaks_the_link_after_it(cast: Cast) -> None:
    row, following = cast.case.audit_entries.order_by("sequence")[3:5]
    tamper("UPDATE cases_auditentry SET role = 'nobody' WHERE id = %s", row.pk)
    tamper("UPDATE cases_auditentry AS e SET hash = cases_audit_digest(e) WHERE id = %s", row.pk)
    assert list(broken_links()) == [following.pk]


def test_each_case_has_a_chain_of_its_own(cast: Cast) -> None:
    before = {row.chain for row in AuditEntry.objects.all()}
    assert before == {str(cast.case.pk), str(cast.other_case.pk)}
    record(User.objects.system(), "portal.start", at=at(D2))
    assert AuditEntry.objects.get(chain="portal").sequence == 1
    for chain in before:
        numbers = (
            AuditEntry.objects.filter(chain=chain).order_by("sequence").values_list("sequence", flat=True)
        )
        assert list(numbers) == list(range(1, len(numbers) + 1))
