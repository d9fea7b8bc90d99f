"""What a condition is: a look at a step's subject on the day of the event, and a sentence if it fails."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from procedure.states import State, Track


class StateForbids(TransitionNotAllowed):
    """The state does not allow this step (any more); `reasons` are sentences for the reader."""

    def __init__(self, reasons: Sequence[Any]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = list(reasons)


# The subject is a procedure or one of the small machines beside it; both have `procedure` and `event_on`.
Condition = Callable[[Any], bool]


def guard(reason: Any) -> Callable[[Condition], Condition]:
    """Mark a condition with the sentence that is shown when it does not hold."""

    def mark(condition: Condition) -> Condition:
        condition.reason = reason  # type: ignore[attr-defined]
        return condition

    return mark


def in_place(places: Mapping[Track, Sequence[State]]) -> Condition:
    """A step that exists in these states of these tracks only."""

    @guard(_("This step does not exist in this kind of procedure."))
    def stands_in_place(procedure: Any) -> bool:
        return procedure.state in places.get(Track(procedure.track), ())

    stands_in_place.is_place = True  # type: ignore[attr-defined]
    return stands_in_place


def in_package(name: str) -> Condition:
    """A step that the pinned rule package has: a package narrows the machine and never widens it."""

    @guard(_("The rules of this case do not have this step."))
    def has_step(subject: Any) -> bool:
        return name in subject.procedure.package.law.graph.steps

    has_step.is_place = True  # type: ignore[attr-defined]
    return has_step
