"""What a rule package says of the machine, held against the machine: no step leads out of its states."""

from collections.abc import Iterator

from procedure.machines import declared, steps_of
from procedure.models import Procedure
from procedure.package_table import PackageMistake
from procedure.rules import Graph, RulePackage
from procedure.states import State

# Where an application begins; these steps lead from nothing to a first state.
_BEGINS = {
    "express_wish": State.WISH_EXPRESSED,
    "announce_repeat_application": State.REPEAT_NOTIFIED,
}


def check_machine(package: RulePackage, file: str) -> None:
    """Refuse a package whose steps lead to a state that it leaves out."""
    for target, how in _ways(package.graph):
        if target not in package.graph.states:
            raise PackageMistake(file, "graph.states", f"lacks {target}: {how}; add it or leave the step out")


def _ways(graph: Graph) -> Iterator[tuple[str, str]]:
    """Each state to which the steps of this law lead from states of this law, and how."""
    for name, first in _BEGINS.items():
        if name in graph.steps:
            yield str(first), f"{name} begins there"
    for name in steps_of(Procedure):
        if name not in graph.steps:
            continue
        for state in sorted(graph.states):
            target = _target(name, state, graph)
            if target is not None:
                yield target, f"{name} leads there from {state}"


def _target(name: str, state: str, graph: Graph) -> str | None:
    """Where this step leads from this state in a track of this law; None when it does not or stays there."""
    method = getattr(Procedure, name)._django_fsm
    if not method.has_transition(state):
        return None
    places = declared(name).custom["places"]
    if places is not None and not any(
        track in graph.tracks and state in states for track, states in places.items()
    ):
        return None
    target = method.get_transition(state).target
    # One that goes back to where it came from was in that state before.
    return str(target) if isinstance(target, str) else None
