"""Cases and documents over the API. Every view of a file is a row of its audit trail, as on the pages."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asylum_portal import clock
from asylum_portal.accounts.models import User
from asylum_portal.endpoints import AnyForm
from asylum_portal.problems import Conflict
from asylum_portal.schema import fails_with
from cases import actions
from cases.audit import record
from cases.document_types import DOCUMENT_TYPES
from cases.models import Case, Document, SpecialNeed
from cases.serializers import SERVICE_READERS, CaseSerializer, CaseSummarySerializer, DocumentSerializer

PURPOSE = "api"


class RecordedViewSet(viewsets.GenericViewSet):
    """Endpoints about files: only what the reader has a relation with exists, and looking leaves a row."""

    request: Any

    @property
    def reader(self) -> User:
        return self.request.user

    def saw(self, case: Case, target: Any) -> None:
        record(self.reader, "case.view", at=clock.now(), case=case, target=target, purpose=PURPOSE)

    def saw_list(self, cases: Iterable[Case], what: str) -> None:
        """One row for each case that shows in a page of a list."""
        for case in {case.pk: case for case in cases}.values():
            record(self.reader, what, at=clock.now(), case=case, target=case, purpose=PURPOSE)


class CaseFilter(filters.FilterSet):
    number = filters.CharFilter(max_length=20, label="The number of the case, in full.")
    special_need = filters.ChoiceFilter(
        choices=SpecialNeed.choices,
        field_name="special_needs",
        lookup_expr="contains",
        method="with_need",
        label="For the service and the auditor.",
    )

    class Meta:
        model = Case
        fields: tuple[str, ...] = ("number", "special_need")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reader = getattr(self.request, "user", None)
        if reader is not None and reader.is_authenticated and reader.role not in SERVICE_READERS:
            # Who does not see the flags cannot find them out by asking either.
            del self.filters["special_need"]

    def with_need(self, queryset: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return queryset.filter(special_needs__contains=[value])


class CaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordedViewSet):
    """The cases that the reader has a relation with today."""

    queryset = Case.objects.none()
    filterset_class: type[filters.FilterSet] = CaseFilter

    def get_queryset(self) -> QuerySet[Case]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        visible = Case.objects.visible_to(self.reader, on=clock.today()).select_related("applicant", "team")
        if self.action == "retrieve":
            visible = visible.prefetch_related("applicant__names")
        return visible.order_by("-opened_on", "number")

    def get_serializer_class(self) -> type[CaseSummarySerializer]:
        return CaseSummarySerializer if self.action == "list" else CaseSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One case, as its reader's pages show it; the view is recorded."""
        case = self.get_object()
        self.saw(case, case)
        return Response(self.get_serializer(case).data)


class DocumentFilter(filters.FilterSet):
    case = filters.UUIDFilter(field_name="case_id", label="The id of a case.")
    code = filters.ChoiceFilter(
        choices=[(code, kind.title) for code, kind in DOCUMENT_TYPES.items()], label="The kind of document."
    )
    status = filters.ChoiceFilter(choices=Document.Status.choices)

    class Meta:
        model = Document
        fields = ("case", "code", "status")


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RecordedViewSet):
    """The documents that the reader may know of."""

    queryset = Document.objects.none()
    serializer_class = DocumentSerializer
    filterset_class: type[filters.FilterSet] = DocumentFilter

    def get_queryset(self) -> QuerySet[Document]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        visible = Document.objects.visible_to(self.reader, on=clock.today())
        return visible.select_related("case", "translation_of").order_by("-received_at", "pk")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of documents; a row is recorded for each case that shows in it."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        self.saw_list((document.case for document in page), "documents.list")
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is known of one document; the view is recorded."""
        document = self.get_object()
        self.saw(document.case, document)
        return Response(self.get_serializer(document).data)

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY,
                description="The file itself, as an attachment.",
            ),
            **fails_with(409),
        }
    )
    @action(detail=True, content_negotiation_class=AnyForm)
    def content(self, request: Request, pk: str | None = None) -> StreamingHttpResponse:
        """The document itself, under a neutral name; who reads it is recorded first."""
        document = self.get_object()
        if document.status == Document.Status.QUARANTINED:
            raise Conflict([_("This document is still being checked for viruses. Try again later.")])
        pieces = actions.read_document(document, actor=self.reader, at=clock.now())
        response = StreamingHttpResponse(pieces, content_type=document.media_type)
        response["Content-Disposition"] = f'attachment; filename="{document.neutral_name}"'
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        return response
