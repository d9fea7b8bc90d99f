"""The body of a step of a stay over the API: as strict as that of any step, read by the form of its page."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from rest_framework.exceptions import ValidationError

from asylum_portal.endpoints import NO_SUCH_FIELD
from asylum_portal.problems import fields_of

# What is text, a day or a moment is told alike for every step, wherever it is taken.
from procedure.bodies import StepBody, typed
from reception.forms import LifeForm
from reception.given import Wanted


class LifeBody(StepBody):
    """What was sent for a step of a stay; `ask` makes its form, empty or with what was sent."""

    form: LifeForm  # type: ignore[assignment]

    def __init__(self, given: Mapping[str, Any], *, ask: Callable[..., LifeForm]) -> None:
        asked = ask().fields
        self.errors: dict[str, list[Any]] = {field: [NO_SUCH_FIELD] for field in given if field not in asked}
        data: dict[str, Any] = {}
        for field, value in given.items():
            if field not in asked or value is None:
                continue
            try:
                data[field] = typed(asked[field], value)
            except ValueError as wrong:
                self.errors[field] = [wrong.args[0]]
        self.form = ask(data)
        # The day of the event is wanted before anything is said of the rest.
        self.form.full_clean()

    def wanted(self) -> Wanted:
        """What was sent, as far as it is right; for a preview nothing need be complete."""
        if self.errors:
            raise ValidationError(self.errors)
        return Wanted(**self.form.known() | self.form.wanted())

    def refused(self) -> dict[str, list[str]]:
        """What was sent for a field and is not right; what was not sent may still come."""
        found = fields_of(forms.ValidationError(self.form.errors.as_data()))
        return {field: said for field, said in found.items() if self.form.data.get(field)}
