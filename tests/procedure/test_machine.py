"""The state machine against the model's table (C2), written out by hand, and its three other copies."""

from importlib import import_module

import pytest
from django.utils import translation
from django_fsm import FSMFieldMixin

from asylum_portal.accounts.models import Role
from procedure.access import ACTORS
from procedure.models import Procedure
from procedure.rule_rows import TRANSITIONS
from procedure.states import OPEN, OUTCOMES, PHASE_OF, State

# The columns: every state, in the order of the procedure.
STATES = {
    "WIS": State.WISH_EXPRESSED,
    "REG": State.REGISTRATION,
    "LOD": State.LODGED,
    "INT": State.APPLICATION_INTERVIEW,
    "TRI": State.TRIAGE,
    "RVT": State.PREPARATION,
    "RDY": State.READY,
    "NG": State.INTERVIEW,
    "COR": State.CORRECTIONS,
    "ASS": State.ASSESSMENT,
    "VOO": State.INTENDED_DECISION,
    "DEC": State.DECISION,
    "VA": State.EXTENDED_INVESTIGATION,
    "GRA": State.GRANTED,
    "REF": State.REFUSED,
    "WDR": State.WITHDRAWN,
    "CLO": State.CLOSED,
}

# The rows: every step. A name is the state to which it leads, = stays in the same, . cannot be taken.
TABLE = """
                             WIS REG LOD INT TRI RVT RDY NG  COR ASS VOO DEC VA  GRA REF WDR CLO
start_registration           REG .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
lodge_application            .   LOD .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
start_application_interview  .   .   INT .   .   .   .   .   .   .   .   .   .   .   .   .   .
finish_application_interview .   .   .   TRI .   .   .   .   .   .   .   .   .   .   .   .   .
begin_preparation            .   .   .   .   RVT .   .   .   .   .   .   .   .   .   .   .   .
choose_nine_days             .   .   .   .   .   =   =   .   .   .   .   .   .   .   .   .   .
complete_preparation         .   .   .   .   .   RDY .   .   .   .   .   .   .   .   .   .   .
start_general_procedure      .   .   .   .   .   .   NG  .   .   .   .   .   .   .   .   .   .
close_interview              .   .   .   .   .   .   .   COR .   .   .   .   .   .   .   .   .
close_corrections            .   .   .   .   .   .   .   .   ASS .   .   .   .   .   .   .   .
issue_intended_decision      .   .   .   .   .   .   .   .   .   VOO .   .   .   .   .   .   .
close_response               .   .   .   .   .   .   .   .   .   .   DEC .   .   .   .   .   .
reconsider                   .   .   .   .   .   .   .   .   .   .   .   VOO .   .   .   .   .
extend_general_procedure     .   .   .   .   .   .   .   =   =   =   =   =   .   .   .   .   .
refer_to_extended            .   .   .   .   .   .   .   VA  VA  VA  VA  VA  .   .   .   .   .
plan_extended_interview      .   .   .   .   .   .   .   .   .   .   .   .   =   .   .   .   .
close_extended_interview     .   .   .   .   .   .   .   .   .   .   .   .   COR .   .   .   .
skip_extended_interview      .   .   .   .   .   .   .   .   .   .   .   .   ASS .   .   .   .
extend_decision_period       .   .   .   .   .   .   =   =   =   =   =   =   =   .   .   .   .
extend_response_term         .   .   .   .   .   .   .   .   .   .   =   .   .   .   .   .   .
grant                        .   .   .   .   .   .   .   .   .   GRA GRA GRA .   .   .   .   .
refuse                       .   .   .   .   .   .   .   .   .   .   REF REF .   .   .   .   .
request_withdrawal           =   =   =   =   =   =   =   =   =   =   =   =   =   .   .   .   .
retract_withdrawal           =   =   =   =   =   =   =   =   =   =   =   =   =   .   .   .   .
confirm_withdrawal           WDR WDR WDR WDR WDR WDR WDR WDR WDR WDR WDR WDR WDR .   .   .   .
close                        .   .   .   .   .   .   .   .   .   .   .   .   .   CLO CLO CLO .
assign_lawyer                =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   .
change_lawyer                =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   =   .
"""

