"""The OpenAPI description: in English whatever the reader, each operation with its problems."""

import functools
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from asylum_portal.problems import MEDIA_TYPE

_WHEN = {
    "400": "Wrong input; each field is named under `errors`.",
    "401": "Not signed in, or a token that is not valid any more.",
    "403": "The reader sees it but may not do this.",
    "404": "It does not exist or is not the reader's to see; both answer the same.",
    "409": "Where it stands now forbids this; `reasons` says why.",
    "413": "More than the portal takes in.",
    "415": "Neither JSON nor multipart/form-data.",
    "429": "Too many tries; `Retry-After` says how long to wait.",
    "default": "Any other failure, as 405, 406, 500 or 503.",
}
_STRINGS = {"type": "array", "items": {"type": "string"}}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string", "example": "about:blank"},
        "title": {"type": "string", "example": "Conflict", "description": "The phrase of the status."},
        "status": {"type": "integer", "example": 409},
        "detail": {"type": "string", "description": "A sentence in the reader's language."},
        "reasons": {**_STRINGS, "description": "With 409: why not, one sentence each."},
        "errors": {
            "type": "object",
            "additionalProperties": _STRINGS,
            "description": "With 400: the sentences for each field.",
        },
    },
    "required": ["type", "title", "status", "detail"],
}


def fails_with(*statuses: int) -> dict[Any, Any]:
    """Failures of an operation beside those that follow from its shape, for extend_schema(responses)."""
    return {(status, MEDIA_TYPE): OpenApiTypes.OBJECT for status in statuses}


class Generator(SchemaGenerator):
    """Labels and texts are translated everywhere else; a description must not change with its reader."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> Any:
        with translation.override("en"):
            schema = super().get_schema(request=request, public=public)
            # Lazy texts become text while English is on.
            return json.loads(json.dumps(schema, cls=DjangoJSONEncoder))


def declare_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation the failures that it can answer."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    result["components"]["schemas"] = dict(sorted(result["components"]["schemas"].items()))
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            declared = {
                code
                for code, found in operation["responses"].items()
                if MEDIA_TYPE in found.get("content", {})
            }
            for code in sorted(declared | _problems_of(path, method, operation)):
                operation["responses"][code] = {
                    "description": _WHEN[code],
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
    return result


def _problems_of(path: str, method: str, operation: dict[str, Any]) -> set[str]:
    codes = {"default"}
    if any(operation.get("security", [{}])):
        codes |= {"401", "403"}
    if "{" in path:
        codes.add("404")
    if "requestBody" in operation:
        codes |= {"400", "413", "415"}
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        codes.add("400")
    return codes


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "asylum_portal.accounts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object(header_name="Authorization", token_prefix="Token")


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "asylum_portal.accounts.tokens.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of the web pages; a change needs the header X-CSRFToken too.",
        }


class SchemaView(APIView):
    """This description as YAML, or as JSON with `?format=json` or by the Accept header; open to anyone."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    renderer_classes = [
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
        OpenApiJsonRenderer,
        OpenApiJsonRenderer2,
    ]

    def get_format_suffix(self, **kwargs: Any) -> str | None:
        return self.request.query_params.get("format")

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(_description())


@functools.cache
def _description() -> dict[str, Any]:
    return Generator().get_schema(request=None, public=True)
