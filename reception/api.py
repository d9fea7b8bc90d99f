"""Stays and weekly reports over the API, with the actions and rights of the pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from asylum_portal import clock
from asylum_portal.accounts.models import Role, User
from asylum_portal.problems import Conflict
from asylum_portal.schema import fails_with
from cases.api import PURPOSE, RecordedViewSet
from cases.audit import record
from procedure.api import body_of
from procedure.models import Deadline, Procedure, Transition
from procedure.preview_serializers import ForeseenSerializer
from procedure.previews import Foreseen
from procedure.serializers import DeadlineSerializer, StepsSerializer, TransitionSerializer
from reception import actions, machine
from reception.access import READERS, may_excuse, may_settle, may_take, reasons_open_to
from reception.bodies import LifeBody
from reception.forms import NOBODY_WAITS, ReferForm, form_of
from reception.models import Reception, ReportingSlot, Stay, centres_of
from reception.serializers import (
    REFER,
    BeginningsSerializer,
    ExcuseSerializer,
    ReceptionSerializer,
    ReceptionSummarySerializer,
    ReportingSlotSerializer,
    TakenInReceptionSerializer,
    beginnings_open_to,
    history_open_to,
    steps_blocked_for,
    steps_open_to,
)
from reception.step_texts import WHAT_IT_DOES
from reception.steps import foresee, take_step, unmet_reasons, waiting_for_a_place

_NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(WHAT_IT_DOES))
_TAKEN: dict[Any, Any] = {201: TakenInReceptionSerializer, **fails_with(409)}
_FORESEEN: dict[Any, Any] = {200: ForeseenSerializer, **fails_with(409)}


class ReceptionFilter(filters.FilterSet):
    class Meta:
        model = Reception
        fields = ("state",)


class ReceptionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordedViewSet):
    """Stays: of the people of one's centres, or of those for whom one's municipality looks for a home."""

    queryset = Reception.objects.none()
    filterset_class = ReceptionFilter
    # As on the pages, somebody's stay is found by her procedure, before and after it begins.
    lookup_field = "procedure"
    lookup_url_kwarg = "pk"

    def get_queryset(self) -> QuerySet[Reception]:
        if getattr(self, "swagger_fake_view", False) or (
            self.action == "list" and self.reader.role not in READERS
        ):
            return self.queryset
        today = clock.today()
        stays = Stay.objects.current(on=today).filter(applicant=OuterRef("procedure__case__applicant"))
        return (
            Reception.objects.visible_to(self.reader, on=today)
            .select_related("procedure__case__applicant", "procedure__package", "expected_at", "municipality")
            .annotate(lives_at=Subquery(stays.values("centre__code")[:1]))
            .order_by("procedure__case__applicant__name", "pk")
        )

    def get_serializer_class(self) -> type[ReceptionSummarySerializer]:
        return ReceptionSummarySerializer if self.action == "list" else ReceptionSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "today": clock.today(), "now": clock.now()}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Where one person stands and the steps that the reader can take now; the view is recorded."""
        return Response(self.get_serializer(self._opened()).data)

    @extend_schema(responses={200: StepsSerializer})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def transitions(self, request: Request, pk: str | None = None) -> Response:
        """The steps that the reader can take now, those still forbidden, and those taken so far."""
        reception, context = self._opened(), self.get_serializer_context()
        history = history_open_to(self.reader, reception)
        return Response(
            {
                "transitions": steps_open_to(reception, context=context, on=context["today"]),
                "blocked": steps_blocked_for(reception, reader=self.reader, on=context["today"]),
                "history": TransitionSerializer(history, many=True, context=context).data,
            }
        )

    @extend_schema(
        parameters=[_NAME],
        request={"application/json": OpenApiTypes.OBJECT},
        responses=_TAKEN,
        examples=[
            OpenApiExample(
                "record the arrival",
                value={"moment": "2026-03-16T15:00", "weekday": "1"},
                request_only=True,
                media_type="application/json",
            )
        ],
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=r"transitions/(?P<name>[a-z_]+)",
        url_name="take",
        filterset_class=None,
    )
    def take(self, request: Request, name: str, pk: str | None = None) -> Response:
        """Take a step of somebody's stay. Its fields are those that `transitions` names.

        A step that the state forbids is 409, one that the reader may not take 403, wrong input 400; in each
        of these nothing has changed.
        """
        procedure, body = self._asked(request, name)
        return self._take(procedure, name, inputs=body.inputs())

    @extend_schema(parameters=[_NAME], request={"application/json": OpenApiTypes.OBJECT}, responses=_FORESEEN)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"transitions/(?P<name>[a-z_]+)/preview",
        url_name="preview",
        filterset_class=None,
    )
    def preview(self, request: Request, name: str, pk: str | None = None) -> Response:
        """What a step would set in motion, with the fields that are known so far; nothing of it is kept.

        The same step is taken and rolled back. What still has to be filled in stands in `lacking`, what is
        not right in `wrong`.
        """
        procedure, body = self._asked(request, name)
        return self._foresee(procedure, name, body)

    # Somebody who lives nowhere has no stay yet: she is known by the number on her card.

    @extend_schema(operation_id="receptions_beginnings_retrieve", responses={200: BeginningsSerializer})
    @action(detail=False, url_path="transitions", pagination_class=None, filterset_class=None)
    def beginnings(self, request: Request) -> Response:
        """The step with which a stay begins, for those who can take it."""
        return Response(
            {"transitions": beginnings_open_to(self.reader, context=self.get_serializer_context())}
        )

    @extend_schema(request={"application/json": OpenApiTypes.OBJECT}, responses=_TAKEN)
    @action(detail=False, methods=["post"], url_path=f"transitions/{REFER}", filterset_class=None)
    def refer(self, request: Request) -> Response:
        """Refer somebody who waits for a place to one of the reader's centres.

        Who is no guest of hers stays unknown: a number that does not exist and one of somebody who lives
        elsewhere are wrong in the same words.
        """
        body = self._referral(request)
        inputs = body.inputs()
        return self._take(self._waiting(body), REFER, inputs=inputs)

    @extend_schema(request={"application/json": OpenApiTypes.OBJECT}, responses=_FORESEEN)
    @action(
        detail=False,
        methods=["post"],
        url_path=f"transitions/{REFER}/preview",
        url_name="refer-preview",
        filterset_class=None,
    )
    def refer_preview(self, request: Request) -> Response:
        """What a referral would set in motion; nothing of it is kept, but that somebody was looked up."""
        body = self._referral(request)
        body.wanted()
        if "v_number" not in body.form.cleaned_data:
            return Response(ForeseenSerializer(Foreseen(lacking=("v_number",))).data)
        procedure = self._waiting(body)
        self._saw(procedure, procedure)
        return self._foresee(procedure, REFER, body)

    # What they share

    def _opened(self) -> Reception:
        reception = self.get_object()
        if self.reader.role not in READERS:
            raise PermissionDenied
        self._saw(reception.procedure, reception)
        return reception

    def _saw(self, procedure: Procedure, target: Any) -> None:
        """As on the pages: somebody's stay was looked at, and not her file."""
        record(
            self.reader, "reception.view", at=clock.now(), case=procedure.case, target=target, purpose=PURPOSE
        )

    def _asked(self, request: Request, name: str) -> tuple[Procedure, LifeBody]:
        """The step that was asked for; 404, 409, 403 in their order, then what cannot be read."""
        reception = self.get_object()
        if name not in WHAT_IT_DOES:
            raise Http404
        given, unreadable = body_of(request)
        body = LifeBody(given, ask=form_of(reception, name, worker=self.reader, now=clock.now()))
        if reasons := unmet_reasons(reception.procedure, name, on=body.form.on):
            raise Conflict(reasons_open_to(self.reader, name, reasons))
        if not may_take(self.reader, name, reception, on=clock.today()):
            raise PermissionDenied
        if unreadable is not None:
            raise unreadable
        return reception.procedure, body

    def _referral(self, request: Request) -> LifeBody:
        """What was sent to refer somebody; 403 for who works at no centre."""
        centres = centres_of(self.reader, on=clock.today())
        if not centres.exists():
            raise PermissionDenied
        given, unreadable = body_of(request)
        if unreadable is not None:
            raise unreadable
        return LifeBody(given, ask=partial(ReferForm, centres=centres, now=clock.now()))

    def _waiting(self, body: LifeBody) -> Procedure:
        assert isinstance(body.form, ReferForm)
        procedure = waiting_for_a_place(body.form.applicant(), on=body.form.on)
        if procedure is None:
            raise ValidationError({"v_number": [NOBODY_WAITS]})
        return procedure

    def _take(self, procedure: Procedure, name: str, *, inputs: dict[str, Any]) -> Response:
        last_days = dict(procedure.deadlines.values_list("pk", "effective_due_on"))
        taken = take_step(procedure, name, actor=self.reader, at=clock.now(), **inputs)
        return Response(
            self._changed_by(taken, procedure, last_days=last_days),
            status=status.HTTP_201_CREATED,
            headers={
                "Location": reverse("api:reception-transitions", args=[procedure.pk], request=self.request)
            },
        )

    def _changed_by(
        self, taken: Transition, procedure: Procedure, *, last_days: dict[Any, date]
    ) -> dict[str, Any]:
        """The row of the history, the state after it, and every time limit that it opened, ended or moved."""
        reception, context = machine.current(procedure), self.get_serializer_context()
        assert reception is not None

        def shown(terms: list[Deadline]) -> Any:
            return DeadlineSerializer(terms, many=True, context=context).data

        terms = list(self._terms(procedure).prefetch_related("procedure__package"))
        return {
            "transition": TransitionSerializer(taken, context=context).data,
            "state": reception.state,
            "state_title": Reception.State(reception.state).label,
            "opened": shown([term for term in terms if term.opened_by_id == taken.pk]),
            "settled": shown([t for t in terms if t.settled_at == taken.at and t.opened_by_id != taken.pk]),
            "moved": shown(
                [t for t in terms if last_days.get(t.pk, t.effective_due_on) != t.effective_due_on]
            ),
        }

    def _terms(self, procedure: Procedure) -> QuerySet[Deadline]:
        """The terms that the reader works with: of the stay for its desk, its own for a municipality."""
        if self.reader.role == Role.RECEPTION:
            return procedure.deadlines.filter(rule_code__in=machine.TERMS_OF_THE_STAY)
        return procedure.deadlines.visible_to(self.reader, on=clock.today())

    def _foresee(self, procedure: Procedure, name: str, body: LifeBody) -> Response:
        wanted, refused = body.wanted(), body.refused()
        foreseen = foresee(procedure, name, actor=self.reader, on=body.form.on, at=clock.now(), wanted=wanted)
        shown = replace(
            foreseen,
            lacking=tuple(field for field in foreseen.lacking if field not in refused),
            wrong={**foreseen.wrong, **refused},
        )
        return Response(ForeseenSerializer(shown).data)


class ReportingSlotFilter(filters.FilterSet):
    centre = filters.CharFilter(field_name="duty__stay__centre__code", label="Code of the centre")
    on_from = filters.DateFilter(field_name="on", lookup_expr="gte", label="This day or later")
    on_until = filters.DateFilter(field_name="on", lookup_expr="lte", label="This day or earlier")

    class Meta:
        model = ReportingSlot
        fields = ("state", "on", "centre", "on_from", "on_until")


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

    @extend_schema(request=None, responses={200: ReportingSlotSerializer, **fails_with(409)})
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str | None = None) -> Response:
        """The person was seen at the desk; said twice it changes nothing."""
        slot, worker = self._slot_that(may_settle, request)
        return Response(self.get_serializer(actions.report(slot, actor=worker, at=clock.now())).data)

    @extend_schema(request=ExcuseSerializer, responses={200: ReportingSlotSerializer, **fails_with(409)})
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
