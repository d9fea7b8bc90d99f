"""Stays and weekly reports as the API shows them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from asylum_portal.accounts.models import Role, User
from asylum_portal.endpoints import StrictSerializer
from procedure.models import Transition
from procedure.serializers import StepSerializer, TakenSerializer, fields_of_step
from reception import access, actions, machine
from reception.checks import TICKS
from reception.forms import LifeForm, ReferForm, form_of
from reception.models import Reception, ReportingSlot, centres_of

# The step with which a stay begins.
REFER = "refer_to_reception"


class ReceptionSummarySerializer(serializers.ModelSerializer):
    """Where one person stands, without a word of the case."""

    id = serializers.UUIDField(source="procedure_id", read_only=True, help_text="That of the procedure.")
    name = serializers.CharField(source="applicant.name", read_only=True)
    v_number = serializers.CharField(source="applicant.v_number", read_only=True)
    language = serializers.CharField(source="applicant.reading_language", read_only=True)
    state = serializers.ChoiceField(choices=Reception.State.choices, read_only=True)
    state_title = serializers.CharField(source="get_state_display", read_only=True)
    centre = serializers.SlugField(
        source="lives_at", read_only=True, allow_null=True, help_text="Null for a municipality."
    )
    expected_at = serializers.SlugField(
        source="expected_at.code", read_only=True, allow_null=True, help_text="Null for a municipality."
    )
    municipality = serializers.CharField(source="municipality.name", read_only=True, allow_null=True)

    class Meta:
        model = Reception
        fields: tuple[str, ...] = (
            "id",
            "name",
            "v_number",
            "language",
            "state",
            "state_title",
            "centre",
            "expected_at",
            "municipality",
            "home_address",
        )
        read_only_fields = fields

    def to_representation(self, reception: Reception) -> dict[str, Any]:
        shown = super().to_representation(reception)
        if self.context["request"].user.role != Role.RECEPTION:
            # Where she lives until then is no part of finding a home.
            shown["centre"] = shown["expected_at"] = None
        return shown


class ReceptionSerializer(ReceptionSummarySerializer):
    """Where one person stands, with the steps that the reader can take now."""

    transitions = serializers.SerializerMethodField()

    class Meta(ReceptionSummarySerializer.Meta):
        fields = (*ReceptionSummarySerializer.Meta.fields, "transitions")
        read_only_fields = fields

    @extend_schema_field(StepSerializer(many=True))
    def get_transitions(self, reception: Reception) -> list[dict[str, Any]]:
        return steps_open_to(reception, context=self.context, on=self.context["today"])


class BeginningsSerializer(serializers.Serializer):
    """What the reader can do for somebody who is at no centre."""

    transitions = StepSerializer(many=True)


class TakenInReceptionSerializer(TakenSerializer):
    """What a step of a stay has changed."""

    state = serializers.ChoiceField(choices=Reception.State.choices)


def steps_open_to(reception: Reception, *, context: Mapping[str, Any], on: date) -> list[dict[str, Any]]:
    """The steps of a stay that the reader can take now, each with its fields."""
    request = context["request"]
    return [
        {
            "name": name,
            "title": title,
            "url": reverse(
                "api:reception-take", kwargs={"pk": reception.procedure_id, "name": name}, request=request
            ),
            "fields": fields_of_life(form_of(reception, name, worker=request.user, now=context["now"])()),
        }
        for name, title in access.steps_for(request.user, reception.procedure, on)
    ]


def beginnings_open_to(reader: User, *, context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A referral, for who works at a centre today."""
    centres = centres_of(reader, on=context["today"])
    if not centres.exists():
        return []
    return [
        {
            "name": REFER,
            "title": machine.title_of(REFER),
            "url": reverse("api:reception-refer", request=context["request"]),
            "fields": fields_of_life(ReferForm(centres=centres, now=context["now"])),
        }
    ]


def steps_blocked_for(reception: Reception, *, reader: User, on: date) -> list[dict[str, Any]]:
    """The steps of the reader that fit where somebody stands and that something else still forbids."""
    return [
        {"name": name, "title": machine.title_of(name), "reasons": reasons}
        for name, reasons in access.steps_here(reader, reception.procedure, on=on).items()
        if reasons
    ]


def fields_of_life(form: LifeForm) -> list[dict[str, Any]]:
    """The fields that the form of a step of a stay asks for; of a tick its step needs the yes."""
    ticks = TICKS.get(form.name, {})
    # Of the form its name and its fields are read, which every form of a step has.
    fields = fields_of_step(cast(Any, form))
    return [field | {"required": field["required"] or field["name"] in ticks} for field in fields]


def history_open_to(reader: User, reception: Reception) -> list[Transition]:
    """The steps of this stay so far; a municipality reads its own."""
    steps = reception.procedure.transitions.filter(machine=Reception.machine, subject_id=reception.pk)
    if reader.role != Role.RECEPTION:
        steps = steps.filter(actor_role=reader.role)
    return list(steps.order_by("id"))


class SkippedDaySerializer(serializers.Serializer):
    """A day that was passed over, with its name."""

    date = serializers.DateField()
    name = serializers.CharField()


class ReportingSlotSerializer(serializers.ModelSerializer):
    """One weekly report (meldplicht)."""

    person = serializers.SerializerMethodField(help_text="The V-number; null for the person herself.")
    centre = serializers.SlugField(source="duty.stay.centre.code", read_only=True)
    moved_over = SkippedDaySerializer(many=True, read_only=True)
    state = serializers.ChoiceField(choices=ReportingSlot.State.choices, read_only=True)
    reason = serializers.CharField(
        read_only=True, help_text="Code of why somebody need not come; empty otherwise."
    )

    class Meta:
        model = ReportingSlot
        fields = ("id", "person", "on", "due_at", "state", "reason", "settled_at", "moved_over", "centre")
        read_only_fields = fields

    @extend_schema_field({"type": "string", "nullable": True})
    def get_person(self, slot: ReportingSlot) -> str | None:
        if self.context["request"].user.role == Role.APPLICANT:
            return None
        return slot.applicant.v_number


class ExcuseSerializer(StrictSerializer):
    """Why somebody need not come."""

    reason = serializers.ChoiceField(choices=[(reason.value, reason.label) for reason in actions.EXCUSES])
