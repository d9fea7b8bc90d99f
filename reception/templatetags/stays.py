"""What pages of other rooms show of somebody's stay."""

from typing import Any

from django import template
from django.urls import reverse

from asylum_portal import clock
from asylum_portal.accounts.models import Role, User
from cases.models import Case
from procedure.models import Procedure
from reception.access import steps_for
from reception.desk import open_reports
from reception.models import Reception
from reception.panels import home_rows, slot_facts

register = template.Library()


@register.simple_tag
def reports_of_case(user: User, case: Case) -> list[dict[str, Any]]:
    """The weekly reports that the police of a case may settle now; none for others."""
    if user.role != Role.POLICE:
        return []
    return [slot_facts(slot) for slot in open_reports(user, case.applicant, today=clock.today())]


@register.simple_tag
def home_for(user: User, procedure: Procedure | None) -> dict[str, Any] | None:
    """The home that a municipality looks for, and its steps; None for others and where there is no stay."""
    if procedure is None or user.role != Role.MUNICIPALITY:
        return None
    today = clock.today()
    reception = Reception.objects.visible_to(user, on=today).filter(procedure=procedure).first()
    if reception is None or reception.municipality is None:
        return None
    return {
        "state": Reception.State(reception.state).label,
        "rows": home_rows(reception),
        "steps": [
            (reverse("reception:step", args=[procedure.pk, name]), title)
            for name, title in steps_for(user, procedure, today)
        ],
    }
