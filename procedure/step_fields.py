"""What each step asks of its taker beside day, ticks and document."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from asylum_portal.inputs import DayInput, MomentInput
from cases.models import Document
from procedure.guards import WAITING_TERMS
from procedure.models import Appeal, Procedure, Replacement, RulePackage
from procedure.states import (
    CHOSEN_SCHEDULES,
    GRANTS,
    REFUSALS,
    REFUSALS_OF_TRACK,
    Outcome,
    Schedule,
    State,
    Track,
)
from procedure.step_choices import (
    CLAIM_KINDS,
    DECISION_PERIOD_BASES,
    DISCONTINUATION_GROUNDS,
    EXTENDED_REASONS,
    EXTENSION_GROUNDS,
    PERMIT_GROUNDS,
    PREPARATION_EXCEPTIONS,
)
from procedure.terms import add_months


def _choice(label: Any, choices: list[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], **options)


def long_text(label: Any, **options: Any) -> forms.CharField:
    options.setdefault("max_length", 1000)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}), **options)


def meeting_fields() -> dict[str, forms.Field]:
    return {
        "meeting_at": forms.DateTimeField(
            label=_("Day and time of the appointment"), widget=MomentInput(), required=False
        ),
        "meeting_place": forms.CharField(label=_("Place"), max_length=200, required=False),
        "meeting_language": forms.CharField(
            label=_("Language of the interpreter"), max_length=60, required=False
        ),
    }


def letter(*, required: bool) -> dict[str, forms.Field]:
    return {
        "letter_due_on": forms.DateField(
            label=_("Last day, as the letter says"),
            help_text="" if required else _("Only when the letter has another date than the portal."),
            widget=DayInput(),
            required=required,
        ),
        "letter_reason": long_text(_("Why this date"), required=required, max_length=300),
    }


class LawyerChoice(forms.ModelChoiceField):
    """A lawyer, shown with her office."""

    def label_from_instance(self, lawyer: User) -> str:
        office = f" ({lawyer.organisation.name})" if lawyer.organisation else ""
        return f"{lawyer.display_name}{office}"


def _lawyers() -> LawyerChoice:
    lawyers = User.objects.filter(role=Role.LAWYER, is_active=True).select_related("organisation")
    return LawyerChoice(label=_("Lawyer"), queryset=lawyers.order_by("display_name"))


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **options)


def _tick(label: Any, **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, **options)


def _rulings(*, higher: bool = False) -> dict[str, forms.Field]:
    given = Appeal.Ruling if higher else Appeal.OF_THE_COURT
    return {"ruling": _choice(_("Judgment"), [(str(ruling), ruling.label) for ruling in given])}


def _detained(procedure: Procedure) -> dict[str, forms.Field]:
    return {"detained": _tick(_("The person is detained"), initial=procedure.detained)}


def _senior_decides(procedure: Procedure) -> dict[str, forms.Field]:
    return {
        "senior_decides": _tick(
            _("Article 1F may apply: a supervisor takes the decision"), initial=procedure.senior_decides
        )
    }


def _leaving() -> dict[str, forms.Field]:
    return {
        "leave_at_once": _tick(_("There is no departure term (art. 62(2))")),
        "leave_until_on": _day(
            _("Last day to leave, when the decision names one"),
            required=False,
            help_text=_("Empty: four weeks. A shorter time stands in the decision (art. 62(2))."),
        ),
    }


def _outcomes(procedure: Procedure) -> list[tuple[str, Any]]:
    allowed = REFUSALS_OF_TRACK.get(Track(procedure.track), REFUSALS)
    return [(str(code), Outcome(code).label) for code in allowed]


def _day_one(procedure: Procedure) -> dict[str, forms.Field]:
    return {"day_one_on": _day(_("Day 1"))}


def _validity(procedure: Procedure) -> dict[str, forms.Field]:
    """A grant counts from the day of the application (Vw 44(2)), for the years of the package."""
    years = procedure.package.law.values.get("permit_validity_years")
    starts = procedure.lodged_on
    ends = add_months(starts, 12 * int(years)) if starts and years else None
    return {
        "valid_from": _day(_("First day of the permit"), initial=starts),
        "valid_until": _day(_("Last day of the permit"), initial=ends),
    }


def _running_terms(procedure: Procedure, codes: set[str] | None = None) -> list[tuple[str, str]]:
    """The running terms by name and last day; of these rules only, when some are given."""
    terms = procedure.deadlines.running().order_by("due_at")
    if codes is not None:
        terms = terms.filter(rule_code__in=codes)
    found = []
    for term in terms:
        term.procedure = procedure
        found.append((str(term.pk), f"{term.title}: {dates.long_date(term.effective_due_on)}"))
    return found


class DocumentChoice(forms.ModelChoiceField):
    """A document of the case, shown with its day."""

    def label_from_instance(self, document: Document) -> str:
        return f"{document.title}, {dates.short_date(timezone.localdate(document.received_at))}"


def _extendable(procedure: Procedure) -> dict[str, forms.Field]:
    extensions = procedure.package.law.extensions.values()
    codes = {code for extension in extensions for code in extension.rules}
    grounds = {key: _(title) for extension in extensions for key, title in extension.grounds.items()}
    return {
        "term": _choice(_("Which time"), _running_terms(procedure, codes)),
        # Which of the terms needs proof is known when it is chosen.
        **_more_time(procedure, grounds, proof=False),
    }


def _longer_response(procedure: Procedure) -> dict[str, forms.Field]:
    """T30: the grounds on which the term of this response can get more time."""
    term = procedure.latest_deadline(*WAITING_TERMS[State.INTENDED_DECISION])
    extensions = term.law.extensions_of(term.rule_code) if term is not None else ()
    return _more_time(
        procedure,
        {key: _(title) for extension in extensions for key, title in extension.grounds.items()},
        proof=any(extension.proof for extension in extensions),
    )


def _more_time(procedure: Procedure, grounds: Mapping[str, Any], *, proof: bool) -> dict[str, forms.Field]:
    proofs = procedure.case.documents.order_by("-received_at")
    return {
        "ground": _choice(_("Ground"), list(grounds.items())),
        "obstacle_ended_on": _day(
            _("Day on which the obstacle ended"),
            required=False,
            help_text=_(
                "Where the ground counts from then: when the interpreter was there, the lawyer was back."
            ),
        ),
        "until": _day(_("New last day")),
        "proof": DocumentChoice(
            label=_("The proof on file"), queryset=proofs, required=proof, empty_label="—"
        ),
    }


def _pause(procedure: Procedure) -> dict[str, forms.Field]:
    grounds = procedure.package.law.suspensions.values()
    return {
        "ground": _choice(_("Why the time stands still"), [(item.code, _(item.title)) for item in grounds]),
        "starts_on": _day(_("First day on which it stands still")),
        "ends_on": _day(
            _("Last day on which it stands still"),
            required=False,
            help_text=_("Leave this empty when nobody knows yet. You end the pause later."),
        ),
    }


def _open_pauses(procedure: Procedure) -> dict[str, forms.Field]:
    law = procedure.package.law
    found = [
        (
            str(pause.pk),
            _("%(ground)s, since %(day)s")
            % {
                "ground": _(law.suspensions[pause.ground].title)
                if pause.ground in law.suspensions
                else pause.ground,
                "day": dates.long_date(pause.starts_on),
            },
        )
        for pause in procedure.suspensions.filter(ends_on__isnull=True)
    ]
    return {
        "suspension": _choice(_("Which pause"), found),
        "resumes_on": _day(_("First day on which time runs again")),
    }


def _packages(procedure: Procedure) -> dict[str, forms.Field]:
    others = RulePackage.objects.filter(status="published").exclude(pk=procedure.package_id)
    return {"package": _choice(_("Rules"), [(row.pk, _(row.title)) for row in others.order_by("valid_from")])}


def _text_field(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}), **options
    )


# By step; a key that is no argument of the step is a fact of the history.
FIELDS: dict[str, Callable[[Procedure], dict[str, forms.Field]]] = {
    "finish_application_interview": lambda procedure: _senior_decides(procedure),
    "begin_preparation": lambda procedure: {
        "schedule": _choice(
            _("Days of the general procedure"),
            [(str(code), Schedule(code).label) for code in CHOSEN_SCHEDULES],
        )
    },
    "refer_to_dublin": lambda procedure: {
        "hit": _tick(_("Fingerprints or a visa were found (Eurodac, VIS)")),
        "hit_on": _day(_("Day on which they were found"), required=False),
        **_detained(procedure),
    },
    "choose_nine_days": lambda procedure: {
        "why_nine_days": _choice(
            _("Why nine days"),
            [("complex", _("The case is complex")), ("needs", _("The person needs more attention"))],
        )
    },
    "complete_preparation": lambda procedure: {
        **_day_one(procedure),
        "no_medical_consent": _tick(_("The applicant did not consent to the health assessment")),
        "six_days_suffice": long_text(_("Why six days are enough for this person"), required=False),
        "preparation_exception": forms.ChoiceField(
            label=_("Exception to rest and preparation"), choices=PREPARATION_EXCEPTIONS, required=False
        ),
    },
    "announce_other_day_one": _day_one,
    "plan_one_day_test": _day_one,
    "choose_track": lambda procedure: {
        "track": _choice(
            _("Procedure"),
            [(code, title) for code, title in Track.choices if code in procedure.package.law.graph.tracks],
        )
    },
    "issue_intended_decision": lambda procedure: {
        **_detained(procedure),
        **letter(required=False),
    },
    "reconsider": lambda procedure: {**_detained(procedure), **letter(required=False)},
    "close_interview": lambda procedure: _senior_decides(procedure),
    "hold_one_day_test": lambda procedure: {
        "interview_omitted": long_text(_("Why there was no interview"), required=False, max_length=300),
        **_senior_decides(procedure),
    },
    "close_extended_interview": lambda procedure: {**_senior_decides(procedure), **letter(required=False)},
    "extend_general_procedure": lambda procedure: {"ground": _choice(_("Ground"), EXTENSION_GROUNDS)},
    "refer_to_extended": lambda procedure: {
        "why_extended": _choice(_("Why the extended procedure"), EXTENDED_REASONS),
        **(
            {"continue_at_border": _tick(_("The case is continued at the border"))}
            if procedure.border
            else {}
        ),
    },
    "extend_decision_period": lambda procedure: {
        "ground": _choice(_("Ground"), DECISION_PERIOD_BASES),
        **letter(required=True),
    },
    "extend_response_term": _longer_response,
    "send_claim": lambda procedure: {
        "kind": _choice(_("What is asked"), CLAIM_KINDS),
        "country": _text_field(_("Country")),
    },
    "accept_claim": lambda procedure: {
        "by_default": _tick(_("The other country did not answer in time, which counts as yes")),
        "accepted_on": _day(
            _("Day of the acceptance"),
            required=False,
            help_text=_("Empty: the day of the event; without an answer, the day after the time for it."),
        ),
        **_detained(procedure),
        **letter(required=False),
    },
    "take_responsibility": lambda procedure: {
        "responsible_on": _day(
            _("Day on which it was established"),
            required=False,
            help_text=_("The time for the decision counts from this day. Empty: the day of the event."),
        )
    },
    "decide_not_to_consider": lambda procedure: letter(required=False),
    "confirm_transfer": lambda procedure: {"country": _text_field(_("Country"))},
    "find_incomplete": lambda procedure: letter(required=False),
    "grant": lambda procedure: {
        "outcome": _choice(_("Ground of the permit"), [(str(code), Outcome(code).label) for code in GRANTS])
    },
    "refuse": lambda procedure: {
        "outcome": _choice(_("Ground of the refusal"), _outcomes(procedure)),
        "suspensive_exception": _tick(
            _("An exception holds: the appeal suspends all the same (art. 30a(1)(c), 30b(1)(h))")
        ),
        **_leaving(),
        **letter(required=False),
    },
    "refuse_incomplete": lambda procedure: {**_leaving(), **letter(required=False)},
    "confirm_withdrawal": lambda procedure: _leaving(),
    "reopen_after_annulment": lambda procedure: letter(required=False),
    "request_withdrawal": lambda procedure: {
        "interpreter_name": forms.CharField(
            label=_("Name of the interpreter"), max_length=120, required=False
        )
    },
    "record_no_show": lambda procedure: letter(required=False),
    "intend_to_discontinue": lambda procedure: {
        "why": _choice(_("Ground"), DISCONTINUATION_GROUNDS),
        **letter(required=True),
    },
    "discontinue": lambda procedure: {**_leaving(), **letter(required=False)},
    "assign_lawyer": lambda procedure: {"lawyer": _lawyers()},
    "change_lawyer": lambda procedure: {"lawyer": _lawyers()},
    "pause": _pause,
    "resume": _open_pauses,
    "extend_term": _extendable,
    "set_letter_date": lambda procedure: {
        "term": _choice(_("Which time"), _running_terms(procedure)),
        **letter(required=True),
    },
    "move_to_package": _packages,
    "impose_border_measure": lambda procedure: {
        "handed_at": forms.DateTimeField(
            label=_("Day and time at which the decision was handed over"), widget=MomentInput()
        ),
        "child_reason": long_text(
            _("Why a child is with this person at the border"), required=False, max_length=300
        ),
    },
    "lodge_appeal": lambda procedure: {
        "late_reason": long_text(_("Why late"), required=False, max_length=500)
    },
    "record_provisional_ruling": lambda procedure: {
        "granted": forms.TypedChoiceField(
            label=_("Ruling"),
            choices=[("", "—"), ("yes", _("The person may wait here")), ("no", _("Refused"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
        )
    },
    "record_ruling": lambda procedure: _rulings(),
    "record_higher_ruling": lambda procedure: _rulings(higher=True),
    "make_final": lambda procedure: {
        "no_right_of_residence": _tick(_("There is no other right of residence (code 98)"))
    },
    "hand_out_permit": _validity,
    "hand_out_at_once": _validity,
    "extend_permit": lambda procedure: {"valid_until": _day(_("Last day of the permit"))},
    "request_permit_extension": lambda procedure: {
        "third_party_advice": _tick(_("Somebody else must give advice"))
    },
    "report_loss": lambda procedure: {"what": _choice(_("What happened"), Replacement.What.choices)},
    "replace_document": lambda procedure: {
        "damaged_document_returned": _tick(_("The damaged document was handed in")),
        "report_number": _text_field(_("Number of the police report"), required=False),
    },
    "intend_permit_withdrawal": lambda procedure: {
        "ground": _choice(_("Ground of art. 32(1)"), PERMIT_GROUNDS),
        **letter(required=False),
    },
    "withdraw_permit": lambda procedure: {**_leaving(), **letter(required=False)},
    "order_departure": lambda procedure: letter(required=True),
    "confirm_departure": lambda procedure: {"country": _text_field(_("Country"))},
}
