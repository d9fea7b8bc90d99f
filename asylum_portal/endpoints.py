"""What every endpoint of the API shares: pages, filters that know their names, readable bodies."""

import json
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from asylum_portal.problems import ABOUT_ALL_FIELDS, TooBig

NO_SUCH_FIELD = _("There is no such field here.")
NO_SUCH_FILTER = _("There is no such filter here.")
NOT_AN_OBJECT = _("Send an object with fields.")


class Pages(PageNumberPagination):
    """Numbered pages, at most 200 rows each; a number that is none is wrong input."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        wrong = {
            name: [_("Give a whole number, one or more.")]
            for name in (self.page_query_param, self.page_size_query_param)
            if name in request.query_params and not _is_positive(request.query_params[name])
        }
        if wrong:
            raise ValidationError(wrong)
        return super().paginate_queryset(queryset, request, view)


def _is_positive(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= 9 and int(typed) > 0


class StrictFilters(DjangoFilterBackend):
    """Filters by name; a misspelt one is told of, and does not list everything instead."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filters = self.get_filterset(request, queryset, view)
        known = set(filters.filters) if filters is not None else set()
        known |= {Pages.page_query_param, Pages.page_size_query_param}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name: [NO_SUCH_FILTER] for name in unknown})
        return super().filter_queryset(request, queryset, view)


class JSONBody(BaseParser):
    """JSON in UTF-8 and of a bounded size, whatever the header says of its letters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise TooBig
        try:
            return json.loads(data.decode("utf-8"), parse_constant=_no_number)
        # RecursionError: a thousand brackets; ValueError: also whole numbers of five thousand digits.
        except (ValueError, RecursionError):
            raise ParseError from None


def _no_number(name: str) -> None:
    raise ValueError(name)


class FormBody(MultiPartParser):
    """Fields and a file, refused before it is read when it is bigger than any file may be."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if int(length) > settings.UPLOAD_LIMIT_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooBig
        return super().parse(stream, media_type, parser_context)


class AnyForm(BaseContentNegotiation):
    """For a download: its media type is its own, so what the reader would rather have does not matter."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class StrictSerializer(serializers.Serializer):
    """Input in which an unknown field is named, so that a misspelt one is not lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if not hasattr(data, "keys"):
            raise ValidationError({ABOUT_ALL_FIELDS: [NOT_AN_OBJECT]})
        errors = {str(name): [NO_SUCH_FIELD] for name in data if name not in self.fields}
        try:
            found = super().to_internal_value(data)
        except ValidationError as wrong:
            raise ValidationError({**errors, **dict(wrong.detail)}) from None  # type: ignore[arg-type]
        if errors:
            raise ValidationError(errors)
        return found
