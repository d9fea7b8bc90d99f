"""The pages of accounts, with a home page, a form and an API beside them."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import include, path
from django.utils.translation import get_language
from django.views.decorators.http import require_POST


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("base.html", {}, request))


@require_POST
def check_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("checked in")


def ping(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"signed_in": request.user.is_authenticated, "language": get_language()})


urlpatterns = [
    path("api/ping", ping, name="ping"),
    *i18n_patterns(
        path("", home, name="home"),
        path("check-in/", check_in, name="check-in"),
        path("", include("asylum_portal.accounts.urls")),
        path("admin/", admin.site.urls),
    ),
]
