"""Changes of published rules: proposed, shown with every date that they would move, confirmed, and kept."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asylum_portal.notices.models import Notice
from procedure import amendments
from procedure.actions import apply_transition
from procedure.amendments import Kind
from procedure.calendars import DayKind, LegalCalendar
from procedure.given import Letter
from procedure.guards import StateForbids
from procedure.models import Amendment, DateChange, Deadline, Procedure, RulePackage
from tests.cast import Cast, at, make_cast, walk
from tests.procedure.desk import address, sign_in, words
from tests.together import together

pytestmark = pytest.mark.django_db
D3, D4, D6 = date(2026, 4, 3), date(2026, 4, 7), date(2026, 4, 9)
NOW = at(date(2026, 4, 10))


def law() -> RulePackage:
    return RulePackage.objects.get(pk="nl-2021")


def term(cast: Cast, code: str) -> Deadline:
    found = cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    assert found is not None
    return found


def proposed(cast: Cast, kind: str, **facts: Any) -> Amendment:
    given = {"source": "KB 2026, 12", "confidence": "P", "reason": "a new royal decree", **facts}
    return amendments.propose(law(), kind=kind, actor=cast.supervisor, at=NOW, **given)


def reach(amendment: Amendment, on: date = date(2026, 4, 10)) -> amendments.Reach:
    return amendments.affected(amendment, on=on)


def confirm(cast: Cast, amendment: Amendment, *, by: str = "supervisor") -> amendments.Reach:
    seen = reach(amendment).fingerprint
    return amendments.confirm(amendment, actor=cast.people[by], at=NOW, seen=seen)


def moves(found: amendments.Reach) -> set[tuple[str, date, date]]:
    return {(row.deadline.rule_code, row.from_on, row.to_on) for row in found.terms}


@pytest.fixture
def refused(cast: Cast) -> Cast:
    """After the refusal of 9 April: one week to go to court, four weeks to leave, until Thursday 7 May."""
    return walk(cast, until="refuse")


def test_a_setting_with_named_answers_is_not_changed_to_another(refused: Cast) -> None:
    key = "reporting_slot_on_closed_day"
    with pytest.raises(ValidationError) as wrong:
        proposed(refused, Kind.SETTING, key=key, value="next week")
    assert list(wrong.value.message_dict) == ["value"]
    assert proposed(refused, Kind.SETTING, key=key, value="stays").value == "stays"


# What would move


def test_a_new_day_moves_the_terms_that_end_on_it_and_no_others(refused: Cast) -> None:
    before = {row.pk: row.effective_due_on for row in Deadline.objects.all()}
    assert term(refused, "APP-1W").effective_due_on == date(2026, 4, 16)
    amendment = proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    found = reach(amendment)
    assert moves(found) == {("APP-1W", date(2026, 4, 16), date(2026, 4, 17))}
    # Only looked at: nothing has changed.
    assert {row.pk: row.effective_due_on for row in Deadline.objects.all()} == before
    assert law().changes == [] and not DateChange.objects.exists()


def test_confirming_moves_exactly_those_with_row_entry_and_notice(refused: Cast) -> None:
    amendment = proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    confirm(refused, amendment)
    appeal = term(refused, "APP-1W")
    assert appeal.effective_due_on == appeal.computed_due_on == date(2026, 4, 17)
    assert appeal.derivation["skipped"][-1]["date"] == "2026-04-16"
    (row,) = DateChange.objects.all()
    assert (row.deadline, row.from_on, row.to_on, row.cause) == (
        appeal,
        date(2026, 4, 16),
        date(2026, 4, 17),
        "amendment",
    )
    assert (row.by, row.amendment, row.reason) == (refused.supervisor, amendment, "a new royal decree")
    entry = refused.case.audit_entries.get(action="deadline.move")
    assert entry.data == {"rule": "APP-1W", "from_on": "2026-04-16", "to_on": "2026-04-17"}
    told = Notice.objects.filter(kind="deadline_changed", about=f"deadline:{appeal.pk}")
    assert {notice.recipient for notice in told} == {refused.applicant, refused.lawyer, refused.caseworker}
    # From now on it is the law for everybody.
    assert law().law.calendar.equated[2026][-1].on != date(2026, 4, 16)
    assert LegalCalendar(law().law).why_not_counted(date(2026, 4, 16), DayKind.WORKING_DAY)
    assert not reach_again(refused)


def reach_again(cast: Cast) -> set[tuple[str, date, date]]:
    """What yet another change, far away, would move: nothing is left over from the last one."""
    return moves(reach(proposed(cast, Kind.EQUATED_DAY, on=date(2028, 8, 1))))


def test_a_setting_moves_planned_days_and_open_terms_alike(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    # Good Friday no longer counts as a day of the procedure: it was day 3.
    amendment = proposed(cast, Kind.SETTING, key="aa_counts_equated_days", value="false")
    found = reach(amendment, on=D3)
    assert moves(found) == {("AA-VIEW", D4, date(2026, 4, 8))}
    (days,) = found.days
    assert {number: after for number, (_before, after) in days.dates.items()} == {
        3: D4,
        4: date(2026, 4, 8),
        5: D6,
        6: date(2026, 4, 10),
    }
    amendments.confirm(amendment, actor=cast.supervisor, at=at(D3, 18), seen=found.fingerprint)
    assert [day.on.day for day in cast.procedure.days.all()] == [1, 2, 7, 8, 9, 10]
    assert term(cast, "AA-VIEW").effective_due_on == date(2026, 4, 8)
    assert term(cast, "AA-VIEW").derivation["settings"] == {"aa_counts_equated_days": False}


def test_days_that_are_over_are_left_as_they_were(refused: Cast) -> None:
    assert not reach(proposed(refused, Kind.SETTING, key="aa_counts_equated_days", value=False)).days


def test_a_day_1_that_would_no_longer_count_is_named_with_the_next_one(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    cast.take("complete_preparation", date(2026, 3, 30), day_one_on=D3)
    found = reach(proposed(cast, Kind.SETTING, key="aa_counts_equated_days", value=False), on=D3)
    assert [(row.procedure, row.next_day_one) for row in found.days] == [(cast.procedure, D4)]


def test_a_day_1_that_no_longer_counts_cannot_begin_and_says_why(cast: Cast) -> None:
    """And not that a year is missing."""
    walk(cast, until="begin_preparation")
    cast.take("complete_preparation", date(2026, 3, 30), day_one_on=D3)
    confirm(cast, proposed(cast, Kind.SETTING, key="aa_counts_equated_days", value=False))
    cast.procedure.refresh_from_db()
    with translation.override("en"), pytest.raises(StateForbids) as refusal:
        cast.take("start_general_procedure", D3)
    assert refusal.value.reasons == [
        "Friday 3 April 2026 is no day of the procedure: Good Friday. The next one is Tuesday 7 April 2026."
    ]


def test_a_term_with_a_letter_stays_where_the_letter_put_it(refused: Cast) -> None:
    appeal = term(refused, "APP-1W")
    refused.take(
        "set_letter_date",
        D6,
        hour=12,
        term=str(appeal.pk),
        letter=Letter(date(2026, 4, 20), "as the court wrote"),
    )
    assert not moves(reach(proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))))


def test_time_that_stands_still_is_not_moved_and_follows_the_law_of_the_day_it_runs_again(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    pause = cast.take("pause", D4, ground="health", starts_on=D4, reason="ill").started_suspensions.get()
    amendment = proposed(cast, Kind.EQUATED_DAY, on=date(2026, 4, 20))
    switch = proposed(cast, Kind.SETTING, key="aa_counts_equated_days", value=False)
    assert "AA-VIEW" not in {code for code, *_days in moves(reach(switch))}
    confirm(cast, amendment)
    confirm(cast, switch)
    cast.procedure.refresh_from_db()
    cast.take("resume", date(2026, 4, 20), suspension=str(pause.pk), resumes_on=date(2026, 4, 20))
    # Good Friday does not count any more, so two days were left; and the first of them is no day either.
    assert term(cast, "AA-VIEW").effective_due_on == date(2026, 4, 22)


def test_a_removed_day_and_its_opposite_end_where_they_began(refused: Cast) -> None:
    first = term(refused, "APP-1W").effective_due_on
    confirm(refused, proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16)))
    confirm(refused, proposed(refused, Kind.REMOVED_DAY, on=date(2026, 4, 16)))
    assert term(refused, "APP-1W").effective_due_on == first
    chain = [(row.from_on, row.to_on) for row in term(refused, "APP-1W").changes.all()]
    assert chain == [(first, date(2026, 4, 17)), (date(2026, 4, 17), first)]
    assert len(law().changes) == 2


def test_a_year_that_was_missing_can_be_computed_with_at_once(cast: Cast) -> None:
    with pytest.raises(ValueError, match="no calendar data"):
        LegalCalendar(law().law).why_closed(date(2029, 4, 30))
    confirm(cast, proposed(cast, Kind.YEAR, key="2029", value=["2029-04-30"]))
    assert LegalCalendar(law().law).why_closed(date(2029, 4, 30)).name == "equated day (royal decree)"
    assert LegalCalendar(law().law).why_closed(date(2029, 5, 2)) is None


@pytest.mark.parametrize("switched_on", [True, False])
def test_a_length_that_hangs_on_a_setting_is_found_again_from_what_held_at_the_start(
    cast: Cast, switched_on: bool
) -> None:
    """HAP-01: one week in the cases of Vw 69(2) while the setting is on, and four weeks while it is off."""
    days = {True: date(2026, 5, 11), False: date(2026, 6, 1)}
    walk(cast, until="close_response")
    if not switched_on:
        confirm(cast, proposed(cast, Kind.SETTING, key="higher_appeal_one_week", value=False))
        cast.procedure.refresh_from_db()
    cast.take("refuse", D6)
    cast.take("lodge_appeal", date(2026, 4, 15), by="lawyer")
    cast.take("record_ruling", date(2026, 5, 4), ruling="dismissed")
    assert term(cast, "HAP-01").effective_due_on == days[switched_on]
    other = proposed(cast, Kind.SETTING, key="higher_appeal_one_week", value=not switched_on)
    assert moves(reach(other, date(2026, 5, 5))) == {("HAP-01", days[switched_on], days[not switched_on])}


def test_a_term_follows_the_end_of_another_that_has_been_met(cast: Cast) -> None:
    """Vb 7.3: a stay can be asked for until the time for the appeal ends, also when that was lodged early."""
    walk(cast, until="close_response")
    cast.take("refuse", D6, outcome="MANIFESTLY_UNFOUNDED")
    amendment = proposed(cast, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    move = (date(2026, 4, 16), date(2026, 4, 17))
    assert moves(reach(amendment)) == {("APP-1W", *move), ("APP-PROV", *move)}
    cast.file("appeal", date(2026, 4, 10))
    assert moves(reach(amendment)) == {("APP-PROV", *move)}
    confirm(cast, amendment)
    assert not reach_again(cast)


# What does not fit


WRONG = [
    ({"kind": Kind.SETTING, "key": "no_such_setting", "value": True}, "key"),
    ({"kind": Kind.SETTING, "key": "aa_counts_equated_days", "value": "true"}, "value"),  # as it is
    ({"kind": Kind.SETTING, "key": "aa_counts_equated_days", "value": "perhaps"}, "value"),
    ({"kind": Kind.SETTING, "key": "permit_extension_months_before", "value": "-1"}, "value"),
    ({"kind": Kind.SETTING, "key": "permit_extension_months_before", "value": "soon"}, "value"),
    ({"kind": Kind.SETTING, "key": "permit_extension_months_before", "value": True}, "value"),
    ({"kind": Kind.EQUATED_DAY, "on": None}, "on"),
    ({"kind": Kind.EQUATED_DAY, "on": date(2026, 5, 15)}, "on"),  # there already
    ({"kind": Kind.EQUATED_DAY, "on": date(2026, 4, 18)}, "on"),  # a Saturday
    ({"kind": Kind.EQUATED_DAY, "on": date(2026, 4, 27)}, "on"),  # King's Day
    ({"kind": Kind.EQUATED_DAY, "on": D3}, "on"),  # Good Friday
    ({"kind": Kind.EQUATED_DAY, "on": date(2031, 4, 30)}, "on"),  # an unknown year
    ({"kind": Kind.REMOVED_DAY, "on": date(2026, 4, 16)}, "on"),
    ({"kind": Kind.YEAR, "key": "2026"}, "key"),
    ({"kind": Kind.YEAR, "key": "next"}, "key"),
    ({"kind": Kind.YEAR, "key": "2029", "value": ["2030-04-30"]}, "value"),
    ({"kind": Kind.YEAR, "key": "2029", "value": ["2029-12-25"]}, "value"),
    ({"kind": Kind.EQUATED_DAY, "on": date(2026, 4, 16), "source": " "}, "source"),
    ({"kind": Kind.EQUATED_DAY, "on": date(2026, 4, 16), "reason": ""}, "reason"),
]


@pytest.mark.parametrize(("facts", "field"), WRONG)
def test_a_change_that_does_not_fit_names_its_field(cast: Cast, facts: dict[str, Any], field: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError) as wrong:
        proposed(cast, **facts)
    assert list(wrong.value.message_dict) == [field]
    assert not Amendment.objects.exists()


def test_a_day_that_would_push_a_term_into_an_unknown_year_waits_for_that_year(cast: Cast) -> None:
    assert 2029 not in law().law.calendar.equated
    walk(cast, until="issue_intended_decision")
    # As if a week had begun on 22 December 2028: with its last day gone it would end in 2029.
    view = term(cast, "AA-VIEW")
    view.derivation |= {"start": "2028-12-22", "schedule": None, "day_one": None}
    Deadline.objects.filter(pk=view.pk).update(rule_code="APP-1W", derivation=view.derivation)
    with translation.override("en"), pytest.raises(ValidationError, match="a year that is not known"):
        reach(proposed(cast, Kind.EQUATED_DAY, on=date(2028, 12, 29)))


# Who, and only once


@pytest.mark.parametrize("who", ["administrator", "caseworker", "planner", "auditor", "lawyer", "applicant"])
def test_only_a_supervisor_proposes_and_confirms(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        amendments.propose(
            law(),
            kind=Kind.EQUATED_DAY,
            on=date(2026, 4, 16),
            actor=cast.people[who],
            at=NOW,
            source="x",
            confidence="P",
            reason="x",
        )
    amendment = proposed(cast, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    with pytest.raises(PermissionDenied):
        confirm(cast, amendment, by=who)
    with pytest.raises(PermissionDenied):
        amendments.drop(amendment, actor=cast.people[who], at=NOW)


def test_a_list_that_has_changed_since_it_was_shown_is_refused(refused: Cast) -> None:
    amendment = proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    seen = reach(amendment).fingerprint
    refused.file("appeal", date(2026, 4, 10))
    assert reach(amendment).fingerprint != seen
    with translation.override("en"), pytest.raises(StateForbids, match="has changed since you saw it"):
        amendments.confirm(amendment, actor=refused.supervisor, at=NOW, seen=seen)
    assert law().changes == [] and Amendment.objects.get().confirmed_at is None


def test_a_change_is_confirmed_once(refused: Cast) -> None:
    amendment = proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    seen = reach(amendment).fingerprint
    amendments.confirm(amendment, actor=refused.supervisor, at=NOW, seen=seen)
    with translation.override("en"), pytest.raises(StateForbids, match="confirmed already"):
        amendments.confirm(amendment, actor=refused.supervisor, at=NOW, seen=seen)
    with translation.override("en"), pytest.raises(StateForbids, match="confirmed already"):
        amendments.drop(amendment, actor=refused.supervisor, at=NOW)
    assert len(law().changes) == 1


def test_a_draft_is_changed_in_its_file(cast: Cast) -> None:
    draft = law()
    draft.name, draft.status, draft.valid_from = "nl-draft", "draft", date(2030, 1, 1)
    draft.save(force_insert=True)
    with pytest.raises(StateForbids):
        amendments.propose(
            draft,
            kind=Kind.EQUATED_DAY,
            on=date(2026, 4, 16),
            actor=cast.supervisor,
            at=NOW,
            source="x",
            confidence="P",
            reason="x",
        )


# The database


@pytest.mark.parametrize(
    "change",
    [
        "text = text || ' '",
        "changes = '[]'",
        "changes = changes",
        'changes = \'[{"kind": "year"}, {"kind": "year"}]\'',
        "changes = changes || changes, valid_from = '2020-01-01'",
    ],
)
def test_a_published_package_takes_one_change_after_the_other_and_loses_none(
    refused: Cast, change: str
) -> None:
    confirm(refused, proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16)))
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE procedure_rulepackage SET {change} WHERE name = 'nl-2021'")


def test_a_confirmed_change_stays(refused: Cast) -> None:
    confirm(refused, proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16)))
    for act in (
        lambda: Amendment.objects.update(reason="another"),
        lambda: Amendment.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


# Any day


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.dates(date(2026, 4, 10), date(2026, 6, 30)))
def test_what_is_foreseen_is_what_happens_and_nothing_else(cast: Cast, day: date) -> None:
    if not cast.procedure.lodged_on:
        walk(cast, until="refuse")
    with transaction.atomic():
        before = {row.pk: row.shown_on for row in Deadline.objects.all()}
        try:
            amendment = proposed(cast, Kind.EQUATED_DAY, on=day)
        except ValidationError:
            assert LegalCalendar(law().law).why_closed(day) is not None
        else:
            foreseen = {row.deadline.pk: row.to_on for row in reach(amendment).terms}
            confirm(cast, amendment)
            after = {row.pk: row.shown_on for row in Deadline.objects.all()}
            assert {pk: on for pk, on in after.items() if on != before[pk]} == foreseen
            assert all(row.amendment == amendment for row in DateChange.objects.all())
            for row in Deadline.objects.filter(pk__in=foreseen):
                assert LegalCalendar(law().law).why_closed(row.effective_due_on) is None
                # What only follows the end of another term passes over no day itself.
                skipped = {date.fromisoformat(entry["date"]) for entry in row.derivation["skipped"]}
                assert day in skipped or row.rule.due_of
        transaction.set_rollback(True)


# The pages


def test_a_supervisor_proposes_sees_what_would_move_and_confirms(refused: Cast, stand) -> None:
    stand(NOW.date())
    client = sign_in(refused.supervisor)
    listed = words(client.get(address("packages")))
    assert "nl-2021" in listed and "published" in listed
    page = client.get(address("package", "nl-2021"))
    seen = words(page)
    for part in (
        "aa_counts_equated_days",
        "Friday 15 May 2026",
        "Decision on the application",
        "6 months",
        "read in",
    ):
        assert part in seen, part
    address_of_form = address("propose", "nl-2021") + "?kind=equated_day"
    assert client.get(address_of_form).status_code == 200
    posted = client.post(
        address_of_form,
        {"on": "2026-04-16", "source": "KB 2026, 12", "confidence": "P", "reason": "a new royal decree"},
        follow=True,
    )
    shown = words(posted)
    assert "Thursday 16 April 2026 counts as a public holiday" in shown
    assert "Dates that it would move (1)" in shown
    assert "Appeal to the court (beroep) Thursday 16 April 2026 Friday 17 April 2026" in shown
    change = posted.redirect_chain[-1][0]
    done = client.post(change, {"seen": posted.context["seen"]}, follow=True)
    assert "Dates that it has moved (1)" in words(done) and "Confirmed by" in words(done)
    assert term(refused, "APP-1W").effective_due_on == date(2026, 4, 17)
    assert "Changed since it was published" in words(client.get(address("package", "nl-2021")))
    why = words(sign_in(refused.applicant).get(address("why", term(refused, "APP-1W").pk)))
    assert "A holiday or a rule was changed a new royal decree" in why


def test_an_old_list_is_answered_with_409_and_the_new_one(refused: Cast, stand) -> None:
    stand(NOW.date())
    amendment = proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    client = sign_in(refused.supervisor)
    response = client.post(address("change", amendment.pk), {"seen": "an old list"})
    assert response.status_code == 409
    assert "The list of dates has changed since you saw it" in words(response)
    assert response.context["seen"] == reach(amendment).fingerprint
    assert client.post(address("change", amendment.pk), {"drop": "1"}).status_code == 302
    assert not Amendment.objects.exists()


@pytest.mark.parametrize(
    ("query", "data", "field"),
    [
        ("kind=equated_day", {"on": "2026-02-31"}, "on"),
        ("kind=equated_day", {"on": "2026-05-15"}, "on"),
        ("kind=setting&key=permit_extension_months_before", {"value": "soon"}, "value"),
        ("kind=year", {"year": "2029", "days": "2029-13-45"}, "days"),
        ("kind=year", {"year": "2026", "days": ""}, "year"),
    ],
)
def test_wrong_input_stays_on_the_page_with_its_field(
    cast: Cast, stand, query: str, data: dict, field: str
) -> None:
    stand(NOW.date())
    given = {"source": "KB", "confidence": "P", "reason": "decree", **data}
    response = sign_in(cast.supervisor).post(f"{address('propose', 'nl-2021')}?{query}", given)
    assert response.status_code == 400 and field in response.context["form"].errors
    assert not Amendment.objects.exists()


def test_who_may_read_and_who_may_change(refused: Cast, stand) -> None:
    stand(NOW.date())
    amendment = proposed(refused, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    pages = {
        "package": address("package", "nl-2021"),
        "change": address("change", amendment.pk),
        "propose": address("propose", "nl-2021") + "?kind=equated_day",
    }
    expected = {
        "supervisor": (200, 200, 200),
        "other_supervisor": (200, 200, 200),
        "administrator": (200, 200, 403),
        "caseworker": (200, 403, 403),
        "auditor": (200, 403, 403),
        "lawyer": (403, 403, 403),
        "applicant": (403, 403, 403),
        "reception": (403, 403, 403),
    }
    for who, codes in expected.items():
        client = sign_in(refused.people[who])
        assert tuple(client.get(url).status_code for url in pages.values()) == codes, who
    seen = words(sign_in(refused.administrator).get(pages["change"]))
    assert "Friday 17 April 2026" in seen and refused.case.number not in seen
    assert "Confirm the change" not in seen
    assert sign_in(refused.administrator).post(pages["change"], {"seen": "x"}).status_code == 403


def test_pages_of_rules_that_are_not_there(cast: Cast) -> None:
    client = sign_in(cast.supervisor)
    assert client.get(address("package", "nl-1815")).status_code == 404
    for query in ("", "?kind=weather", "?kind=setting&key=none"):
        assert client.get(address("propose", "nl-2021") + query).status_code == 404


def test_no_procedure_is_left_out(cast: Cast) -> None:
    """Of every case under these rules, whoever works on it."""
    walk(cast, until="start_registration")
    every = {
        row.deadline.procedure_id
        for row in reach(proposed(cast, Kind.EQUATED_DAY, on=date(2026, 3, 20))).terms
    }
    assert every == set(Procedure.objects.values_list("pk", flat=True))


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_does(transactional_db: None) -> None:
    cast = walk(make_cast(), until="refuse")
    amendment = proposed(cast, Kind.EQUATED_DAY, on=date(2026, 4, 16))
    seen = reach(amendment).fingerprint

    def act() -> amendments.Reach:
        mine = Amendment.objects.get(pk=amendment.pk)
        return amendments.confirm(mine, actor=cast.supervisor, at=NOW, seen=seen)

    answers = together(act, act, act)
    assert sum(isinstance(answer, StateForbids) for answer in answers) == 2, answers
    assert len(law().changes) == 1 and DateChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_term_is_opened_under_rules_that_were_changed_at_that_moment(transactional_db: None) -> None:
    """The step comes first and the list is an old one, or the change does and the step counts by it."""
    cast = walk(make_cast(), until="close_corrections")
    amendment = proposed(cast, Kind.SETTING, key="aa_counts_equated_days", value=False)
    seen = amendments.affected(amendment, on=D3).fingerprint
    inputs = cast.usual("issue_intended_decision", D3)

    def change() -> amendments.Reach:
        mine = Amendment.objects.get(pk=amendment.pk)
        return amendments.confirm(mine, actor=cast.supervisor, at=at(D3, 12), seen=seen)

    def step() -> Any:
        procedure = Procedure.objects.get(pk=cast.procedure.pk)
        return apply_transition(
            procedure, "issue_intended_decision", actor=cast.caseworker, on=D3, at=at(D3, 12), **inputs
        )

    changed, taken = together(change, step)
    view = Deadline.objects.filter(rule_code="AA-VIEW").first()
    if isinstance(changed, StateForbids):
        assert law().changes == [] and view is not None and view.effective_due_on == D4
    elif isinstance(taken, Exception):
        # By the new law the day for the intended decision has not come yet.
        assert isinstance(taken, StateForbids) and view is None
    else:
        assert view is not None and view.effective_due_on == date(2026, 4, 8)
