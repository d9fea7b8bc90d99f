"""What the desk asks: whom to look for, and why somebody did not come."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reception.actions import EXCUSES
from reception.models import Centre, ReportingSlot

State = ReportingSlot.State


class DeskFilter(forms.Form):
    """Which of the people of a centre are shown."""

    q = forms.CharField(label=_("V-number or name"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("everybody")),
            (State.PLANNED, _("still to come")),
            (State.REPORTED, _("seen")),
            (State.EXCUSED, _("excused")),
            (State.MISSED, _("missed")),
        ],
    )
    centre: "forms.ModelChoiceField[Centre]" = forms.ModelChoiceField(
        label=_("Centre"), required=False, queryset=Centre.objects.none(), empty_label=_("all my centres")
    )

    def __init__(self, data: Any, *, centres: QuerySet[Centre]) -> None:
        super().__init__(data)
        choice = self.fields["centre"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = centres
        # Ready for a scanner: it types the number and presses Enter.
        self.fields["q"].widget.attrs |= {"type": "search", "autocomplete": "off"}
        if not self.data.get("q"):
            self.fields["q"].widget.attrs["autofocus"] = True


class ExcuseForm(forms.Form):
    """Why somebody need not come. One choice: the desk writes nothing about health or the case."""

    reason = forms.ChoiceField(
        label=_("Why does this person not come?"),
        widget=forms.RadioSelect,
        choices=[(reason.value, reason.label) for reason in EXCUSES],
    )
