"""What somebody prefers: the language."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from ..forms import LanguageForm


@require_http_methods(["GET", "HEAD", "POST"])
def set_language_preference(request: HttpRequest) -> HttpResponse:
    """Read on in another language, and be written to in it when signed in."""
    if request.method != "POST":
        return render(request, "accounts/language.html", {"form": LanguageForm(), "next": _next(request)})
    form = LanguageForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "next": _next(request)}
        return render(request, "accounts/language.html", context, status=400)
    language = form.cleaned_data["language"]
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    target = _next(request)
    return HttpResponseRedirect(translate_url(target, language)) if target else redirect(f"/{language}/")


def _next(request: HttpRequest) -> str:
    """The page to return to, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else ""