# Who takes which step: A applicant, G guardian, L lawyer, C caseworker, P planner, S supervisor, T the clock.
# The registering, interviewing and deciding officers are caseworkers here, the coordinators supervisors;
# the Legal Aid Board, which assigns lawyers, has no account, so planners record what it decides.
WHO = """
start_registration           C S
lodge_application            C S
start_application_interview  C S
finish_application_interview C S
begin_preparation            C S
choose_nine_days             C P S
complete_preparation         C P S
start_general_procedure      C P S
close_interview              C S
close_corrections            L C S T
issue_intended_decision      C S
close_response               L C S T
reconsider                   C S
extend_general_procedure     C S
refer_to_extended            C S
plan_extended_interview      C P S
close_extended_interview     C S
skip_extended_interview      C S
extend_decision_period       C S
extend_response_term         C S
grant                        C S
refuse                       C S
request_withdrawal           A G L
retract_withdrawal           A G L
confirm_withdrawal           C S
close                        C S
assign_lawyer                C P S
change_lawyer                C P S
"""
LETTERS = {
    "A": Role.APPLICANT,
    "G": Role.GUARDIAN,
    "L": Role.LAWYER,
    "C": Role.CASEWORKER,
    "P": Role.PLANNER,
    "S": Role.SUPERVISOR,
    "T": Role.SYSTEM,
}


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip("\n").splitlines()]


HEAD, *BODY = rows(TABLE)
CELLS = [(row[0], HEAD[place], row[place + 1]) for row in BODY for place in range(len(HEAD))]


def declared(name: str):
    return getattr(Procedure, name)._django_fsm


def test_the_table_has_every_state_and_every_step_once() -> None:
    assert [STATES[column] for column in HEAD] == list(State)
    names = [row[0] for row in BODY]
    assert len(names) == len(set(names)) and {len(row) for row in BODY} == {len(HEAD) + 1}
    field = Procedure._meta.get_field("state")
    assert isinstance(field, FSMFieldMixin)
    assert set(names) == {step.name for step in field.get_all_transitions(Procedure)}


@pytest.mark.parametrize(("name", "column", "cell"), CELLS, ids=lambda part: str(part))
def test_each_step_from_each_state_is_as_the_table_says(name: str, column: str, cell: str) -> None:
    state, machine = STATES[column], declared(name)
    assert machine.has_transition(state) is (cell != ".")
    if cell == "=":
        assert machine.next_state(state) is None
    elif cell != ".":
        assert machine.next_state(state) == STATES[cell]


def test_permissions_packages_and_the_machine_speak_of_the_same_steps() -> None:
    names = {row[0] for row in BODY}
    assert set(ACTORS) == names
    assert set(TRANSITIONS) == names | {"express_wish"}
    for name in names:
        for step in declared(name).transitions.values():
            assert step.permission == f"procedure.{name}"


def test_the_database_allows_the_same_pairs_of_states_as_the_machine() -> None:
    migration = import_module("procedure.migrations.0002_held_by_the_database")
    pairs = {
        (STATES[column], STATES[cell]) for _name, column, cell in CELLS if cell not in (".", "=", column)
    }
    assert {(str(before), str(after)) for before, after in pairs} == set(migration.ALLOWED_PAIRS)
    assert len(migration.ALLOWED_PAIRS) == len(set(migration.ALLOWED_PAIRS))


@pytest.mark.parametrize("row", rows(WHO), ids=lambda row: row[0])
def test_each_step_is_for_the_roles_of_the_table(row: list[str]) -> None:
    name, *letters = row
    assert {LETTERS[letter] for letter in letters} == ACTORS[name]


def test_nobody_without_a_part_in_the_procedure_takes_a_step() -> None:
    assert len(rows(WHO)) == len(BODY)
    never = {Role.RECEPTION, Role.COUNSELLOR, Role.AUDITOR, Role.ADMINISTRATOR}
    assert not never & {role for roles in ACTORS.values() for role in roles}


def test_only_waiting_steps_are_the_clocks_and_no_outcome_is() -> None:
    """Model C0.3: missing a time limit never decides anything."""
    of_the_clock = {name for name, roles in ACTORS.items() if Role.SYSTEM in roles}
    assert of_the_clock == {"close_corrections", "close_response"}
    cells = {cell for name, _column, cell in CELLS if name in of_the_clock}
    assert not {STATES[cell] for cell in cells - {".", "="}} & set(OUTCOMES)


@pytest.mark.parametrize("name", [row[0] for row in BODY])
def test_each_condition_has_a_sentence_for_the_reader(name: str) -> None:
    for step in declared(name).transitions.values():
        with translation.override("en"):
            for condition in step.conditions:
                reason = str(condition.reason)
                assert reason[0].isupper() and reason.endswith(".") and len(reason.split()) > 3
            assert str(step.custom["title"])


def test_each_state_has_a_phase_and_every_state_can_be_reached_and_left() -> None:
    assert set(PHASE_OF) == set(State)
    reached, growing = {State.WISH_EXPRESSED}, True
    while growing:
        following = {
            declared(row[0]).next_state(state)
            for row in BODY
            for state in reached
            if declared(row[0]).has_transition(state)
        } - {None}
        growing = not following <= reached
        reached |= following
    assert reached == set(State)
    for state in OPEN:
        assert declared("confirm_withdrawal").has_transition(state)
