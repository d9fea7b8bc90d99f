"""The entry point of the web server."""

import os
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asylum_portal.settings.production")


class UnicodeRequest(WSGIRequest):
    """Read as UTF-8, which is what our pages send, whatever letters its header names.

    Python knows codecs such as "hex" that are no letters; with one of them Django fails before any of its
    error pages can answer.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


application = get_wsgi_application()
application.request_class = UnicodeRequest
