"""The machines and their copies: permissions, packages, database, texts; test_whole_table has the table."""

from importlib import import_module
from typing import Any

import pytest
from django.utils import translation
from django_fsm import GET_STATE

from asylum_portal.accounts.models import Role
from procedure.access import ACTORS
from procedure.drawing import machine_of
from procedure.law_words import RECEPTION_STEPS, TRANSITIONS
from procedure.machines import BEGINNINGS, MACHINES, MODEL_OF_STEP, steps_of
from procedure.models import Procedure
from procedure.states import OPEN, OUTCOMES, PHASE_OF, State
from procedure.step_texts import WHAT_IT_DOES


def declared(name: str) -> Any:
    return getattr(MODEL_OF_STEP[name], name)._django_fsm


def test_permissions_packages_and_the_machines_speak_of_the_same_steps() -> None:
    names = {name for model in MACHINES.values() for name in steps_of(model)}
    assert set(ACTORS) == names == set(MODEL_OF_STEP)
    begun = set(BEGINNINGS) - {"begin_replacement", "begin_return"}
    assert set(TRANSITIONS) - RECEPTION_STEPS == names | begun
    for name in names:
        for step in declared(name).transitions.values():
            assert step.permission == f"procedure.{name}"


def test_no_step_has_its_name_twice() -> None:
    names = [name for model in MACHINES.values() for name in steps_of(model)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("machine", MACHINES)
def test_the_database_allows_the_same_pairs_of_states_as_the_machine(machine: str) -> None:
    held = import_module("procedure.migrations.0009_ways_on_after_the_court").ALLOWED_PAIRS[machine]
    moving = {(edge.source, edge.target) for edge in machine_of(MACHINES[machine]).edges if not edge.stays}
    if machine == "border":
        # It begins with the measure itself.
        moving = {pair for pair in moving if pair[0] != "none"} | {("none", "imposed")}
    assert moving == set(held) and len(held) == len(set(held))


def test_nobody_without_a_part_in_the_procedure_takes_a_step() -> None:
    never = {Role.COUNSELLOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.MUNICIPALITY}
    assert not never & {role for roles in ACTORS.values() for role in roles}


def test_only_waiting_steps_and_what_follows_from_others_are_the_clocks_and_no_outcome_is() -> None:
    """Model C0.3: missing a time limit never decides anything."""
    of_the_clock = {name for name, roles in ACTORS.items() if Role.SYSTEM in roles}
    assert of_the_clock == {
        "close_corrections",
        "close_response",
        "close_withdrawal_response",
        "open_higher_appeal",
        "pass_family_window",
        "start_departure_term",
        "suspend_departure_term",
        "plan_transfer",
        "stop_return",
    }
    of_the_procedure = of_the_clock & set(steps_of(Procedure))
    targets = {step.target for name in of_the_procedure for step in declared(name).transitions.values()}
    assert not targets & {*OUTCOMES, State.CLOSED}


@pytest.mark.parametrize("name", sorted(ACTORS))
def test_each_step_has_its_title_its_sentence_and_a_reason_for_each_condition(name: str) -> None:
    with translation.override("en"):
        assert str(WHAT_IT_DOES[name]).endswith(".")
        for step in declared(name).transitions.values():
            assert str(step.custom["title"])
            for condition in step.conditions:
                reason = str(condition.reason)
                assert reason[0].isupper() and reason.endswith(".") and len(reason.split()) > 3


def test_each_state_has_a_phase_and_every_state_can_be_reached_and_left() -> None:
    assert set(PHASE_OF) == set(State)
    reached, growing = {State.WISH_EXPRESSED, State.REPEAT_NOTIFIED}, True
    while growing:
        following = {
            target
            for name in steps_of(Procedure)
            for state in reached
            if declared(name).has_transition(state)
            and (target := declared(name).next_state(state)) is not None
            and not isinstance(target, GET_STATE)
        }
        growing = not following <= reached
        reached |= following
    assert reached == set(State)
    for state in OPEN:
        assert declared("confirm_withdrawal").has_transition(state)
