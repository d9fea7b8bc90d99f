"""Procedures, steps, time limits and receipts as the API shows them, from stored rows alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from asylum_portal.accounts.models import Role
from asylum_portal.endpoints import StrictSerializer
from cases.file_types import RefusedFile
from cases.models import Document
from cases.serializers import CaseSerializer, CaseSummarySerializer
from cases.uploads import take_in
from procedure import partners
from procedure.access import SERVICE_ROLES
from procedure.actions import available_transitions, steps_here
from procedure.forms import StepForm
from procedure.machines import title_of
from procedure.models import Deadline, Filing, Procedure, ProcedureDay, Transition
from procedure.states import Outcome, Phase, State
from procedure.step_documents import document_is_missing
from procedure.ticks import TICKS

REASONS_SHOWN_TO = SERVICE_ROLES | {Role.AUDITOR}


class DayPassedOverSerializer(serializers.Serializer):
    """A day that was passed over, with its name in the reader's language."""

    date = serializers.DateField()
    name = serializers.SerializerMethodField()

    def get_name(self, skipped: dict[str, Any]) -> str:
        return _(skipped["name"])


class ProcedureDaySerializer(serializers.ModelSerializer):
    """A planned day of the general procedure."""

    step = serializers.SerializerMethodField()
    skipped_before = DayPassedOverSerializer(many=True, read_only=True)

    class Meta:
        model = ProcedureDay
        fields = ("number", "on", "step", "closes", "skipped_before")

    def get_step(self, day: ProcedureDay) -> str:
        return _(day.step)


class DeadlineSerializer(serializers.ModelSerializer):
    """A time limit: the date, where it comes from, and what became of it."""

    rule = serializers.CharField(source="rule_code", read_only=True)
    title = serializers.SerializerMethodField()
    package = serializers.CharField(source="package_name", read_only=True)
    skipped = DayPassedOverSerializer(source="derivation.skipped", many=True, read_only=True)
    state_title = serializers.CharField(source="get_state_display", read_only=True)
    derivation = serializers.JSONField(read_only=True, help_text="How the computed day was found.")
    letter_reason = serializers.SerializerMethodField(help_text="Null for partners.")
    owed_by = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Deadline
        fields = (
            "id",
            "procedure",
            "rule",
            "title",
            "started_on",
            "computed_due_on",
            "letter_due_on",
            "letter_reason",
            "effective_due_on",
            "due_at",
            "owed_by",
            "soft",
            "state",
            "state_title",
            "still_since",
            "settled_at",
            "skipped",
            "derivation",
            "source",
            "confidence",
            "package",
        )
        read_only_fields = fields

    def get_title(self, deadline: Deadline) -> str:
        return str(deadline.title)

    def to_representation(self, instance: Deadline) -> dict[str, Any]:
        found = super().to_representation(instance)
        if self.context["request"].user.is_partner:
            # What held in the case is kept for counting again; more than a partner may know of it.
            found["derivation"] = {
                key: said for key, said in found["derivation"].items() if key != "circumstances"
            }
        return found

    def get_letter_reason(self, deadline: Deadline) -> str | None:
        return None if self.context["request"].user.is_partner else deadline.letter_reason


class TransitionSerializer(serializers.ModelSerializer):
    """One step that was taken."""

    title = serializers.SerializerMethodField()
    package = serializers.CharField(source="package_name", read_only=True)
    reason = serializers.SerializerMethodField(help_text="For the service, the auditor and whoever wrote it.")

    class Meta:
        model = Transition
        fields = (
            "id",
            "name",
            "title",
            "from_state",
            "to_state",
            "on",
            "at",
            "actor_role",
            "reason",
            "package",
        )
        read_only_fields = fields

    def get_title(self, step: Transition) -> str:
        return str(step.title)

    def get_reason(self, step: Transition) -> str | None:
        reader = self.context["request"].user
        return step.reason if reader.role in REASONS_SHOWN_TO or step.actor_id == reader.pk else None


class ChoiceSerializer(serializers.Serializer):
    """What can be given for a field."""

    value = serializers.CharField()
    title = serializers.CharField()


