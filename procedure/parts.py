"""A partner's part in a case, given and ended by hand where no step does it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Organisation, User
from asylum_portal.notices.actions import queue
from cases.access import may_change_parts
from cases.actions import end_involvement, involve
from cases.models import Case, Involvement
from procedure.guards import StateForbids


def open_to_partner(
    case: Case,
    *,
    role: str,
    reason: str,
    actor: User,
    at: datetime,
    organisation: Organisation | None = None,
) -> Involvement:
    """Open a case to a partner from today on, and tell its people; another office's part ends today."""
    today = timezone.localdate(at)
    if not may_change_parts(actor, case, on=today):
        raise PermissionDenied
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        before = case.involvements.filter(role=role, ends_on=None).first()
        if before is not None and before.organisation == organisation:
            raise ValidationError({"role": _("The case is open to this partner already.")})
        part = involve(
            case,
            role=role,
            starts_on=today,
            organisation=organisation,
            reason=reason,
            actor=actor,
            at=at,
        )
        if before is not None:
            _tell(before, what="ended", actor=actor, at=at)
        _tell(part, what="begun", actor=actor, at=at)
    return part


def end_part(part: Involvement, *, actor: User, at: datetime) -> None:
    """Close a case to a partner at the end of today, and tell its people; raises StateForbids (409)."""
    today = timezone.localdate(at)
    if not may_change_parts(actor, part.case, on=today):
        raise PermissionDenied
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=part.case_id)
        part.refresh_from_db()
        if part.ends_on is not None:
            raise StateForbids([_("This part has ended already.")])
        end_involvement(part.case, role=part.role, on=today, actor=actor, at=at)
        _tell(part, what="ended", actor=actor, at=at)


def _tell(part: Involvement, *, what: str, actor: User, at: datetime) -> None:
    """As with a step that begins or ends a part: there is something in the list of these people."""
    for person in part.people():
        if person.pk != actor.pk:
            queue(
                recipient=person,
                kind="filing_arrived",
                key=f"part:{part.pk}:{what}:{person.pk}",
                context={"path": reverse("procedure:case", args=[part.case_id])},
                about=f"case:{part.case_id}",
                due_at=at,
                now=at,
            )
