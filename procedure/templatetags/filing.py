"""What the reader of a page may file in a case now."""

from typing import Any

from django import template

from asylum_portal import clock
from cases.models import Case
from procedure.filings import kinds_open_to
from procedure.panels import current_procedure

register = template.Library()


@register.inclusion_tag("procedure/filing_links.html", takes_context=True)
def filing_links(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Buttons for the kinds of document that this reader may file in the case's procedure now."""
    procedure = current_procedure(case)
    kinds = kinds_open_to(context["request"].user, procedure, on=clock.today()) if procedure else []
    return {"procedure": procedure, "kinds": kinds}
