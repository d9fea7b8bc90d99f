"""One form a step: day, ticks, what it asks beside them, document, reason."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import OWN_SIDE, Organisation, User
from asylum_portal.inputs import DayInput
from cases.access import uploadable_codes
from cases.document_types import DOCUMENT_TYPES
from cases.forms import ProvenFileField
from cases.models import PARTNERS, Document
from procedure.checks import REASON_REQUIRED, TICKS, ticks_of
from procedure.effects import APPOINTMENT_OF_STEP
from procedure.filings import Kind
from procedure.given import Given, Letter, Meeting
from procedure.models import Procedure
from procedure.states import Schedule, State, Track
from procedure.step_documents import (
    DOCUMENT_OF_STEP,
    INSTEAD_OF_DOCUMENT,
    MAY_BE_ON_FILE,
    document_code,
    document_is_missing,
)
from procedure.step_fields import ARGUMENTS, FIELDS, NOT_FACTS, DocumentChoice, long_text, meeting_fields

# What the applicant's side does, it does today; appointments and interpreters are the service's to arrange.
_ONLY_SERVICE = ("on", "meeting_at", "meeting_place", "meeting_language", "interpreter_name")


# Whose reason stands in the ledger of the dates that it moved.
_SHOWN = {"pause", "resume", "extend_term"}


class StepForm(forms.Form):
    """The form of one step of one procedure; `as_inputs` is what apply_transition takes."""

    def __init__(
        self,
        *args: Any,
        procedure: Procedure,
        name: str,
        today: date,
        actor: User | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.procedure, self.name = procedure, name
        self.fields["on"] = forms.DateField(
            label=_("Day of the event"),
            help_text=_("Today, unless it happened earlier."),
            initial=today,
            widget=DayInput(),
            required=False,
        )
        self.today = today
        for tick, label in ticks_of(name).items():
            self.fields[tick] = forms.BooleanField(label=label, required=False)
        if name in FIELDS:
            self.fields.update(FIELDS[name](procedure))
        if name in APPOINTMENT_OF_STEP:
            self.fields.update(meeting_fields())
            self.fields["meeting_language"].initial = procedure.case.applicant.interpreter_language
        if code := document_code(procedure, name):
            self.fields["document"] = ProvenFileField(
                label=DOCUMENT_TYPES[code].title,
                # Nobody need attach what the file, or perhaps a tick, already answers.
                required=name not in INSTEAD_OF_DOCUMENT and document_is_missing(procedure, name, None, {}),
                error_messages={"required": _("Add the document.")},
            )
        self.fields["reason"] = long_text(
            _("Reason or remark"),
            required=name in REASON_REQUIRED,
            help_text=_("The applicant and the lawyer read this beside the date.") if name in _SHOWN else "",
        )
        if actor is not None and actor.role in OWN_SIDE:
            for field in _ONLY_SERVICE:
                self.fields.pop(field, None)

    def clean_on(self) -> date:
        return self.cleaned_data["on"] or self.today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # The action refuses these too; said here, all that is missing is said at once.
        for tick in TICKS.get(self.name, {}):
            if not cleaned.get(tick):
                self.add_error(tick, _("Confirm this before you go on."))
        meeting_at = cleaned.get("meeting_at")
        if meeting_at and not cleaned.get("meeting_place"):
            self.add_error("meeting_place", _("Say where the appointment is."))
        if meeting_at and cleaned.get("on") and timezone.localdate(meeting_at) < cleaned["on"]:
            self.add_error("meeting_at", _("The appointment lies before the day of this step."))
        return cleaned

    def given(self) -> Given:
        """What has been filled in, as far as it is known and right; for the preview."""
        if self.is_bound:
            return self._given(getattr(self, "cleaned_data", {}))
        known = {}
        for key in ARGUMENTS.get(self.name, ()):
            try:
                known[key] = self.fields[key].clean(self.get_initial_for_field(self.fields[key], key))
            except forms.ValidationError:
                continue
        return Given(arguments=known)

    def as_inputs(self) -> dict[str, Any]:
        """The keyword arguments of apply_transition."""
        given = self._given(self.cleaned_data)
        return {
            **given.arguments,
            "on": self.cleaned_data.get("on") or self.today,
            "reason": given.reason,
            "facts": given.facts,
            "document": given.document,
            "lawyer": given.lawyer,
            "letter": given.letter,
            "appointment": given.appointment,
        }

    def _given(self, data: dict[str, Any]) -> Given:
        arguments = ARGUMENTS.get(self.name, ())
        letter = meeting = None
        if data.get("letter_due_on"):
            letter = Letter(due_on=data["letter_due_on"], reason=data.get("letter_reason", ""))
        if data.get("meeting_at"):
            meeting = Meeting(
                starts_at=data["meeting_at"],
                place=data.get("meeting_place", ""),
                interpreter_language=data.get("meeting_language", ""),
            )
        return Given(
            document=data.get("document"),
            letter=letter,
            appointment=meeting,
            lawyer=data.get("lawyer"),
            reason=data.get("reason", ""),
            facts={
                key: value
                for key, value in data.items()
                if key not in NOT_FACTS and key not in arguments and value not in ("", None, False)
            },
            arguments={key: data[key] for key in arguments if data.get(key) not in ("", None)},
        )


class RepeatForm(forms.Form):
    """The announcement of a repeat application (T44)."""

    def __init__(self, *args: Any, by_service: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = "announce_repeat_application"
        self.today = today
        if by_service:
            self.fields["on"] = forms.DateField(
                label=_("Day of the event"),
                help_text=_("Today, unless it happened earlier."),
                initial=today,
                widget=DayInput(),
                required=False,
            )
        for tick, label in ticks_of(name).items():
            self.fields[tick] = forms.BooleanField(label=label, required=False)
        self.ticks = list(ticks_of(name))
        self.fields["document"] = ProvenFileField(
            label=DOCUMENT_TYPES[DOCUMENT_OF_STEP[name]].title,
            error_messages={"required": _("Add the document.")},
        )
        self.fields["reason"] = long_text(_("Reason or remark"), required=False)

    def as_inputs(self) -> dict[str, Any]:
        """The keyword arguments of announce_repeat_application."""
        data = self.cleaned_data
        return {
            "on": data.get("on") or self.today,
            "document": data["document"],
            "reason": data["reason"],
            "facts": {tick: True for tick in self.ticks if data.get(tick)},
        }


def codes_added_by(worker: User) -> list[str]:
    """The documents that this worker puts on file outside a step; a step brings its own along."""
    with_a_step = set(DOCUMENT_OF_STEP.values()) - MAY_BE_ON_FILE
    return [code for code in uploadable_codes(worker) if code not in with_a_step]


class DocumentForm(forms.Form):
    """A document for the file: a judgment, medical advice, a note."""

    code = forms.ChoiceField(label=_("What it is"))
    content = ProvenFileField(
        label=_("File"), help_text=_("A PDF or a photo (JPEG, PNG, WebP), 20 MB at the most.")
    )
    conclusion = long_text(
        _("Conclusion"),
        required=False,
        max_length=500,
        help_text=_("Who may not read the whole, as with medical advice, reads this."),
    )

    def __init__(self, *args: Any, worker: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["code"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "—"), *((code, DOCUMENT_TYPES[code].title) for code in codes_added_by(worker))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = DOCUMENT_TYPES.get(cleaned.get("code", ""))
        if kind is not None and kind.conclusion_only_for and not cleaned.get("conclusion"):
            self.add_error("conclusion", _("Write the conclusion: it is all that the service may know."))
        return cleaned


class OfficeChoice(forms.ModelChoiceField):
    """An office of a partner, below the kind of partner that it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Organisation.objects.none(), **options)

    def offer(self, roles: list[tuple[str, Any]]) -> None:
        offices: dict[str, list[int]] = {}
        people = User.objects.filter(role__in=[role for role, _label in roles], is_active=True)
        for role, office in people.values_list("role", "organisation").distinct():
            if office is not None:
                offices.setdefault(role, []).append(office)
        found = Organisation.objects.in_bulk({pk for pks in offices.values() for pk in pks})
        self.queryset = Organisation.objects.filter(pk__in=found)
        self.choices = [
            ("", _("all offices")),
            *(
                (label, sorted(((pk, found[pk].name) for pk in offices[role]), key=lambda row: row[1]))
                for role, label in roles
                if role in offices
            ),
        ]


