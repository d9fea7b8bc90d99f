"""The state machine drawn from its own declarations: DOT for Graphviz, Mermaid for pages that render it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django_fsm import FSMFieldMixin

_GROUP = "open"


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


def machine_of(model: type[models.Model]) -> Machine:
    """The machine of a model's state field; raises LookupError when it has none."""
    fields = [field for field in model._meta.get_fields() if isinstance(field, FSMFieldMixin)]
    if not fields:
        raise LookupError(f"{model._meta.label} has no state machine")
    field = fields[0]
    labels = {str(value): str(label) for value, label in field.flatchoices}
    order = {state: place for place, state in enumerate(labels)}
    edges = {
        Edge(str(step.source), str(step.target if step.target is not None else step.source), step.name)
        for step in field.get_all_transitions(model)
    }
    return Machine(
        title=f"{model._meta.object_name}.{field.name}",
        states=tuple(labels),
        labels=labels,
        initial=str(field.get_default()),
        edges=tuple(sorted(edges, key=lambda edge: (order[edge.source], order[edge.target], edge.name))),
    )


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


def as_mermaid(machine: Machine, *, group: Sequence[str] = (), group_label: str = "") -> str:
    """The same for Mermaid; what can be done in each state of the group is drawn once, at the group.

    Steps that change no state are left to the table beside it: as loops they would hide the road.
    """
    moving = [edge for edge in machine.edges if not edge.stays]
    everywhere = {
        name
        for name in machine.steps()
        if group and {edge.source for edge in moving if edge.name == name} == set(group)
    }
    inside = [edge for edge in moving if edge.source in group and edge.target in group]
    lines = ["stateDiagram-v2"]
    if group:
        lines += [f"    [*] --> {_GROUP}", f'    state "{group_label}" as {_GROUP} {{']
        lines += _names(machine, [state for state in machine.states if state in group], indent=8)
        lines += [f"        [*] --> {machine.initial}", *_arrows(inside, indent=8), "    }"]
    lines += _names(machine, [state for state in machine.states if state not in group], indent=4)
    if not group:
        lines.append(f"    [*] --> {machine.initial}")
    lines += _arrows(
        [edge for edge in moving if edge not in inside and edge.name not in everywhere], indent=4
    )
    shared = [Edge(_GROUP, edge.target, edge.name) for edge in moving if edge.name in everywhere]
    lines += _arrows(dict.fromkeys(shared), indent=4)
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.final]
    return "\n".join([*lines, ""])


def _names(machine: Machine, states: Iterable[str], *, indent: int) -> list[str]:
    return [f'{" " * indent}state "{machine.labels[state]}" as {state}' for state in states]


def _arrows(edges: Iterable[Edge], *, indent: int) -> list[str]:
    return [
        f"{' ' * indent}{source} --> {target} : {', '.join(names)}"
        for (source, target), names in _by_pair(edges).items()
    ]


def _by_pair(edges: Iterable[Edge]) -> dict[tuple[str, str], list[str]]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        pairs.setdefault((edge.source, edge.target), []).append(edge.name)
    return pairs
