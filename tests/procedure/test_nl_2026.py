"""The draft package nl-2026: what was read has its length, the rest waits for the letter."""

import json
from datetime import date, datetime

import pytest

from procedure import machines
from procedure.law_words import PROCEDURE_STEPS, STATES, Mode
from procedure.management.commands.explain_term import Command as ExplainTerm
from procedure.management.commands.plan_days import Command as PlanDays
from procedure.models import Procedure, RulePackage
from procedure.rules import find_package
from procedure.states import State
from procedure.terms import LetterDecides, compute
from tests.cast import load_law, make_cast, walk

EU = find_package("nl-2026")
NL = find_package("nl-2021")


def test_it_is_a_draft_for_applications_from_the_day_of_the_pact():
    assert (EU.name, EU.status, EU.valid_from) == ("nl-2026", "draft", date(2026, 6, 12))


# Lengths that were read


@pytest.mark.parametrize(
    ("code", "start", "ground", "due_on"),
    [
        ("SCR-7D", "2026-06-15", None, "2026-06-22"),
        ("OVA-LOD", "2026-06-15", None, "2026-07-06"),
        ("OVA-LOD", "2026-06-13", None, "2026-07-06"),  # Saturday 4 July runs on to Monday
        ("DEC-06M", "2026-07-06", None, "2027-01-06"),
        ("ACC-03M", "2026-07-01", None, "2026-10-01"),
        ("ADM-02M", "2026-07-01", None, "2026-09-01"),
        ("ADM-10W", "2026-07-01", None, "2026-07-15"),
        ("DUB-01", "2026-07-01", None, "2026-09-01"),
        ("DUB-01", "2026-07-03", "hit", "2026-08-03"),
        ("DUB-01D", "2026-07-01", None, "2026-07-15"),
        ("DUB-02D", "2026-07-01", None, "2026-07-08"),
        ("DUB-07", "2026-07-01", None, "2026-07-15"),
        ("DUB-04", "2026-07-01", None, "2027-01-04"),  # New Year's Day and the weekend after it
        ("FAM-01", "2026-07-01", None, "2026-10-01"),
        ("FAM-B2Y", "2026-07-01", None, "2028-07-01"),
    ],
)
def test_a_length_that_was_read_gives_its_last_day(code, start, ground, due_on):
    term = compute(EU.rule(code), date.fromisoformat(start), package=EU, ground=ground)
    assert term.due_on.isoformat() == due_on


def test_twelve_weeks_at_the_border_end_at_the_minute():
    term = compute(EU.rule("BOR-12W"), datetime(2026, 6, 15, 10, 20), package=EU)
    assert term.due_at.isoformat() == "2026-09-07T10:20:00+02:00"


@pytest.mark.parametrize(
    ("code", "confidence"),
    [
        ("SCR-7D", "P"),
        ("OVA-LOD", "P"),
        ("ACC-03M", "P"),
        ("ADM-02M", "P"),
        ("ADM-10W", "P"),
        ("DUB-01", "P"),
        ("DUB-07", "P"),
        ("DUB-04", "P"),
        ("DEC-06M", "S"),
        ("BOR-12W", "S"),
        ("FAM-01", "S"),
        ("FAM-B2Y", "S"),
        ("SCR-3D", "M"),
        ("OVA-REG", "M"),
        ("DEC-EXT", "M"),
        ("APP-EU", "M"),
        ("HAP-EU", "M"),
        ("REPORT-EU", "M"),
        ("EU-VIEW", "M"),
    ],
)
def test_each_length_says_how_sure_it_is(code, confidence):
    assert EU.rule(code).confidence == confidence


# What nobody has confirmed


def test_nothing_that_is_only_remembered_has_a_length():
    """But for the portal's own planning norm and the report of the day itself."""
    counted = {rule.code for rule in EU.rules.values() if rule.confidence == "M" and rule.length is not None}
    assert counted == {"PER-01", "REP-01"}


def test_a_setting_without_a_confirmed_source_is_empty_and_its_note_says_why():
    empty = [spec for spec in EU.settings.values() if spec.value is None]
    assert len(empty) >= 10
    for spec in empty:
        assert spec.confidence == "M", spec.key
        assert any(said in spec.note for said in ("not read", "not seen")), spec.key
    assert {"permit_years_refugee", "permit_years_subsidiary", "permanent_permit_available"} <= {
        spec.key for spec in empty
    }


