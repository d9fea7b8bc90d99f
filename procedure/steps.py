"""How a step of the procedure is declared: where it starts, where it leads, what must hold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django_fsm import GET_STATE, transition

from procedure import guards
from procedure.states import State, Track

Places = Mapping[Track, Sequence[State]]


def step(
    title: Any,
    *,
    source: Any,
    target: Any,
    number: str,
    conditions: Sequence[guards.Condition] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A transition: title on the button, number in the model (C2), permission by its name.

    `source` is a state, several, or states by track where the step exists in some tracks only. The pinned
    rule package may leave a step out, never add one.
    """
    places: Places | None = None
    if isinstance(source, Mapping):
        places = {track: _listed(states) for track, states in source.items()}
        source = list(dict.fromkeys(state for states in places.values() for state in states))
    elif isinstance(source, (list, tuple)):
        source = list(source)

    def declare(method: Callable[..., None]) -> Callable[..., None]:
        where = [guards.in_place(places)] if places is not None else []
        return transition(
            field="state",
            source=source,
            target=target,
            conditions=[guards.in_package(method.__name__), *where, *conditions],
            permission=f"procedure.{method.__name__}",
            custom={"title": title, "number": number, "places": places},
        )(method)

    return declare


def back_to(attribute: str, *, states: Sequence[Any]) -> Any:
    """A target that is the state remembered in this attribute."""
    return GET_STATE(lambda subject, **_arguments: getattr(subject, attribute), states=list(states))


def fits(subject: Any, name: str) -> bool:
    """Does this step start from where its subject stands: state, track, package; other conditions aside?"""
    declared = getattr(type(subject), name)._django_fsm
    if not declared.has_transition(subject.state):
        return False
    return all(
        condition(subject)
        for condition in declared.get_transition(subject.state).conditions
        if getattr(condition, "is_place", False)
    )


def target_of(subject: Any, name: str) -> str | None:
    """The state after this step, or None when it stays in the same."""
    target = getattr(type(subject), name)._django_fsm.next_state(subject.state)
    return str(target.func(subject)) if isinstance(target, GET_STATE) else target


def declared_of(model: type, name: str) -> Any:
    """Any one declaration of a step; title, number and places are the same in all."""
    return next(iter(getattr(model, name)._django_fsm.transitions.values()))


def _listed(states: Any) -> tuple[State, ...]:
    return (states,) if isinstance(states, State) else tuple(states)