class StepFieldSerializer(serializers.Serializer):
    """A field of a step, as its page asks it."""

    name = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(
        choices=("text", "day", "moment", "yes_or_no", "choice", "file"),
        help_text="day: 2026-04-02; moment: 2026-04-02T10:00, in Amsterdam unless it has an offset; "
        "file: as multipart/form-data.",
    )
    required = serializers.BooleanField()  # type: ignore[assignment]
    help = serializers.CharField(allow_blank=True)
    max_length = serializers.IntegerField(allow_null=True)
    choices = ChoiceSerializer(many=True)


class StepSerializer(serializers.Serializer):
    """A step that the reader can take now."""

    name = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="Where to post it.")
    fields = StepFieldSerializer(many=True)  # type: ignore[assignment]


class BlockedStepSerializer(serializers.Serializer):
    """A step that fits here and is the reader's, with what still stands in its way."""

    name = serializers.CharField()
    title = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())


class StepsSerializer(serializers.Serializer):
    """What can be done with a procedure, and what was."""

    transitions = StepSerializer(many=True)
    blocked = BlockedStepSerializer(many=True)
    history = TransitionSerializer(many=True)


class TakenSerializer(serializers.Serializer):
    """What a step has changed."""

    transition = TransitionSerializer()
    state = serializers.ChoiceField(choices=State.choices)
    state_title = serializers.CharField()
    opened = DeadlineSerializer(many=True, help_text="Time limits that run from this step.")
    settled = DeadlineSerializer(many=True, help_text="Time limits that this step has met or made pointless.")
    moved = DeadlineSerializer(many=True, help_text="Time limits that have another last day by this step.")


def steps_open_to(procedure: Procedure, *, context: Mapping[str, Any], on: date) -> list[dict[str, Any]]:
    """The steps that the reader can take now, each with its fields."""
    reader = context["request"].user
    return [
        {
            "name": name,
            "title": str(title_of(name)),
            "url": reverse(
                "api:procedure-take", kwargs={"pk": procedure.pk, "name": name}, request=context["request"]
            ),
            "fields": fields_of_step(StepForm(procedure=procedure, name=name, today=on, actor=reader)),
        }
        for name in available_transitions(procedure, reader, on=on)
    ]


def steps_blocked_for(procedure: Procedure, *, context: dict[str, Any], on: date) -> list[dict[str, Any]]:
    """The steps of the reader that fit the state and that something else still forbids."""
    steps = steps_here(procedure, context["request"].user, on=on)
    return [
        {"name": name, "title": str(title_of(name)), "reasons": [str(reason) for reason in reasons]}
        for name, reasons in steps.items()
        if reasons
    ]


def fields_of_step(form: StepForm) -> list[dict[str, Any]]:
    """The fields that the form of a step asks for."""
    return [
        {
            "name": name,
            "title": str(field.label),
            "kind": _kind_of(field),
            "required": field.required or name in TICKS.get(form.name, {}) or _is_owed_document(form, name),
            "help": str(field.help_text),
            "max_length": getattr(field, "max_length", None),
            "choices": [
                {"value": str(value), "title": str(title)}
                for value, title in getattr(field, "choices", ())
                if str(value) != ""
            ],
        }
        for name, field in form.fields.items()
    ]


def _kind_of(field: forms.Field) -> str:
    match field:
        case forms.DateField():
            return "day"
        case forms.DateTimeField():
            return "moment"
        case forms.BooleanField():
            return "yes_or_no"
        case forms.ChoiceField():
            return "choice"
        case forms.FileField():
            return "file"
    return "text"


def _is_owed_document(form: StepForm, field: str) -> bool:
    return field == "document" and document_is_missing(form.procedure, form.name, None, {})


class ProcedureSummarySerializer(serializers.ModelSerializer):
    """A procedure in a list."""

    case_number = serializers.CharField(source="case.number", read_only=True)
    state = serializers.ChoiceField(choices=State.choices, read_only=True)
    state_title = serializers.CharField(source="get_state_display", read_only=True)
    phase = serializers.ChoiceField(choices=Phase.choices, read_only=True)
    package = serializers.CharField(source="package_id", read_only=True)
    outcome = serializers.ChoiceField(
        choices=Outcome.choices,
        read_only=True,
        allow_blank=True,
        allow_null=True,
        help_text="Empty while undecided; null for partners who are not told of decisions.",
    )
    outcome_title = serializers.CharField(source="get_outcome_display", read_only=True, allow_null=True)

    class Meta:
        model = Procedure
        fields: tuple[str, ...] = (
            "id",
            "case",
            "case_number",
            "state",
            "state_title",
            "phase",
            "track",
            "schedule",
            "package",
            "wish_expressed_on",
            "lodged_on",
            "day_one_on",
            "intention_issued_on",
            "withdrawal_requested_on",
            "decided_on",
            "outcome",
            "outcome_title",
        )
        read_only_fields = fields

    def to_representation(self, procedure: Procedure) -> dict[str, Any]:
        shown = super().to_representation(procedure)
        for name in partners.closed_fields(self.context["request"].user):
            shown[name] = None
        return shown


