"""A new application from the first word on: the person, her account, her case and the wish (T01)."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Role, Team, User
from asylum_portal.notices.actions import queue
from cases.actions import NumberKnown, assign, involve, open_file
from cases.audit import record
from cases.models import Applicant, Assignment, Case
from cases.newcomers import Newcomer
from procedure import access
from procedure.actions import express_wish
from procedure.models import Procedure

# Who gives out the work of a team; they see its cases without being assigned to them.
_GIVE_OUT_WORK = (Role.SUPERVISOR, Role.PLANNER)


def begin_application(
    newcomer: Newcomer,
    *,
    actor: User,
    on: date,
    at: datetime,
    place: str,
    other_authority: bool = False,
    at_border: bool = False,
    unaccompanied_minor: bool = False,
    special_needs: list[str] | None = None,
    team: Team | None = None,
) -> Procedure:
    """Register somebody who makes known here that she wishes to apply, and begin her procedure (T01).

    All of it or nothing. `on` is the day of the wish; the file is opened today. A partner names the `team` of
    the service that takes the case. Raises PermissionDenied (403), ValidationError with the field named
    (400), of which NumberKnown is one.
    """
    if actor.role not in access.MAY_BEGIN:
        raise PermissionDenied
    if actor.is_partner and team is None:
        raise ValidationError({"team": _("Say which team takes the case.")})
    today = timezone.localdate(at)
    try:
        with transaction.atomic():
            case = open_file(
                newcomer,
                actor=actor,
                on=today,
                at=at,
                team=team if actor.is_partner else actor.team,
                unaccompanied_minor=unaccompanied_minor,
                special_needs=special_needs,
            )
            procedure = express_wish(
                case,
                actor=actor,
                on=on,
                at=at,
                place=place,
                other_authority=other_authority,
                at_border=at_border,
            )
            _let_in(case, actor=actor, at=at, today=today)
            if actor.is_partner:
                _tell_team(procedure, at=at)
            return procedure
    except NumberKnown:
        # Whoever asks learns that the person is known here: that is a look at her file.
        case_of_number = Case.objects.filter(
            applicant__in=Applicant.objects.with_number(newcomer.v_number)
        ).first()
        record(actor, "number.known", at=at, case=case_of_number, target=case_of_number)
        raise


def _let_in(case: Case, *, actor: User, at: datetime, today: date) -> None:
    """Whoever begins a case can open it: by duty, by team, or as the partner that works in it."""
    if actor.is_partner:
        involve(case, role=actor.role, starts_on=today, actor=actor, at=at)
    elif actor.role == Role.CASEWORKER or case.team is None:
        assign(
            case,
            worker=actor,
            duty=Assignment.Duty.REGISTRATION,
            starts_on=today,
            actor=actor,
            at=at,
        )


def _tell_team(procedure: Procedure, *, at: datetime) -> None:
    """Nobody of the service works on the case yet: those who give out the work must know of it."""
    team = procedure.case.team
    assert team is not None
    for person in team.users.filter(role__in=_GIVE_OUT_WORK, is_active=True).order_by("pk"):
        queue(
            recipient=person,
            kind="work_assigned",
            key=f"begun:{procedure.pk}:{person.pk}",
            context={"path": reverse("procedure:case", args=[procedure.case_id])},
            about=f"procedure:{procedure.pk}",
            due_at=at,
            now=at,
        )
