"""What a person fills in to propose a change of published rules; one form for each kind."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asylum_portal.inputs import DayInput
from procedure import term_words
from procedure.amendments import Kind
from procedure.rules import RulePackage, SettingSpec


class AmendmentForm(forms.Form):
    """The new value or day, where it is written, how sure that is, and why."""

    source = forms.CharField(
        label=gettext_lazy("Where it is written"),
        max_length=300,
        help_text=gettext_lazy("The law, the decree with its number, or the page."),
    )
    confidence = forms.ChoiceField(label=gettext_lazy("How sure this is"))
    reason = forms.CharField(
        label=gettext_lazy("Why it is changed"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy("It stands with every date that moves. Applicants read it too."),
    )

    def __init__(self, *args: Any, kind: str, law: RulePackage, key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.key = kind, key
        self.fields["confidence"].choices = list(term_words.CERTAINTIES.items())  # type: ignore[attr-defined]
        self.fields = {**_own_fields(kind, law, key), **self.fields}

    def clean_days(self) -> list[str]:
        """The lines as days; a line that is none is named."""
        found = []
        for line in re.split(r"[\s,;]+", self.cleaned_data["days"].strip()):
            if not line:
                continue
            try:
                found.append(date.fromisoformat(line).isoformat())
            except ValueError:
                raise forms.ValidationError(
                    _("%(line)s is no day. Write it as 2029-04-30.") % {"line": line}
                ) from None
        return sorted(set(found))

    def as_inputs(self) -> dict[str, Any]:
        """The arguments of amendments.propose."""
        data = self.cleaned_data
        inputs = {name: data[name] for name in ("source", "confidence", "reason")} | {"kind": self.kind}
        match self.kind:
            case Kind.SETTING:
                return inputs | {"key": self.key, "value": data["value"]}
            case Kind.YEAR:
                return inputs | {"key": str(data["year"]), "value": data["days"]}
            case _:
                return inputs | {"on": data["on"]}

    def show(self, errors: dict[str, list[str]]) -> None:
        """Each message of the action at its field; one about nothing that is asked stands above them."""
        names = {"key": "year", "value": "days"} if self.kind == Kind.YEAR else {}
        for name, messages in errors.items():
            field = names.get(name, name)
            self.add_error(field if field in self.fields else None, messages)


def _own_fields(kind: str, law: RulePackage, key: str) -> dict[str, forms.Field]:
    """What is asked beside the source and the reason."""
    match kind:
        case Kind.SETTING:
            return {"value": _value_of(law.setting(key))}
        case Kind.YEAR:
            year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2199)
            days = forms.CharField(
                label=gettext_lazy("Days that count as public holidays by royal decree"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr"}),
                help_text=gettext_lazy("One on each line, as 2029-04-30. Leave it empty if there is none."),
            )
            return {"year": year, "days": days}
        case _:
            return {"on": forms.DateField(label=gettext_lazy("Day"), widget=DayInput())}


def _value_of(spec: SettingSpec) -> forms.Field:
    label = gettext_lazy("New value")
    match spec.type:
        case "bool":
            choices = [("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
            return forms.ChoiceField(label=label, choices=choices)
        case "int":
            return forms.IntegerField(label=label, min_value=0, max_value=1000)
        case _ if spec.choices:
            return forms.ChoiceField(label=label, choices=[(answer, answer) for answer in spec.choices])
        case _:
            return forms.CharField(label=label, max_length=120)
