"""Who may take which step of a procedure, and see it: relation to the case first, then the role."""

from datetime import date

import rules
from django.http import Http404

from asylum_portal import clock
from asylum_portal.accounts.models import Role, User
from cases.access import relation_holds
from procedure.models import Procedure

# Who may take which step (model C2, column Actor). Caseworker stands for the registering, interviewing and
# deciding officers; the supervisor may do what they may.
_SERVICE = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_PLANNING = frozenset({Role.CASEWORKER, Role.PLANNER, Role.SUPERVISOR})
SERVICE_ROLES = _PLANNING
_OWN = frozenset({Role.APPLICANT, Role.GUARDIAN, Role.LAWYER})
ACTORS: dict[str, frozenset[Role]] = {
    "start_registration": _SERVICE,
    "lodge_application": _SERVICE,
    "start_application_interview": _SERVICE,
    "finish_application_interview": _SERVICE,
    "begin_preparation": _SERVICE,
    "choose_nine_days": _PLANNING,
    "complete_preparation": _PLANNING,
    "start_general_procedure": _PLANNING,
    "close_interview": _SERVICE,
    "close_corrections": _SERVICE | {Role.LAWYER, Role.SYSTEM},
    "issue_intended_decision": _SERVICE,
    "close_response": _SERVICE | {Role.LAWYER, Role.SYSTEM},
    "reconsider": _SERVICE,
    "extend_general_procedure": _SERVICE,
    "refer_to_extended": _SERVICE,
    "plan_extended_interview": _PLANNING,
    "close_extended_interview": _SERVICE,
    "skip_extended_interview": _SERVICE,
    "extend_decision_period": _SERVICE,
    "extend_response_term": _SERVICE,
    "grant": _SERVICE,
    "refuse": _SERVICE,
    "request_withdrawal": _OWN,
    "retract_withdrawal": _OWN,
    "confirm_withdrawal": _SERVICE,
    "close": _SERVICE,
    "assign_lawyer": _PLANNING,
    "change_lawyer": _PLANNING,
}


def may_take(user, name: str, procedure: Procedure | None, *, on: date | None = None) -> bool:
    """May this person take this step in this procedure, whatever state it is in? On this day, or today."""
    # has_perm asks again without the object: no object, no right.
    if procedure is None or not user.is_active or user.role not in ACTORS[name]:
        return False
    if user.role == Role.SYSTEM:
        return True
    if name == "request_withdrawal" and procedure.case.unaccompanied_minor and user.role != Role.GUARDIAN:
        # T56: for a child on her own the guardian speaks.
        return False
    return relation_holds(user, procedure.case, on=on or clock.today())


def _permission(name: str) -> rules.Predicate:
    @rules.predicate(f"may_{name}")
    def may(user, procedure) -> bool:
        return may_take(user, name, procedure)

    return may


@rules.predicate
def may_see_procedure(user, procedure) -> bool:
    return procedure is not None and relation_holds(user, procedure.case, on=clock.today())


rules.add_perm("procedure.view_procedure", may_see_procedure)
for _name in ACTORS:
    rules.add_perm(f"procedure.{_name}", _permission(_name))


def visible_procedure_or_404(user: User, pk, *, on: date) -> Procedure:
    """The procedure, or the same 404 for one that is not theirs and one that does not exist."""
    visible = Procedure.objects.visible_to(user, on=on).filter(pk=pk)
    procedure = visible.select_related("case__applicant__user", "case__team", "package").first()
    if procedure is None:
        raise Http404
    return procedure
