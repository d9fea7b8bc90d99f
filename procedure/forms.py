"""One form a step: what its taker must say, in the order of the model."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from asylum_portal.inputs import DayInput, MomentInput
from cases.access import uploadable_codes
from cases.document_types import DOCUMENT_TYPES
from cases.forms import ProvenFileField
from cases.models import Document
from procedure.actions import Letter
from procedure.checks import DOCUMENT_OF_STEP, MAY_BE_ON_FILE, REASON_REQUIRED, TICKS, document_is_missing
from procedure.effects import APPOINTMENT_OF_STEP, Meeting
from procedure.filings import Kind
from procedure.models import Procedure
from procedure.states import GRANTS, REFUSALS, Outcome, Schedule, State, Track

EXTENSION_GROUNDS = [
    ("a", _("a. A step of the service is late, and the service could not help it")),
    ("b", _("b. A step of the applicant is late, and more time was asked for with reasons")),
    ("c", _("c. Identity or nationality is still being examined")),
    ("d", _("d. The statements have changed in an important way")),
    ("e", _("e. Circumstances of another permit are being examined")),
    ("f", _("f. A forensic medical examination was offered")),
    ("g", _("g. The applicant did not come, or has disappeared")),
]
RESPONSE_GROUNDS = [
    ("interpreter", _("No interpreter was to be had")),
    ("lawyer_ill", _("The lawyer has fallen ill")),
    ("applicant_ill", _("The applicant must recover first (medical note)")),
    ("transfer", _("A move to another centre fell on the appointment")),
    ("lawyer_leave", _("The lawyer is on leave that was announced a month before")),
]
DECISION_PERIOD_BASES = [
    ("42(4)(a)", _("Complex case: art. 42(4)(a)")),
    ("42(4)(b)", _("Many applications at once: art. 42(4)(b)")),
    ("42(4)(c)", _("The applicant does not cooperate: art. 42(4)(c)")),
    ("42(5)", _("Three more months: art. 42(5)")),
]
EXTENDED_REASONS = [
    ("overrun", _("The days of the general procedure were not enough")),
    ("more_time", _("More investigation is needed")),
    ("ill", _("The applicant is ill")),
    ("no_interpreter", _("No interpreter was to be had")),
    ("child_under_12", _("Unaccompanied child under twelve")),
    ("family", _("The family is in the extended procedure")),
    ("no_staff", _("No officer with the right experience was to be had")),
]
PREPARATION_EXCEPTIONS = [
    ("", _("No exception")),
    ("3.109(7)a", _("Danger to public order or national security: Vb 3.109(7)(a)")),
    ("3.109(7)b", _("Nuisance at the reception centre: Vb 3.109(7)(b)")),
    ("3.109(7)c", _("Detention: Vb 3.109(7)(c)")),
]


def _choice(label: Any, choices: list[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], **options)


def _text(label: Any, **options: Any) -> forms.CharField:
    options.setdefault("max_length", 1000)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}), **options)


def _meeting() -> dict[str, forms.Field]:
    return {
        "meeting_at": forms.DateTimeField(
            label=_("Day and time of the appointment"), widget=MomentInput(), required=False
        ),
        "meeting_place": forms.CharField(label=_("Place"), max_length=200, required=False),
        "meeting_language": forms.CharField(
            label=_("Language of the interpreter"), max_length=60, required=False
        ),
    }


def _letter(*, required: bool) -> dict[str, forms.Field]:
    return {
        "letter_due_on": forms.DateField(
            label=_("Last day, as the letter says"),
            help_text="" if required else _("Only when the letter has another date than the portal."),
            widget=DayInput(),
            required=required,
        ),
        "letter_reason": _text(_("Why this date"), required=required, max_length=300),
    }


class LawyerChoice(forms.ModelChoiceField):
    """A lawyer, shown with her office."""

    def label_from_instance(self, lawyer: User) -> str:
        office = f" ({lawyer.organisation.name})" if lawyer.organisation else ""
        return f"{lawyer.display_name}{office}"


def _lawyers() -> LawyerChoice:
    lawyers = User.objects.filter(role=Role.LAWYER, is_active=True).select_related("organisation")
    return LawyerChoice(label=_("Lawyer"), queryset=lawyers.order_by("display_name"))


# What a step asks beside day, document and ticks; a key that is no argument of the action is a fact.
_EXTRA: dict[str, Callable[[], dict[str, forms.Field]]] = {
    "begin_preparation": lambda: {"schedule": _choice(_("Days of the general procedure"), Schedule.choices)},
    "choose_nine_days": lambda: {
        "why_nine_days": _choice(
            _("Why nine days"),
            [("complex", _("The case is complex")), ("needs", _("The person needs more attention"))],
        )
    },
    "complete_preparation": lambda: {
        "day_one_on": forms.DateField(label=_("Day 1 of the general procedure"), widget=DayInput()),
        "no_medical_consent": forms.BooleanField(
            label=_("The applicant did not consent to the health assessment"), required=False
        ),
        "six_days_suffice": _text(_("Why six days are enough for this person"), required=False),
        "preparation_exception": forms.ChoiceField(
            label=_("Exception to rest and preparation"), choices=PREPARATION_EXCEPTIONS, required=False
        ),
    },
    "issue_intended_decision": lambda: _letter(required=False),
    "reconsider": lambda: _letter(required=False),
    "close_extended_interview": lambda: _letter(required=False),
    "extend_general_procedure": lambda: {"ground": _choice(_("Ground"), EXTENSION_GROUNDS)},
    "refer_to_extended": lambda: {"why_extended": _choice(_("Why the extended procedure"), EXTENDED_REASONS)},
    "extend_decision_period": lambda: {
        "ground": _choice(_("Ground"), DECISION_PERIOD_BASES),
        **_letter(required=True),
    },
    "extend_response_term": lambda: {
        "why_more_time": _choice(_("Ground"), RESPONSE_GROUNDS),
        **_letter(required=True),
    },
    "grant": lambda: {
        "outcome": _choice(_("Ground of the permit"), [(str(code), Outcome(code).label) for code in GRANTS])
    },
    "refuse": lambda: {
        "outcome": _choice(
            _("Ground of the refusal"), [(str(code), Outcome(code).label) for code in REFUSALS]
        ),
        "leave_at_once": forms.BooleanField(
            label=_("There is no departure term (art. 62(2))"), required=False
        ),
        **_letter(required=False),
    },
    "request_withdrawal": lambda: {
        "interpreter_name": forms.CharField(
            label=_("Name of the interpreter"), max_length=120, required=False
        )
    },
    "assign_lawyer": lambda: {"lawyer": _lawyers()},
    "change_lawyer": lambda: {"lawyer": _lawyers()},
}
# These go to the transition itself; everything else that a form asks is a fact of the history.
_ARGUMENTS = {
    "begin_preparation": ("schedule",),
    "complete_preparation": ("day_one_on",),
    "extend_general_procedure": ("ground",),
    "extend_decision_period": ("ground",),
    "grant": ("outcome",),
    "refuse": ("outcome",),
}
_NOT_FACTS = {
    "on",
    "reason",
    "document",
    "letter_due_on",
    "letter_reason",
    "meeting_at",
    "meeting_place",
    "meeting_language",
    "lawyer",
}


# What the applicant's side does, it does today; appointments and interpreters are the service's to arrange.
_OWN_SIDE = {Role.APPLICANT, Role.GUARDIAN, Role.LAWYER}
_ONLY_SERVICE = ("on", "meeting_at", "meeting_place", "meeting_language", "interpreter_name")


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
        for tick, label in TICKS.get(name, {}).items():
            self.fields[tick] = forms.BooleanField(label=label, required=False)
        self.fields.update(_EXTRA.get(name, dict)())
        if name in APPOINTMENT_OF_STEP:
            self.fields.update(_meeting())
            self.fields["meeting_language"].initial = procedure.case.applicant.interpreter_language
        if name in DOCUMENT_OF_STEP:
            self.fields["document"] = ProvenFileField(
                label=DOCUMENT_TYPES[DOCUMENT_OF_STEP[name]].title,
                # Nobody need attach what a tick or the file already answers.
                required=document_is_missing(procedure, name, None, {"no_medical_consent": True}),
                error_messages={"required": _("Add the document.")},
            )
        self.fields["reason"] = _text(_("Reason or remark"), required=name in REASON_REQUIRED)
        if actor is not None and actor.role in _OWN_SIDE:
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

    def arguments(self) -> dict[str, Any]:
        """What goes to the transition itself, as far as it is known and right."""
        data = getattr(self, "cleaned_data", {})
        return {key: data.get(key) for key in _ARGUMENTS.get(self.name, ())}

    def as_inputs(self) -> dict[str, Any]:
        """The keyword arguments of apply_transition."""
        data = self.cleaned_data
        arguments = _ARGUMENTS.get(self.name, ())
        inputs: dict[str, Any] = {key: data[key] for key in arguments}
        inputs["on"] = data.get("on") or self.today
        inputs["reason"] = data["reason"]
        inputs["facts"] = {
            key: value
            for key, value in data.items()
            if key not in _NOT_FACTS and key not in arguments and value not in ("", None, False)
        }
        inputs["document"] = data.get("document")
        inputs["lawyer"] = data.get("lawyer")
        if data.get("letter_due_on"):
            inputs["letter"] = Letter(due_on=data["letter_due_on"], reason=data["letter_reason"])
        if data.get("meeting_at"):
            inputs["appointment"] = Meeting(
                starts_at=data["meeting_at"],
                place=data["meeting_place"],
                interpreter_language=data["meeting_language"],
            )
        return inputs


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
    conclusion = _text(
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


class OriginalChoice(forms.ModelChoiceField):
    """A document of the case, shown with its day."""

    def label_from_instance(self, document: Document) -> str:
        return f"{document.title}, {dates.short_date(timezone.localdate(document.received_at))}"


class FilingForm(forms.Form):
    """A document for a term, or evidence."""

    content = ProvenFileField(
        label=_("File"), help_text=_("A PDF or a photo (JPEG, PNG, WebP), 20 MB at the most.")
    )
    late_reason = _text(
        _("If it is late: why"), required=False, max_length=500, help_text=_("A late letter is read too.")
    )
    translation_of = OriginalChoice(label=_("This is a translation of"), queryset=Document.objects.none())
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
            cast(OriginalChoice, self.fields["translation_of"]).queryset = originals
        else:
            del self.fields["translation_of"]
        if not late:
            del self.fields["late_reason"]
        if not closes:
            del self.fields["complete"]
