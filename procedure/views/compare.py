"""Two rule packages side by side, and which cases their differences touch."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from asylum_portal.accounts.requests import SignedInRequest
from procedure.access import SERVICE_ROLES
from procedure.comparison import Comparison, compare
from procedure.comparison_words import sections
from procedure.models import Deadline, Procedure, RulePackage
from procedure.package_moves import touched_by

READERS = SERVICE_ROLES | {Role.ADMINISTRATOR, Role.AUDITOR}
PER_PAGE = 50


class PackageChoice(forms.Form):
    """Which two packages are compared; the fields are called `from` and `to`."""

    def __init__(self, *args: Any, packages: list[RulePackage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(package.name, f"{_(package.title)} ({package.name})") for package in packages]
        self.fields["from"] = forms.ChoiceField(label=gettext_lazy("These rules"), choices=choices)
        self.fields["to"] = forms.ChoiceField(label=gettext_lazy("compared with"), choices=choices)


@never_cache
@require_safe
@login_required
def packages(request: SignedInRequest) -> HttpResponse:
    """What differs between two packages in plain words, and the open cases that it touches."""
    if request.user.role not in READERS:
        raise PermissionDenied
    loaded = list(RulePackage.objects.order_by("valid_from"))
    form = PackageChoice(_asked(request, loaded), packages=loaded)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        first, second = (
            next(package for package in loaded if package.name == form.cleaned_data[key])
            for key in ("from", "to")
        )
        comparison = compare(first.law, second.law)
        context |= {
            "first": first,
            "second": second,
            "both": (first, second),
            "differs": comparison.differs,
            "sections": [section for section in sections(comparison) if section.differs],
            "page": _touched(request, comparison),
        }
        context["rows"] = [_row(procedure, comparison) for procedure in context["page"]]
    return render(request, "procedure/compare.html", context, status=400 if form.errors else 200)


def _asked(request: SignedInRequest, loaded: list[RulePackage]) -> dict[str, str]:
    """What the address names; else the rules in force today, and the newest others."""
    in_force = RulePackage.objects.in_force(on=clock.today()).values_list("name", flat=True).first()
    first = request.GET.get("from", in_force or "")
    others = [package.name for package in loaded if package.name != first]
    return {"from": first, "to": request.GET.get("to", others[-1] if others else first)}


def _touched(request: SignedInRequest, comparison: Comparison) -> Any:
    mine = Procedure.objects.visible_to(request.user, on=clock.today())
    terms = Deadline.objects.running().filter(rule_code__in=comparison.touched_rules)
    touched = (
        touched_by(comparison, mine)
        .select_related("case__applicant")
        .prefetch_related(Prefetch("deadlines", queryset=terms.order_by("due_at"), to_attr="touched_terms"))
        .order_by("case__number", "pk")
    )
    return Paginator(touched, PER_PAGE).get_page(request.GET.get("page"))


def _row(procedure: Any, comparison: Comparison) -> dict[str, Any]:
    """A case and why it is touched."""
    reasons = []
    if procedure.is_open and procedure.state in comparison.part("states").only_first:
        reasons.append(_("The other rules do not have the step where the case stands."))
    if procedure.is_open and procedure.track in comparison.part("tracks").only_first:
        reasons.append(_("The other rules do not have this procedure."))
    law = comparison.first
    terms = [(term, _(law.rules[term.rule_code].title)) for term in procedure.touched_terms]
    return {"procedure": procedure, "case": procedure.case, "reasons": reasons, "terms": terms}