class PartForm(forms.Form):
    """To whom a case is opened, and why."""

    role = forms.ChoiceField(label=_("Partner"), choices=[("", "—"), *PARTNERS])
    organisation = OfficeChoice(
        label=_("Office"),
        required=False,
        help_text=_("One office of this partner; the part of another one ends today."),
    )
    reason = long_text(_("Why"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        office = self.fields["organisation"]
        assert isinstance(office, OfficeChoice)
        office.offer(PARTNERS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, office = cleaned.get("role"), cleaned.get("organisation")
        if role and office and not office.users.filter(role=role, is_active=True).exists():
            self.add_error("organisation", _("Nobody of this partner works at this office."))
        return cleaned


class DayOneForm(forms.Form):
    """A possible day 1, to see which days would follow."""

    start = forms.DateField(label=_("Day 1"), widget=DayInput())


class CaseSearch(forms.Form):
    """Which cases a partner looks for."""

    q = forms.CharField(
        label=_("Number or name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class WorklistFilter(forms.Form):
    """Which cases the work list shows; everything is open to be left empty."""

    q = forms.CharField(
        label=_("Number or name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    state = forms.ChoiceField(label=_("State"), choices=[("", _("all"))], required=False)
    track = forms.ChoiceField(label=_("Procedure"), choices=[("", _("all"))], required=False)
    whose = forms.ChoiceField(
        label=_("Whose"),
        choices=[("", _("all that I may see")), ("mine", _("mine")), ("team", _("my team's"))],
        required=False,
    )
    due_until = forms.DateField(label=_("Last day until"), widget=DayInput(), required=False)
    language = forms.ChoiceField(label=_("Interpreter"), choices=[("", _("all"))], required=False)

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("all"))]
        tracks = [(code, f"{Track.GENERAL.label}: {label}") for code, label in Schedule.choices]
        self._offer("state", [*everything, *State.choices])
        self._offer("track", [*everything, *Track.choices, *tracks])
        self._offer("language", [*everything, *((language, language) for language in languages)])

    def _offer(self, field: str, choices: list[tuple[str, Any]]) -> None:
        choice = self.fields[field]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = choices


class FilingForm(forms.Form):
    """A document for a term, or evidence."""

    content = ProvenFileField(
        label=_("File"), help_text=_("A PDF or a photo (JPEG, PNG, WebP), 20 MB at the most.")
    )
    late_reason = long_text(
        _("If it is late: why"), required=False, max_length=500, help_text=_("A late letter is read too.")
    )
    translation_of = DocumentChoice(label=_("This is a translation of"), queryset=Document.objects.none())
    complete = forms.BooleanField(
        label=_("This is everything; nothing more follows for this step"), required=False, initial=True
    )

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        late: bool,
        closes: bool,
        originals: models.QuerySet[Document],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if kind == Kind.TRANSLATION:
            cast(DocumentChoice, self.fields["translation_of"]).queryset = originals
        else:
            del self.fields["translation_of"]
        if not late:
            del self.fields["late_reason"]
        if not closes:
            del self.fields["complete"]
