"""The state machine drawn from its own declarations: DOT for Graphviz, Mermaid for pages that render it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django_fsm import GET_STATE, FSMFieldMixin

from procedure.states import Track


@dataclass(frozen=True)
class Edge:
    """A step from one state to another; to the same state where it changes no state."""

    source: str
    target: str
    name: str

    @property
    def stays(self) -> bool:
        return self.source == self.target


@dataclass(frozen=True)
class Machine:
    """The states of one field in their order, and every step between them."""

    title: str
    states: tuple[str, ...]
    labels: Mapping[str, str]
    initial: str
    edges: tuple[Edge, ...]

    @property
    def final(self) -> set[str]:
        """States that no step leaves."""
        return set(self.states) - {edge.source for edge in self.edges if not edge.stays}

    def steps(self) -> list[str]:
        """The names of the steps, in the order of the states that they start from."""
        return list(dict.fromkeys(edge.name for edge in self.edges))

    def of_step(self, name: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.name == name]


def machine_of(
    model: type[models.Model], *, track: str | None = None, steps: Collection[str] = ()
) -> Machine:
    """The machine of a model's state field; raises LookupError when it has none.

    Of one track alone when it is named, and with these steps alone when they are.
    """
    fields = [field for field in model._meta.get_fields() if isinstance(field, FSMFieldMixin)]
    if not fields:
        raise LookupError(f"{model._meta.label} has no state machine")
    field = fields[0]
    labels = {str(value): str(label) for value, label in field.flatchoices}
    order = {state: place for place, state in enumerate(labels)}
    edges = {
        Edge(str(step.source), target, step.name)
        for step in field.get_all_transitions(model)
        if (not steps or step.name in steps) and _is_in(step, track)
        for target in _targets(step)
    }
    states = {state for edge in edges for state in (edge.source, edge.target)} if track else set(labels)
    return Machine(
        title=f"{model._meta.object_name}.{field.name}",
        states=tuple(state for state in labels if state in states),
        labels=labels,
        initial=str(field.get_default()),
        edges=tuple(sorted(edges, key=lambda edge: (order[edge.source], order[edge.target], edge.name))),
    )


def _is_in(step: Any, track: str | None) -> bool:
    """Does this step start from its state in this track? What is possible everywhere is drawn in none."""
    if track is None:
        return True
    places = (step.custom or {}).get("places")
    if places is None:
        # Before the tracks part, and after they have come together again.
        only_here = len(step.method._django_fsm.transitions) == 1 and not isinstance(step.target, GET_STATE)
        return track == Track.GENERAL and only_here
    return step.source in places.get(track, ())


def _targets(step: Any) -> list[str]:
    if step.target is None:
        return [str(step.source)]
    # Back to where it came from: wherever that was.
    return [str(state) for state in _states_of(step.target)]


def _states_of(target: Any) -> Sequence[Any]:
    return target.allowed_states if isinstance(target, GET_STATE) else [target]


def as_dot(machine: Machine) -> str:
    """The whole machine for Graphviz, line by line in the order of the states."""
    lines = [
        f'digraph "{machine.title}" {{',
        "  rankdir=TB;",
        '  node [shape=box, style=rounded, fontname="sans-serif"];',
        '  edge [fontname="sans-serif", fontsize=10];',
        '  "" [shape=point];',
    ]
    for state in machine.states:
        shape = ", peripheries=2" if state in machine.final else ""
        lines.append(f'  "{state}" [label="{machine.labels[state]}"{shape}];')
    lines.append(f'  "" -> "{machine.initial}";')
    for (source, target), names in _by_pair(machine.edges).items():
        label = "\\n".join(names)
        lines.append(f'  "{source}" -> "{target}" [label="{label}"];')
    return "\n".join([*lines, "}", ""])


def as_mermaid(machine: Machine, *, begins: bool = True) -> str:
    """The same for Mermaid.

    Steps that change no state are left to the table beside it: as loops they would hide the road.
    """
    moving = [edge for edge in machine.edges if not edge.stays]
    drawn = {state for edge in moving for state in (edge.source, edge.target)}
    lines = ["stateDiagram-v2", *_names(machine, [state for state in machine.states if state in drawn])]
    if begins and machine.initial in drawn:
        lines.append(f"    [*] --> {machine.initial}")
    lines += _arrows(moving)
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.final and state in drawn]
    return "\n".join([*lines, ""])


def _names(machine: Machine, states: Iterable[str]) -> list[str]:
    return [f'    state "{machine.labels[state]}" as {state}' for state in states]


def _arrows(edges: Iterable[Edge]) -> list[str]:
    return [
        f"    {source} --> {target} : {', '.join(names)}"
        for (source, target), names in _by_pair(edges).items()
    ]


def _by_pair(edges: Iterable[Edge]) -> dict[tuple[str, str], list[str]]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        pairs.setdefault((edge.source, edge.target), []).append(edge.name)
    return pairs