class ProcedureSerializer(ProcedureSummarySerializer):
    """One procedure, with its days and the steps that the reader can take now."""

    days = serializers.SerializerMethodField(help_text="Empty for partners.")
    transitions = serializers.SerializerMethodField()

    class Meta(ProcedureSummarySerializer.Meta):
        fields = (*ProcedureSummarySerializer.Meta.fields, "days", "transitions")
        read_only_fields = fields

    @extend_schema_field(ProcedureDaySerializer(many=True))
    def get_days(self, procedure: Procedure) -> list[dict[str, Any]]:
        days = [] if self.context["request"].user.is_partner else procedure.days.all()
        return list(ProcedureDaySerializer(days, many=True, context=self.context).data)

    @extend_schema_field(StepSerializer(many=True))
    def get_transitions(self, procedure: Procedure) -> list[dict[str, Any]]:
        return steps_open_to(procedure, context=self.context, on=self.context["today"])


class ProcedureOfCaseSerializer(serializers.ModelSerializer):
    """A procedure of a case, in short."""

    state = serializers.ChoiceField(choices=State.choices, read_only=True)
    state_title = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = Procedure
        fields = ("id", "state", "state_title", "track", "wish_expressed_on")


class CaseWithProceduresSummarySerializer(CaseSummarySerializer):
    """A case in a list, with where its procedures stand."""

    procedures = ProcedureOfCaseSerializer(many=True, read_only=True)

    class Meta(CaseSummarySerializer.Meta):
        fields = (*CaseSummarySerializer.Meta.fields, "procedures")


class CaseWithProceduresSerializer(CaseSerializer):
    """One case, with where its procedures stand."""

    procedures = ProcedureOfCaseSerializer(many=True, read_only=True)

    class Meta(CaseSerializer.Meta):
        fields = (*CaseSerializer.Meta.fields, "procedures")


class FilingSerializer(serializers.ModelSerializer):
    """A receipt: which bytes came in when, and in time by how much."""

    kind_title = serializers.CharField(source="get_kind_display", read_only=True)
    sha256 = serializers.CharField(source="document.received_sha256", read_only=True)
    in_time = serializers.BooleanField(read_only=True, allow_null=True, help_text="Null without a term.")
    margin_seconds = serializers.SerializerMethodField(
        help_text="Seconds before the last moment, negative after it; null without a term."
    )
    filed_by = serializers.CharField(source="filed_by.display_name", read_only=True)

    class Meta:
        model = Filing
        fields = (
            "id",
            "receipt_number",
            "procedure",
            "kind",
            "kind_title",
            "document",
            "sha256",
            "received_at",
            "deadline",
            "due_at",
            "in_time",
            "margin_seconds",
            "late_reason",
            "filed_by",
        )
        read_only_fields = fields

    def get_margin_seconds(self, filing: Filing) -> int | None:
        return None if filing.margin is None else int(filing.margin.total_seconds())


class SubmissionSerializer(StrictSerializer):
    """A document that is filed; the content is checked last, since that is the dear part."""

    procedure = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Filing.Kind.choices)
    content = serializers.FileField(
        allow_empty_file=True,
        help_text="A PDF or a photo (JPEG, PNG, WebP), 20 MB at the most.",
    )
    complete = serializers.BooleanField(
        default=False, help_text="Nothing more follows: the step that waits for this document is closed."
    )
    late_reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    translation_of = serializers.PrimaryKeyRelatedField(
        queryset=Document.objects.none(),
        required=False,
        help_text="For a translation: its original.",
    )

    def validate_content(self, upload: Any) -> Any:
        try:
            return take_in(upload, claimed_name=upload.name)
        except RefusedFile as refused:
            raise serializers.ValidationError(str(refused)) from None
