"""The applicant's first page, put together from what the apps offer."""

from datetime import date
from typing import Any

from asylum_portal.accounts.models import User
from cases.models import Case
from procedure import cards, panels, stages
from procedure.access import may_take
from reception.panels import place_panel, reporting_panel


def status_context(case: Case, *, reader: User, today: date) -> dict[str, Any]:
    """Stage, next date, who helps; what goes on beside; the road; reporting. All dates are stored rows."""
    procedure = panels.current_procedure(case)
    mandate = case.current_mandate(on=today)
    context: dict[str, Any] = {
        "case": case,
        "procedure": procedure,
        "day": today,
        "lawyer": mandate.holder if mandate else None,
        "place": place_panel(reader, today=today),
        "reporting": reporting_panel(reader, today=today),
    }
    if procedure is not None:
        stages.bring_machines(procedure)
        context |= {
            "phase": stages.phase_name(procedure),
            "side_label": panels.side_label(procedure),
            "stage": stages.stage_text(procedure),
            "cards": cards.cards(procedure, today=today),
            "next_date": panels.next_date(procedure, today=today, role=reader.role),
            "pauses": panels.standing_pauses(procedure),
            "road": panels.road(procedure, today=today),
            "can_withdraw": procedure.is_open and may_take(reader, "request_withdrawal", procedure),
        }
    return context
