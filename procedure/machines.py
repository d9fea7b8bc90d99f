"""The machines of a procedure: which one a step belongs to, and on what it is taken."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMFieldMixin

from procedure.models import (
    Appeal,
    BorderMeasure,
    FamilyReunification,
    Permit,
    Procedure,
    Replacement,
    ReturnTrack,
)
from procedure.models.machine import SmallMachine
from procedure.steps import declared_of

# A procedure or a small machine beside it: what has a state, its procedure and the day of the event.
Subject = Any

SMALL_MACHINES: dict[str, Any] = {
    model.machine: model
    for model in (BorderMeasure, Appeal, Permit, Replacement, FamilyReunification, ReturnTrack)
}
MACHINES: dict[str, Any] = {Procedure.machine: Procedure, **SMALL_MACHINES}


def steps_of(model: Any) -> list[str]:
    """The names of the steps that this machine has."""
    field = next(field for field in model._meta.get_fields() if isinstance(field, FSMFieldMixin))
    return list(field.transitions[model])


# Every step by name, with the model on which it is declared.
MODEL_OF_STEP: dict[str, Any] = {name: model for model in MACHINES.values() for name in steps_of(model)}
# These begin a machine and lead from nothing to its first state; they are no methods.
BEGINNINGS: dict[str, Any] = {
    "express_wish": _("Wish to apply made known"),
    "announce_repeat_application": _("Repeat application announced"),
    "open_appeal_window": _("Time for appeal opened"),
    "begin_permit": _("Permit begun"),
    "begin_replacement": _("Loss of the document reported"),
    "open_family_window": _("Time for family reunification opened"),
    "begin_return": _("Return begun"),
}


def subject_of(procedure: Procedure, name: str) -> Subject | None:
    """On what this step of a procedure is taken; None when that machine has not begun.

    A border measure begins with its own first step, so it is there as a row that is not saved yet.
    """
    model = MODEL_OF_STEP[name]
    if model is Procedure:
        return procedure
    return current(procedure, model.machine) or (
        BorderMeasure(procedure=procedure) if model is BorderMeasure else None
    )


def current(procedure: Procedure, machine: str) -> Any:
    """The newest object of a small machine of this procedure, bound to it, or None."""
    found = SMALL_MACHINES[machine].objects.latest_of(procedure).first()
    if found is not None:
        found.procedure = procedure
    return found


def subjects(procedure: Procedure) -> Iterator[Subject]:
    """The procedure and the newest object of each of its small machines."""
    yield procedure
    # Most procedures have begun few of them, and the history knows which: one question instead of six.
    begun = set(procedure.transitions.order_by().values_list("machine", flat=True).distinct())
    for machine in SMALL_MACHINES:
        found = current(procedure, machine) if machine in begun else None
        if found is not None or machine == BorderMeasure.machine:
            yield found or BorderMeasure(procedure=procedure)


@cache
def elsewhere() -> dict[str, type[SmallMachine]]:
    """Machines of other rooms that keep their history here: named here, and taken there."""
    models = [import_string(path) for path in settings.PROCEDURE_MACHINES_ELSEWHERE]
    return {model.machine: model for model in models}


def beside(procedure: Procedure) -> Iterator[SmallMachine]:
    """The newest object of each machine of another room that this procedure has."""
    for model in elsewhere().values():
        found = model.objects.latest_of(procedure).first()
        if found is not None:
            yield found


def title_of(name: str) -> Any:
    """What a step is called, in the reader's language."""
    if name in MODEL_OF_STEP:
        return declared(name).custom["title"]
    for model in elsewhere().values():
        if name in steps_of(model):
            return declared_of(model, name).custom["title"]
    return BEGINNINGS.get(name, name)


MACHINE_LABELS: dict[str, Any] = {
    "procedure": _("The procedure"),
    "border": _("Border measure"),
    "appeal": _("The court"),
    "permit": _("The permit"),
    "replacement": _("The residence document"),
    "family": _("Family reunification"),
    "return": _("Return"),
    "reception": _("Reception"),
}


def state_label(machine: str, state: str) -> str:
    """A state of a machine in the reader's language."""
    model: Any = MACHINES.get(machine) or elsewhere().get(machine)
    if model is None:
        return state
    return str(dict(model._meta.get_field("state").flatchoices).get(state, state))


def declared(name: str) -> Any:
    """The declaration of a step: title, number in the model, places."""
    return declared_of(MODEL_OF_STEP[name], name)
