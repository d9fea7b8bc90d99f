"""The body of a step over the API: strict about types and days where a page's own widgets would see to it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from asylum_portal.accounts.models import User
from asylum_portal.endpoints import NO_SUCH_FIELD
from asylum_portal.problems import fields_of
from procedure.forms import StepForm
from procedure.given import Given
from procedure.models import Procedure

_TICKS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False, "": False}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
# Beyond these years a moment cannot be moved from one time zone into another.
_YEARS = range(1900, 2200)
WRONG_TEXT = _("Give this as text.")
WRONG_DAY = _("Give a day that exists, as 2026-04-02.")
WRONG_MOMENT = _("Give a day and a time that exist, as 2026-04-02T10:00.")
WRONG_TICK = _("Give true or false.")
WRONG_FILE = _("Send the file as multipart/form-data.")
UNREADABLE_TEXT = _("There is a character in this that cannot be read. Type it again.")


class StepBody:
    """What was sent for a step; `inputs` gives those of apply_transition, or names each wrong field."""

    def __init__(
        self, given: Mapping[str, Any], *, procedure: Procedure, name: str, today: date, actor: User
    ) -> None:
        options: dict[str, Any] = {"procedure": procedure, "name": name, "today": today, "actor": actor}
        asked = StepForm(**options).fields
        self.errors: dict[str, list[Any]] = {field: [NO_SUCH_FIELD] for field in given if field not in asked}
        data: dict[str, Any] = {}
        files: dict[str, Any] = {}
        for field, value in given.items():
            if field not in asked or value is None:
                continue
            try:
                (files if isinstance(value, UploadedFile) else data)[field] = typed(asked[field], value)
            except ValueError as wrong:
                self.errors[field] = [wrong.args[0]]
        for field, asks in asked.items():
            # A page shows the tick as it stands; who leaves it out of a body changes nothing.
            if isinstance(asks, forms.BooleanField) and asks.initial and field not in given:
                data[field] = True
        self.form = StepForm(data, files, **options)

    def given(self) -> Given:
        """What was sent, as far as it is right; for a preview nothing need be complete."""
        self.form.full_clean()
        if self.errors:
            raise ValidationError(self.errors)
        return self.form.given()

    def inputs(self) -> dict[str, Any]:
        if not self.form.is_valid():
            found = fields_of(forms.ValidationError(self.form.errors.as_data()))
            # What could not even be read is told as such, and not as missing.
            self.errors = {**found, **self.errors}
        if self.errors:
            raise ValidationError(self.errors)
        return self.form.as_inputs()


def day_of(given: Mapping[str, Any]) -> date | None:
    """The day of the event that was sent, where it is one."""
    value = given.get("on")
    try:
        return parse_date(_day(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def typed(field: forms.Field, value: Any) -> Any:
    """The value as the form's field takes it; ValueError with a sentence when it has another type."""
    match field:
        case forms.FileField():
            if not isinstance(value, UploadedFile):
                raise ValueError(WRONG_FILE)
            return value
        case forms.BooleanField():
            if isinstance(value, str):
                value = _TICKS.get(value.lower())
            if not isinstance(value, bool):
                raise ValueError(WRONG_TICK)
            return value
        case forms.ModelChoiceField():
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value) if abs(value) < 2**63 else "0"
    if not isinstance(value, str):
        raise ValueError(WRONG_TEXT)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(UNREADABLE_TEXT)
    match field:
        case forms.DateField():
            # Forms take a day in the style of the language too, which a machine must not have to guess.
            return _day(value)
        case forms.DateTimeField():
            return _moment(value)
    return value


def _day(value: str) -> str:
    return _written_as(_DAY, parse_date, value, wrong=WRONG_DAY)


def _moment(value: str) -> str:
    return _written_as(_MOMENT, parse_datetime, value, wrong=WRONG_MOMENT)


def _written_as(form: re.Pattern[str], parse: Callable[[str], Any], value: str, *, wrong: Any) -> str:
    value = value.strip()
    if value and not (form.fullmatch(value) and int(value[:4]) in _YEARS and _parsed(parse, value)):
        raise ValueError(wrong)
    return value


def _parsed(parse: Callable[[str], Any], value: str) -> Any:
    try:
        return parse(value)
    except ValueError:
        return None