@pytest.mark.parametrize(
    "code",
    [
        rule.code
        for rule in EU.rules.values()
        if rule.mode == Mode.LETTER or (rule.length_setting and EU.values[rule.length_setting] is None)
    ],
)
def test_a_term_whose_length_nobody_confirmed_takes_the_date_of_the_letter(code):
    rule = EU.rule(code)
    assert rule.takes_letter(EU.values)
    assert rule.check_the_letter
    with pytest.raises(LetterDecides):
        compute(rule, date(2026, 7, 1), package=EU)


def test_a_confirmed_value_gives_the_term_its_length():
    known = EU.with_settings(registration_days=5)
    term = compute(known.rule("OVA-REG"), date(2026, 7, 1), package=known)
    assert term.due_on == date(2026, 7, 6)


def test_whatever_was_not_read_in_a_law_says_so_in_its_note():
    rows = [*EU.rules.values(), *EU.suspensions.values(), *EU.extensions.values()]
    assert [row.code for row in rows if not row.note] == []


# The part of the machine that is left


def test_the_old_road_is_gone_and_the_new_steps_are_there():
    gone = NL.graph.steps - EU.graph.steps
    assert {
        "start_application_interview",
        "begin_preparation",
        "complete_preparation",
        "start_general_procedure",
        "refer_to_extended",
        "announce_repeat_application",
        "hold_one_day_test",
    } <= gone
    assert EU.graph.steps - NL.graph.steps == {"open_preparation", "choose_track", "decide_without_intention"}
    assert "issue_intended_decision" in EU.graph.steps
    assert EU.graph.tracks == {"general", "accelerated", "admissibility", "dublin"}
    assert EU.graph.titles.keys() == EU.graph.tracks
    assert not EU.schedules


def test_the_terms_of_the_old_road_do_not_exist():
    old = {"RVT-01", "RVT-03", "AA-INT", "AA-COR", "AA-OUT", "AA-VIEW", "AA-DEC", "AA-EXT"}
    assert old & EU.rules.keys() == set()
    assert [code for code in EU.rules if code.startswith("HAS-")] == []


def steps_within():
    """(step, from, to) of the procedure, of the steps that this package has, between its states."""
    for name in sorted(EU.graph.steps & PROCEDURE_STEPS - set(machines.BEGINNINGS)):
        declared = getattr(Procedure, name)._django_fsm
        for state in sorted(EU.graph.states):
            if not declared.has_transition(state):
                continue
            step = declared.get_transition(state)
            places = step.custom["places"]
            if places and all(state not in places.get(track, ()) for track in EU.graph.tracks):
                continue
            yield name, state, step.target


def test_no_step_leads_out_of_the_states_that_the_package_has():
    outside = [
        (name, target)
        for name, _, target in steps_within()
        if isinstance(target, str) and target not in EU.graph.states
    ]
    assert outside == []


def test_every_state_is_reached_and_every_open_one_is_left():
    moves = [(state, target) for _, state, target in steps_within() if target is not None and target != state]
    reached = {target for _, target in moves if isinstance(target, str)} | {State.WISH_EXPRESSED.value}
    assert reached == EU.graph.states
    assert {state for state, _ in moves} >= EU.graph.states - {State.CLOSED.value}
    assert EU.graph.states < STATES


def test_every_term_is_opened_by_a_step_but_those_that_nobody_needs_to_open():
    # Ten working days are chosen by hand, a weekly report has its own days, and a longer period to decide is
    # only brought along from the older law.
    assert {rule.code for rule in EU.rules.values() if not rule.starts} == {"ADM-10W", "REP-01", "DEC-EXT"}


def test_the_period_to_decide_gets_more_time_on_the_ground_that_the_notice_names():
    """The step of the older law asks for a ground of Vw 42, which this law does not have."""
    assert "extend_decision_period" not in EU.graph.steps
    (more,) = EU.extensions_of("DEC-06M")
    assert (more.code, more.confidence, set(more.grounds)) == ("decision", "M", {"notice"})
    # What is only remembered limits nobody.
    assert (more.most_days, more.most_months, more.most_total_months) == (None, None, None)


