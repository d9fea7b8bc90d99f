"""The body with which an application begins over the API: the form of the page, strict about types."""

from typing import Any

from django import forms
from rest_framework import serializers

from asylum_portal import languages
from asylum_portal.endpoints import StrictSerializer
from asylum_portal.problems import fields_of
from cases.models import PersonName, SpecialNeed
from procedure.intake_forms import ApplicationForm


def _text(max_length: int, **options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=max_length, **options)


class ApplicationSerializer(StrictSerializer):
    """Who applies, and where and when the wish was made known."""

    v_number = _text(40, help_text="Ten digits.")
    name = _text(200, help_text="In Latin letters, as it is registered.")
    own_name = _text(200, required=False, allow_blank=True, help_text="The name in the person's own script.")
    script = serializers.ChoiceField(
        choices=PersonName.Script.choices,
        required=False,
        allow_blank=True,
        help_text="The script of `own_name`.",
    )
    birth_date = _text(
        40, required=False, allow_blank=True, help_text="As far as it is known: 1990, 1990-05 or 1990-05-17."
    )
    nationality = _text(
        3, required=False, allow_blank=True, help_text="Three letters; left out or empty when unknown."
    )
    stateless = serializers.BooleanField(default=False)
    reading_language = serializers.ChoiceField(choices=[(code, code) for code in languages.ALL])
    interpreter_language = _text(60)
    unaccompanied_minor = serializers.BooleanField(default=False)
    special_needs = serializers.ListField(
        child=serializers.ChoiceField(choices=SpecialNeed.choices), required=False
    )
    place = _text(120, help_text="Where the wish was made known.")
    on = serializers.DateField(required=False, help_text="The day of it; today when left out.")
    other_authority = serializers.BooleanField(
        default=False, help_text="Another authority than the service received the wish."
    )
    at_border = serializers.BooleanField(default=False)
    team = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="For the police and the border police: the team of the service that takes the case.",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments of begin_application."""
        form = ApplicationForm(
            {name: str(value) if name in ("on", "team") else value for name, value in given.items()},
            actor=self.context["request"].user,
            today=self.context["today"],
        )
        if not form.is_valid():
            raise serializers.ValidationError(fields_of(forms.ValidationError(form.errors.as_data())))
        return form.as_inputs()
