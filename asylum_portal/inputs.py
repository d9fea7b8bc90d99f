"""Input widgets for days and moments that the browser's own picker understands in every language."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A day; the browser wants 2026-04-02, Django would write it in the style of the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """A day and a time, without seconds."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class TimeOfDayInput(forms.TimeInput):
    """A time on the 24-hour clock."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%H:%M")
