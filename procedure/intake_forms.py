"""The form of a new application (T01)."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from asylum_portal import languages
from asylum_portal.accounts.entry import normalise_v_number, plain_digits
from asylum_portal.accounts.models import Organisation, Team, User
from asylum_portal.inputs import DayInput
from cases import countries
from cases.models import PersonName, SpecialNeed
from cases.newcomers import Newcomer
from cases.scripts import is_readable, is_written_in

UNREADABLE = _("There is a character in this that cannot be read. Type it again.")
WRONG_BIRTH = _("Give a year, a year with a month, or a day that exists: 1990, 1990-05 or 1990-05-17.")
_BIRTH = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?|(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_BORN_SINCE = 1900
_ADULT = 18


def _text(label: Any, **options: Any) -> forms.CharField:
    attrs = {"autocomplete": "off", **options.pop("attrs", {"dir": "auto"})}
    return forms.CharField(label=label, widget=forms.TextInput(attrs=attrs), **options)


class ApplicationForm(forms.Form):
    """Who applies, where and when the wish was made known; `as_inputs` is what begin_application takes."""

    v_number = _text(
        _("V-number (V-nummer)"),
        max_length=40,
        help_text=_("Ten digits. Spaces, dots and dashes do not matter."),
        attrs={"dir": "ltr", "inputmode": "numeric"},
    )
    name = _text(_("Name"), max_length=200, help_text=capfirst(_("as registered, in Latin script")))
    own_name = _text(_("Name in the person's own script"), max_length=200, required=False)
    script = forms.ChoiceField(
        label=_("Script of this name"), choices=[("", "—"), *PersonName.Script.choices], required=False
    )
    birth_date = _text(
        _("Born"),
        max_length=40,
        required=False,
        help_text=_("As far as it is known: 1990, 1990-05 or 1990-05-17."),
        attrs={"dir": "ltr"},
    )
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    stateless = forms.BooleanField(label=capfirst(_("stateless")), required=False)
    reading_language = forms.ChoiceField(
        label=_("Language in which the person reads"),
        choices=[("", "—"), *((code, language.own_name) for code, language in languages.ALL.items())],
        help_text=_(
            "The portal writes to the person in this language; in Dutch where it does not know it yet."
        ),
    )
    interpreter_language = _text(
        _("Language of the interpreter"), max_length=60, help_text=_("With the dialect, where it matters.")
    )
    unaccompanied_minor = forms.BooleanField(label=capfirst(_("unaccompanied child")), required=False)
    special_needs = forms.MultipleChoiceField(
        label=_("What asks for extra care"),
        choices=SpecialNeed.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    place = _text(_("Place"), max_length=120)
    on = forms.DateField(
        label=_("Day of the event"),
        help_text=_("Today, unless it happened earlier."),
        widget=DayInput(),
        required=False,
    )
    other_authority = forms.BooleanField(
        label=capfirst(_("another authority than the service received the wish")), required=False
    )
    at_border = forms.BooleanField(label=capfirst(_("at the border")), required=False)
    team = forms.ModelChoiceField(
        label=_("Team of the immigration service that takes the case"),
        queryset=Team.objects.none(),
        empty_label="—",
    )

    def __init__(self, *args: Any, actor: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].initial = today
        nationality, team = self.fields["nationality"], self.fields["team"]
        assert isinstance(nationality, forms.ChoiceField)
        assert isinstance(team, forms.ModelChoiceField)
        nationality.choices = [("", _("not known")), *countries.choices(language=get_language())]
        if actor.is_partner:
            # Nobody of the service sees the case of a partner unless it belongs to a team.
            team.queryset = Team.objects.filter(organisation__kind=Organisation.Kind.IND).select_related(
                "organisation"
            )
        else:
            del self.fields["team"]

    def about_the_person(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in _OF_THE_WISH]

    def about_the_wish(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in _OF_THE_WISH]

    def clean_v_number(self) -> str:
        number = normalise_v_number(self.cleaned_data["v_number"])
        if not (number.isdecimal() and len(number) == 10):
            raise forms.ValidationError(_("A V-number has ten digits."))
        return number

    def clean_name(self) -> str:
        name = _one_line(self.cleaned_data["name"])
        if not is_written_in(name, PersonName.Script.LATIN):
            raise forms.ValidationError(_("Write this name in Latin letters."))
        return name

    def clean_own_name(self) -> str:
        return _one_line(self.cleaned_data["own_name"])

    def clean_interpreter_language(self) -> str:
        return _one_line(self.cleaned_data["interpreter_language"])

    def clean_place(self) -> str:
        return _one_line(self.cleaned_data["place"])

    def clean_birth_date(self) -> tuple[int, ...]:
        """Year, month and day, as many as are known."""
        typed = _digits(self.cleaned_data["birth_date"])
        if not typed:
            return ()
        found = _BIRTH.fullmatch(typed)
        if found is None:
            raise forms.ValidationError(WRONG_BIRTH)
        year, month, day, *backwards = found.groups()
        if backwards[2]:
            day, month, year = backwards
        parts = tuple(int(part) for part in (year, month, day) if part)
        try:
            first = date(*(*parts, 1, 1)[:3])
        except ValueError:
            raise forms.ValidationError(WRONG_BIRTH) from None
        if first.year < _BORN_SINCE:
            raise forms.ValidationError(WRONG_BIRTH)
        if first > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        return parts

    def clean_on(self) -> date:
        return self.cleaned_data["on"] or self.today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        own_name, script = cleaned.get("own_name"), cleaned.get("script")
        if own_name and not script and "script" not in self.errors:
            self.add_error("script", _("Say in which script this name is written."))
        elif script and not own_name and "own_name" not in self.errors:
            self.add_error("own_name", _("Write the name in this script."))
        elif own_name and script and not is_written_in(own_name, script):
            self.add_error("own_name", _("This name is not written in the script that you chose."))
        if cleaned.get("stateless") and cleaned.get("nationality"):
            self.add_error("stateless", _("Whoever is stateless has no nationality. Leave one of the two."))
        if cleaned.get("unaccompanied_minor") and self._is_adult(cleaned.get("birth_date") or ()):
            self.add_error("unaccompanied_minor", _("By the date of birth this person is an adult."))
        return cleaned

    def _is_adult(self, birth: tuple[int, ...]) -> bool:
        """As Applicant.is_minor: where the date is known in part, in favour of the child."""
        if not birth:
            return False
        year, month, day = (*birth, *(12, 31)[len(birth) - 1 :])
        return (self.today.year, self.today.month, self.today.day) >= (year + _ADULT, month, day)

    def as_inputs(self) -> dict[str, Any]:
        """The keyword arguments of begin_application, and the person."""
        data = self.cleaned_data
        newcomer = Newcomer(
            birth=data["birth_date"],
            **{name: data[name] for name in _OF_THE_NEWCOMER},
        )
        return {
            "newcomer": newcomer,
            "team": data.get("team"),
            **{name: data[name] for name in _OF_THE_CASE},
        }


_OF_THE_NEWCOMER = (
    "v_number",
    "name",
    "own_name",
    "script",
    "nationality",
    "stateless",
    "reading_language",
    "interpreter_language",
)
_OF_THE_CASE = ("unaccompanied_minor", "special_needs", "place", "on", "other_authority", "at_border")
_OF_THE_WISH = ("place", "on", "other_authority", "at_border", "team")


def _one_line(text: str) -> str:
    if not is_readable(text):
        raise forms.ValidationError(UNREADABLE)
    return " ".join(text.split())


def _digits(text: str) -> str:
    """Digits of any script as 0-9; dots and slashes between them as dashes."""
    parts = (plain_digits(part) for part in re.split(r"[\s\-./\u2010-\u2015]+", text.strip()))
    return "-".join(part for part in parts if part)
