"""Procedures, steps, time limits and filings over the API, with the actions and rights of the pages."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from asylum_portal import clock
from asylum_portal.endpoints import NOT_AN_OBJECT
from asylum_portal.problems import ABOUT_ALL_FIELDS, Conflict, fields_of
from asylum_portal.schema import fails_with
from cases import api as cases_api
from cases.api import RecordedViewSet
from cases.models import Case
from procedure import explanations, filings, partners, previews
from procedure.access import (
    ACTORS,
    MAY_BEGIN,
    SERVICE_ROLES,
    may_announce_repeat,
    may_give_the_day,
    may_take,
    reasons_open_to,
)
from procedure.actions import (
    announce_repeat_application,
    apply_transition,
    unmet_reasons,
    why_no_repeat,
)
from procedure.api_filters import DeadlineFilter, FilingFilter, ProcedureFilter
from procedure.bodies import StepBody, day_of
from procedure.filings import Kind, file_submission
from procedure.forms import RepeatForm
from procedure.intake import begin_application
from procedure.intake_serializers import ApplicationSerializer
from procedure.models import Deadline, Filing, Procedure, Transition
from procedure.preview_serializers import ForeseenSerializer
from procedure.serializers import (
    CaseWithProceduresSerializer,
    CaseWithProceduresSummarySerializer,
    DeadlineSerializer,
    FilingSerializer,
    ProcedureSerializer,
    ProcedureSummarySerializer,
    StepsSerializer,
    SubmissionSerializer,
    TakenSerializer,
    TransitionSerializer,
    steps_blocked_for,
    steps_open_to,
)
from procedure.states import State, Track
from procedure.why_serializers import WhySerializer


class CaseFilter(cases_api.CaseFilter):
    state = filters.ChoiceFilter(
        choices=State.choices, method="with_procedure", label="A procedure of the case stands here."
    )
    track = filters.ChoiceFilter(
        choices=Track.choices, method="with_procedure", label="A procedure of the case is in this track."
    )

    class Meta(cases_api.CaseFilter.Meta):
        fields = ("number", "special_need", "state", "track")

    def with_procedure(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return queryset.filter(Exists(Procedure.objects.filter(case=OuterRef("pk"), **{name: value})))


class CaseViewSet(cases_api.CaseViewSet):
    """The cases that the reader has a relation with today."""

    filterset_class = CaseFilter

    def get_queryset(self) -> QuerySet[Case]:
        return super().get_queryset().prefetch_related("procedures")

    def get_serializer_class(self) -> Any:
        return CaseWithProceduresSummarySerializer if self.action == "list" else CaseWithProceduresSerializer

    @extend_schema(request=ApplicationSerializer, responses={201: CaseWithProceduresSerializer})
    def create(self, request: Request) -> Response:
        """Begin a new application: the person, her account, her case and the wish to apply, all or nothing.

        For caseworkers, supervisors, police and border police. A V-number that is known already is 400,
        whoever asks. The code for the applicant's card is made on the page of the case.
        """
        if self.reader.role not in MAY_BEGIN:
            raise PermissionDenied
        given, unreadable = body_of(request)
        if unreadable is not None:
            raise unreadable
        context = {**self.get_serializer_context(), "today": clock.today()}
        body = ApplicationSerializer(data=given, context=context)
        body.is_valid(raise_exception=True)
        begun = begin_application(**body.validated_data, actor=self.reader, at=clock.now())
        case = self.get_queryset().get(pk=begun.case_id)
        return Response(
            CaseWithProceduresSerializer(case, context=context).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api:case-detail", args=[case.pk], request=request)},
        )

    @extend_schema(
        request={"multipart/form-data": OpenApiTypes.OBJECT},
        responses={201: ProcedureSummarySerializer, **fails_with(409)},
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="repeat-application",
        url_name="announce-repeat",
        filterset_class=None,
    )
    def announce_repeat(self, request: Request, pk: str | None = None) -> Response:
        """Announce a repeat application with its form M35-O; the earlier application must have ended."""
        case = self.get_object()
        today = clock.today()
        if reasons := why_no_repeat(case, on=today):
            raise Conflict(reasons)
        if not may_announce_repeat(self.reader, case, on=today):
            raise PermissionDenied
        given, unreadable = body_of(request)
        if unreadable is not None:
            raise unreadable
        files = {name: value for name, value in given.items() if isinstance(value, UploadedFile)}
        form = RepeatForm(given, files, by_service=self.reader.role in SERVICE_ROLES, today=today)
        if not form.is_valid():
            raise ValidationError(fields_of(DjangoValidationError(form.errors.as_data())))
        begun = announce_repeat_application(case, actor=self.reader, at=clock.now(), **form.as_inputs())
        return Response(
            ProcedureSummarySerializer(begun, context=self.get_serializer_context()).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api:procedure-detail", args=[begun.pk], request=request)},
        )


class ProcedureViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordedViewSet):
    """The procedures of the reader's cases, and the steps that she can take in them."""

    queryset = Procedure.objects.none()
    filterset_class = ProcedureFilter

    def get_queryset(self) -> QuerySet[Procedure]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        visible = Procedure.objects.visible_to(self.reader, on=clock.today())
        if self.action != "list":
            visible = visible.select_related("package").prefetch_related("days")
        return visible.select_related("case__applicant").order_by("-wish_expressed_on", "pk")

    def get_serializer_class(self) -> type[ProcedureSummarySerializer]:
        return ProcedureSummarySerializer if self.action == "list" else ProcedureSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "today": clock.today()}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One procedure with its days and the steps that the reader can take now; the view is recorded."""
        procedure = self.get_object()
        self.saw(procedure.case, procedure)
        return Response(self.get_serializer(procedure).data)

    @extend_schema(responses={200: StepsSerializer})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def transitions(self, request: Request, pk: str | None = None) -> Response:
        """The steps that the reader can take now, those still forbidden, and those taken so far."""
        procedure = self.get_object()
        self.saw(procedure.case, procedure)
        context = self.get_serializer_context()
        history = procedure.transitions.order_by("id")
        if self.reader.is_partner:
            # What the service did, and when, is no part of theirs.
            history = history.filter(actor_role=self.reader.role)
        return Response(
            {
                "transitions": steps_open_to(procedure, context=context, on=context["today"]),
                "blocked": steps_blocked_for(procedure, context=context, on=context["today"]),
                "history": TransitionSerializer(history, many=True, context=context).data,
            }
        )

    def _asked(self, request: Request, name: str) -> tuple[Procedure, StepBody, date]:
        """The step that was asked for and its day; 404, 409, 403 in their order, then what cannot be read."""
        procedure = self.get_object()
        if name not in ACTORS:
            raise Http404
        today = clock.today()
        given, unreadable = body_of(request)
        on = (day_of(given) if may_give_the_day(self.reader) else None) or today
        if reasons := unmet_reasons(procedure, name, on=on):
            raise Conflict(reasons_open_to(self.reader, name, reasons))
        if not may_take(self.reader, name, procedure):
            raise PermissionDenied
        if unreadable is not None:
            raise unreadable
        return procedure, StepBody(given, procedure=procedure, name=name, today=today, actor=self.reader), on

    @extend_schema(
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(ACTORS))],
        request={"application/json": OpenApiTypes.OBJECT, "multipart/form-data": OpenApiTypes.OBJECT},
        responses={201: TakenSerializer, **fails_with(409)},
        examples=[
            OpenApiExample(
                "begin rest and preparation",
                value={"on": "2026-03-19", "schedule": "AA9"},
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
        """Take a step. Its fields are those that `transitions` names; a file goes as multipart/form-data.

        A step that the state forbids is 409, one that the reader may not take 403, wrong input 400; in each
        of these nothing has changed.
        """
        procedure, step, _on = self._asked(request, name)
        last_days = dict(procedure.deadlines.values_list("pk", "effective_due_on"))
        taken = apply_transition(procedure, name, actor=self.reader, at=clock.now(), **step.inputs())
        return Response(
            _changed_by(taken, procedure, last_days=last_days, context=self.get_serializer_context()),
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api:procedure-transitions", args=[procedure.pk], request=request)},
        )

    @extend_schema(
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(ACTORS))],
        request={"application/json": OpenApiTypes.OBJECT, "multipart/form-data": OpenApiTypes.OBJECT},
        responses={200: ForeseenSerializer, **fails_with(409)},
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=r"transitions/(?P<name>[a-z_]+)/preview",
        url_name="preview",
        filterset_class=None,
    )
    def preview(self, request: Request, name: str, pk: str | None = None) -> Response:
        """What a step would set in motion, with the fields that are known so far; nothing of it is kept.

        The same step is taken and rolled back: dates that move, time limits that begin and end, who is told
        in which language, whose access begins or ends. What still has to be filled in stands in `lacking`.
        """
        procedure, step, on = self._asked(request, name)
        foreseen = previews.foresee(
            procedure, name, actor=self.reader, on=on, at=clock.now(), given=step.given()
        )
        return Response(ForeseenSerializer(partners.foreseen_by(self.reader, procedure, foreseen)).data)


def body_of(request: Request) -> tuple[Mapping[str, Any], APIException | None]:
    """The fields that were sent, or why they cannot be read; that is told when all else is right."""
    try:
        data: Any = request.data
    except APIException as unreadable:
        return {}, unreadable
    if not isinstance(data, Mapping) and not hasattr(data, "keys"):
        return {}, ValidationError({ABOUT_ALL_FIELDS: [NOT_AN_OBJECT]})
    return {str(name): data[name] for name in data}, None


def _changed_by(
    taken: Transition, procedure: Procedure, *, last_days: dict[Any, date], context: dict[str, Any]
) -> dict[str, Any]:
    """The row of the history, the state after it, and every time limit that it opened, ended or moved."""
    visible = procedure.deadlines.visible_to(context["request"].user, on=context["today"])
    terms = list(visible.prefetch_related("procedure__package"))
    opened = [term for term in terms if term.opened_by_id == taken.pk]
    settled = [term for term in terms if term.settled_at == taken.at and term.opened_by_id != taken.pk]
    moved = [term for term in terms if last_days.get(term.pk, term.effective_due_on) != term.effective_due_on]
    return {
        "transition": TransitionSerializer(taken, context=context).data,
        "state": procedure.state,
        "state_title": procedure.get_state_display(),
        "opened": DeadlineSerializer(opened, many=True, context=context).data,
        "settled": DeadlineSerializer(settled, many=True, context=context).data,
        "moved": DeadlineSerializer(moved, many=True, context=context).data,
    }


class DeadlineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordedViewSet):
    """The time limits of the reader's cases, the first to end first."""

    queryset = Deadline.objects.none()
    serializer_class = DeadlineSerializer
    filterset_class = DeadlineFilter

    def get_queryset(self) -> QuerySet[Deadline]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        # Prefetched, not joined: the text of a package is long and the same for every row.
        visible = Deadline.objects.visible_to(self.reader, on=clock.today())
        return visible.prefetch_related("procedure__package", "procedure__case").order_by("due_at", "pk")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One time limit with its derivation; the view is recorded."""
        deadline = self.get_object()
        self.saw(deadline.procedure.case, deadline)
        return Response(self.get_serializer(deadline).data)

    @extend_schema(responses={200: WhySerializer})
    @action(detail=True, pagination_class=None, filterset_class=None)
    def why(self, request: Request, pk: str | None = None) -> Response:
        """Why this date, in words: the event, the rule, what was counted, pauses, every change; recorded."""
        deadline = self.get_object()
        self.saw(deadline.procedure.case, deadline)
        found = explanations.explain(deadline, reader=self.reader)
        return Response(WhySerializer(explanations.as_json(found)).data)


class FilingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordedViewSet):
    """Receipts of what was filed in the reader's cases."""

    queryset = Filing.objects.none()
    serializer_class = FilingSerializer
    filterset_class = FilingFilter

    def get_queryset(self) -> QuerySet[Filing]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        visible = Filing.objects.visible_to(self.reader, on=clock.today())
        return visible.select_related("document", "filed_by", "procedure__case").order_by(
            "-received_at", "pk"
        )

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One receipt; the view is recorded."""
        filing = self.get_object()
        self.saw(filing.procedure.case, filing)
        return Response(self.get_serializer(filing).data)


class DocumentViewSet(cases_api.DocumentViewSet):
    """The documents that the reader may know of; a new one is filed in a procedure and gets a receipt."""

    @extend_schema(
        request={"multipart/form-data": SubmissionSerializer},
        responses={201: FilingSerializer, **fails_with(409)},
    )
    def create(self, request: Request) -> Response:
        """File a document within its term, late or in time, and get the receipt."""
        given, unreadable = body_of(request)
        asked = _Asked(given)
        procedure = self._procedure(asked.procedure) if asked.procedure else None
        if procedure is not None and asked.kind:
            self._check(procedure, asked.kind)
        if unreadable is not None:
            raise unreadable
        submission = SubmissionSerializer(data=given, context=self.get_serializer_context())
        if procedure is not None and asked.kind == Kind.TRANSLATION:
            field = submission.fields["translation_of"]
            field.required = True
            field.queryset = procedure.case.documents.visible_to(self.reader, on=clock.today())  # type: ignore[attr-defined]
        submission.is_valid(raise_exception=True)
        assert procedure is not None
        data = submission.validated_data
        filing = file_submission(
            procedure,
            data["kind"],
            content=data["content"],
            actor=self.reader,
            at=clock.now(),
            late_reason=data["late_reason"],
            complete=data["complete"],
            translation_of=data.get("translation_of") if data["kind"] == Kind.TRANSLATION else None,
        )
        return Response(
            FilingSerializer(filing, context=self.get_serializer_context()).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api:filing-detail", args=[filing.pk], request=request)},
        )

    def _procedure(self, pk: Any) -> Procedure:
        visible = Procedure.objects.visible_to(self.reader, on=clock.today()).select_related(
            "case", "package"
        )
        procedure = visible.filter(pk=pk).first()
        if procedure is None:
            raise Http404
        return procedure

    def _check(self, procedure: Procedure, kind: Kind) -> None:
        if not filings.can_be_filed(procedure, kind, on=clock.today()):
            raise Conflict([_("This cannot be filed where the case stands now.")])
        if not filings.may_file(self.reader, procedure, kind, on=clock.today()):
            raise PermissionDenied


class _Asked:
    """Which procedure and kind, where they can be read: what exists and is allowed goes before the rest."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.procedure = _or_none(serializers.UUIDField(), given.get("procedure"))
        kind = _or_none(serializers.ChoiceField(choices=Kind.choices), given.get("kind"))
        self.kind = Kind(kind) if kind else None


def _or_none(field: serializers.Field, value: Any) -> Any:
    try:
        return field.run_validation(value)
    except ValidationError:
        return None