@pytest.mark.django_db
def test_under_the_pact_more_time_to_decide_can_be_given():
    cast = walk(make_cast(), until="close_interview")
    load_law("nl-2026")
    RulePackage.objects.filter(pk="nl-2026").update(status="published", valid_from="2026-01-01")
    on = date(2026, 4, 2)
    cast.take("move_to_package", on, by="supervisor", package="nl-2026", reason="The person asked for it")
    term = cast.procedure.deadlines.running().get(rule_code="DEC-06M")
    inputs = {"term": str(term.pk), "until": date(2026, 12, 1), "ground": "notice", "reason": "The notice"}
    cast.take("extend_term", on, **inputs)
    term = cast.procedure.deadlines.running().get(rule_code="DEC-06M")
    assert (term.effective_due_on, term.extension, term.extension_ground) == (
        date(2026, 12, 1),
        "decision",
        "notice",
    )


def test_each_term_that_a_step_opens_can_also_end():
    for rule in EU.rules.values():
        if rule.starts:
            assert rule.met_by or rule.met_by_documents or rule.cancelled_by, rule.code


@pytest.mark.parametrize(
    ("step", "track", "circumstances", "codes"),
    [
        ("express_wish", "general", {"border"}, {"SCR-7D", "OVA-REG"}),
        ("express_wish", "general", set(), {"SCR-3D", "OVA-REG"}),
        ("start_registration", "general", set(), {"OVA-LOD"}),
        ("lodge_application", "general", set(), {"DEC-06M"}),
        ("choose_track", "general", set(), set()),
        ("choose_track", "accelerated", set(), {"ACC-03M"}),
        ("choose_track", "admissibility", set(), {"ADM-02M"}),
        ("choose_track", "dublin", set(), {"DUB-01"}),
        ("choose_track", "dublin", {"detained"}, {"DUB-01D"}),
        ("close_interview", "general", set(), {"REPORT-EU"}),
        ("issue_intended_decision", "general", set(), {"EU-VIEW"}),
        ("decide_without_intention", "general", set(), set()),
        ("give_notice_of_default", "general", set(), {"DEF-01"}),
        ("send_hearing_report", "general", set(), {"WD-02"}),
        ("accept_claim", "dublin", set(), {"DUB-03", "DUB-07", "DUB-04"}),
        ("refuse", "general", {"suspensive"}, {"APP-EU", "RET-01"}),
        ("refuse", "accelerated", {"not_suspensive"}, {"APP-EU", "APP-PROV", "RET-01"}),
        ("refuse", "accelerated", {"not_suspensive", "leaves_at_once"}, {"APP-EU", "APP-PROV"}),
    ],
)
def test_each_step_opens_its_terms(step, track, circumstances, codes):
    opened = EU.opened_by(step, track=track, circumstances=circumstances)
    assert {rule.code for rule in opened} == codes


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("GRANT_A", "FAM-01"), *((grant, "FAM-B2Y") for grant in ("GRANT_B1", "GRANT_B2", "GRANT_B3"))],
)
def test_family_waits_two_years_with_subsidiary_protection(outcome, code):
    opened = EU.opened_by("grant", track="general", outcome=outcome)
    assert [rule.code for rule in opened] == [code]


# Shown from the keyboard


@pytest.fixture
def run(capsys):
    def run(command, *arguments):
        code = 0
        try:
            command.run_from_argv(["manage.py", command.__module__.rsplit(".", 1)[-1], *arguments])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize("code", EU.rules)
def test_every_term_can_be_explained_or_says_that_the_letter_decides(run, code):
    start = "2026-07-01T10:00" if EU.rule(code).mode == Mode.HOURS_OR_LIBERTY else "2026-07-01"
    exit_code, out, err = run(
        ExplainTerm(), "--package", "nl-2026", "--rule", code, "--start", start, "--json"
    )
    assert (exit_code, err) == (0, "")
    answer = json.loads(out)
    assert answer["package"] == "nl-2026"
    assert bool(answer["due_on"]) is not EU.rule(code).takes_letter(EU.values)


def test_there_are_no_days_to_plan(run):
    code, out, err = run(PlanDays(), "--package", "nl-2026", "--schedule", "AA6", "--start", "2026-07-01")
    assert (code, out) == (2, "")
    assert "no schedule 'AA6'; known: none" in err
