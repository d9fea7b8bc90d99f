"""Weekly reports over the API: read by whom they concern, settled by the desk or the police of the case."""

from collections.abc import Callable

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from asylum_portal import clock
from asylum_portal.accounts.models import Role, User
from asylum_portal.endpoints import StrictSerializer
from asylum_portal.problems import MEDIA_TYPE
from reception import actions
from reception.access import may_excuse, may_settle
from reception.models import ReportingSlot

State = ReportingSlot.State


class SkippedDaySerializer(serializers.Serializer):
    """A day that was passed over, with its name."""

    date = serializers.DateField()
    name = serializers.CharField()


class ReportingSlotSerializer(serializers.ModelSerializer):
    """One weekly report (meldplicht)."""

    person = serializers.SerializerMethodField(help_text="The V-number; null for the person herself.")
    centre = serializers.SlugField(source="duty.stay.centre.code", read_only=True)
    moved_over = SkippedDaySerializer(many=True, read_only=True)
    state = serializers.ChoiceField(choices=State.choices, read_only=True)
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


class ReportingSlotFilter(filters.FilterSet):
    centre = filters.CharFilter(field_name="duty__stay__centre__code", label="Code of the centre")
    on_from = filters.DateFilter(field_name="on", lookup_expr="gte", label="This day or later")
    on_until = filters.DateFilter(field_name="on", lookup_expr="lte", label="This day or earlier")

    class Meta:
        model = ReportingSlot
        fields = ("state", "on", "centre", "on_from", "on_until")


# The description adds the other failures by itself.
_CONFLICT = {(409, MEDIA_TYPE): OpenApiTypes.OBJECT}


class ReportingSlotViewSet(viewsets.ReadOnlyModelViewSet):
    """Weekly reports: one's own, those of one's cases, or those due at the centres where one works."""

    queryset = ReportingSlot.objects.none()
    serializer_class = ReportingSlotSerializer
    filterset_class = ReportingSlotFilter

    def get_queryset(self) -> QuerySet[ReportingSlot]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return (
            ReportingSlot.objects.visible_to(self.request.user, on=clock.today())
            .select_related("duty__stay__applicant", "duty__stay__centre")
            .order_by("on", "pk")
        )

    @extend_schema(request=None, responses={200: ReportingSlotSerializer, **_CONFLICT})
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str | None = None) -> Response:
        """The person was seen at the desk; said twice it changes nothing."""
        slot, worker = self._slot_that(may_settle, request)
        return Response(self.get_serializer(actions.report(slot, actor=worker, at=clock.now())).data)

    @extend_schema(request=ExcuseSerializer, responses={200: ReportingSlotSerializer, **_CONFLICT})
    @action(detail=True, methods=["post"])
    def excuse(self, request: Request, pk: str | None = None) -> Response:
        """The person had a good reason not to come."""
        slot, worker = self._slot_that(may_excuse, request)
        asked = ExcuseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        settled = actions.excuse(slot, reason=reason, actor=worker, at=clock.now())
        return Response(self.get_serializer(settled).data)

    def _slot_that(
        self, allows: Callable[[User, ReportingSlot], bool], request: Request
    ) -> tuple[ReportingSlot, User]:
        slot, user = self.get_object(), request.user
        if not isinstance(user, User) or not allows(user, slot):
            raise PermissionDenied
        return slot, user
