"""What the desk asks: whom to look for, why somebody did not come, and what each step of a stay needs."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.entry import normalise_v_number
from asylum_portal.accounts.models import Organisation, User
from asylum_portal.inputs import DayInput, MomentInput
from cases.models import Applicant
from reception.actions import EXCUSES
from reception.checks import REASON_REQUIRED, TICKS, WITH_MOMENT
from reception.given import Wanted
from reception.models import Centre, Reception, ReportingSlot, Weekday, centres_of

State = ReportingSlot.State
# The same for a number that does not exist: who is no guest of a desk is none of its business.
NOBODY_WAITS = _("Nobody with this number waits for a place at a centre.")


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


class ExemptForm(forms.Form):
    """For which reports somebody need not come."""

    ONE, UNTIL, ALL = "one", "until", "all"
    which = forms.ChoiceField(
        label=_("Which reports?"),
        widget=forms.RadioSelect,
        choices=[
            (ONE, _("This report only")),
            (UNTIL, _("Every report until a day")),
            (ALL, _("Every report until further notice")),
        ],
    )
    until = forms.DateField(label=_("Last day without a report"), widget=DayInput(), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("which") == self.UNTIL and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Give the last day."))
        return cleaned


class PeopleFilter(forms.Form):
    """Whom of the people of a centre to look for."""

    q = forms.CharField(
        label=_("V-number or name"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "dir": "auto"}),
    )


class LifeForm(forms.Form):
    """The form of one step of somebody's stay; `wanted` is what take_step is given."""

    def __init__(
        self, *args: Any, name: str, reception: Reception | None, centres: QuerySet[Centre], now: datetime
    ) -> None:
        data = args[0] if args else None
        super().__init__(data)
        self.name, self.today = name, timezone.localdate(now)
        if name in WITH_MOMENT:
            moment = forms.DateTimeField(label=_("Day and time"), widget=MomentInput())
            moment.initial = timezone.localtime(now).replace(second=0, microsecond=0)
            self.fields["moment"] = moment
        else:
            self.fields["on"] = forms.DateField(
                label=_("Day of the event"),
                help_text=_("Today, unless it happened earlier."),
                initial=self.today,
                widget=DayInput(),
                required=False,
            )
        self._ask(reception, centres)
        for tick, label in TICKS.get(name, {}).items():
            self.fields[tick] = forms.BooleanField(label=label, required=False)
        self.fields["reason"] = forms.CharField(
            label=_("Reason or remark"),
            widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            max_length=1000,
            required=name in REASON_REQUIRED,
        )

    def _ask(self, reception: Reception | None, centres: QuerySet[Centre]) -> None:
        match self.name:
            case "refer_to_reception":
                self.fields["centre"] = forms.ModelChoiceField(label=_("Centre"), queryset=centres)
                if len(centres) == 1:
                    self.fields["centre"].initial = centres[0]
            case "order_move":
                stay = reception.stay if reception else None
                elsewhere = Centre.objects.exclude(pk=stay.centre_id if stay else 0)
                self.fields["centre"] = forms.ModelChoiceField(label=_("New centre"), queryset=elsewhere)
            case "arrive_at_centre":
                self.fields["weekday"] = forms.TypedChoiceField(
                    label=_("Reports on"), choices=[("", "—"), *Weekday.choices], coerce=int, empty_value=None
                )
            case "wait_for_home":
                municipalities = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY)
                self.fields["municipality"] = forms.ModelChoiceField(
                    label=_("Municipality that looks for a home"), queryset=municipalities
                )
            case "offer_home":
                self.fields["address"] = forms.CharField(label=_("Address of the home"), max_length=200)
                self.fields["viewing_at"] = forms.DateTimeField(
                    label=_("Day and time to see the home"), widget=MomentInput(), required=False
                )
            case "propose_end_of_reception" if reception and reception.procedure.case.unaccompanied_minor:
                self.fields["child_ground"] = forms.ChoiceField(
                    label=_("Ground for a child alone"),
                    choices=[("", "—"), *Reception.ChildGround.choices],
                )

    @property
    def on(self) -> date:
        """The day of the event."""
        cleaned = getattr(self, "cleaned_data", {})
        if moment := cleaned.get("moment"):
            return timezone.localdate(moment)
        return cleaned.get("on") or self.today

    def wanted(self) -> dict[str, Any]:
        """The inputs of the step, as far as they are filled in and right."""
        cleaned = getattr(self, "cleaned_data", {})
        ticks = TICKS.get(self.name, {})
        asked = {field for field in Wanted.__dataclass_fields__ if field in self.fields}
        given = {key: cleaned[key] for key in asked if cleaned.get(key) not in ("", None)}
        return given | {"facts": {tick: True for tick in ticks if cleaned.get(tick)}}

    def as_inputs(self) -> dict[str, Any]:
        """What take_step takes beside procedure, step and actor."""
        return {"on": self.on, **self.wanted()}

    def known(self) -> dict[str, Any]:
        """What the empty form says already; for what follows from it."""
        return {"moment": self.fields["moment"].initial} if "moment" in self.fields else {}


def form_of(reception: Reception, name: str, *, worker: User, now: datetime) -> Callable[..., LifeForm]:
    """What makes the form of a step of somebody's stay for this worker, empty or with what was sent."""
    centres = centres_of(worker, on=timezone.localdate(now))
    return partial(LifeForm, name=name, reception=reception, centres=centres, now=now)


class ReferForm(LifeForm):
    """A centre takes somebody in, known by the number on her card."""

    def __init__(self, *args: Any, centres: QuerySet[Centre], now: datetime) -> None:
        super().__init__(*args, name="refer_to_reception", reception=None, centres=centres, now=now)
        self.fields = {
            "v_number": forms.CharField(
                label=_("V-number (V-nummer)"),
                max_length=20,
                widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
            ),
            **self.fields,
        }

    def applicant(self) -> Applicant | None:
        """Whose number this is, exactly."""
        number = normalise_v_number(self.cleaned_data.get("v_number", ""))
        if not number:
            return None
        match = Q(v_number__iexact=number) | Q(v_number__iexact=f"V{number}")
        return Applicant.objects.filter(match, case__isnull=False).first()
