"""Who may take which step of a procedure, and see it: relation to the case first, then the role."""

from datetime import date

import rules
from django.conf import settings
from django.http import Http404
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from asylum_portal import clock
from asylum_portal.accounts.models import Role, User
from cases.access import relation_holds
from procedure.models import Procedure

# Who may take which step (model C2, column Actor). Caseworker stands for the registering, interviewing and
# deciding officers; the supervisor may do what they may.
_SERVICE = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
_PLANNING = frozenset({Role.CASEWORKER, Role.PLANNER, Role.SUPERVISOR})
SERVICE_ROLES = _PLANNING
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_APPLICANT = frozenset({Role.APPLICANT, Role.GUARDIAN})
_OWN = _APPLICANT | {Role.LAWYER}
_LAWYER = frozenset({Role.LAWYER})
_CLOCK = frozenset({Role.SYSTEM})
# The Legal Aid Board assigns lawyers; planners record what it decides where it does not do so itself.
_LEGAL_AID = _PLANNING | {Role.LEGAL_AID}
_ENFORCEMENT = frozenset({Role.POLICE, Role.BORDER_POLICE})
_COURT = _SERVICE | {Role.COURT}
_DESK = frozenset({Role.DESK})
_RETURN = frozenset({Role.RETURN_OFFICER})

ACTORS: dict[str, frozenset[Role]] = {
    # From the wish to rest and preparation
    "start_registration": _SERVICE | _ENFORCEMENT,
    "lodge_application": _SERVICE,
    "start_application_interview": _SERVICE,
    "finish_application_interview": _SERVICE,
    "begin_preparation": _SERVICE,
    "refer_to_dublin": _SERVICE,
    "refer_to_accelerated": _SERVICE,
    "choose_nine_days": _PLANNING,
    "complete_preparation": _PLANNING,
    "announce_other_day_one": _PLANNING,
    "open_preparation": _SERVICE,
    "choose_track": _SERVICE,
    # The days, and what other tracks share with them
    "start_general_procedure": _PLANNING,
    "close_interview": _SERVICE,
    "close_corrections": _SERVICE | {Role.LAWYER, Role.SYSTEM},
    "issue_intended_decision": _SERVICE,
    "decide_without_intention": _SERVICE,
    # Nobody but the lawyer gives up what is left of the time for the response (T18).
    "close_response": _LAWYER | _CLOCK,
    "reconsider": _SERVICE,
    "extend_general_procedure": _SERVICE,
    "extend_response_term": _SERVICE,
    "extend_decision_period": _SERVICE,
    # Extended procedure
    "refer_to_extended": _SERVICE,
    "plan_extended_interview": _PLANNING,
    "close_extended_interview": _SERVICE,
    "skip_extended_interview": _SERVICE,
    # Dublin, and back from the accelerated procedure
    "close_dublin_interview": _SERVICE,
    "send_claim": _SERVICE,
    "accept_claim": _SERVICE,
    "take_responsibility": _SERVICE,
    "decide_not_to_consider": _SERVICE,
    "confirm_transfer": _RETURN | _ENFORCEMENT,
    "record_lapsed_transfer": _SERVICE,
    "mark_absconded": _RETURN | {Role.POLICE},
    "move_to_general": _SERVICE,
    # Repeat application
    "find_incomplete": _SERVICE,
    "complete_application": _OWN,
    "refuse_incomplete": _SERVICE,
    "plan_one_day_test": _PLANNING,
    "hold_one_day_test": _SERVICE,
    "continue_in_six_days": _SERVICE,
    # Outcomes
    "grant": _SERVICE,
    "refuse": _SERVICE,
    "reopen_after_annulment": _COURT,
    "close": _SERVICE,
    # Withdrawing and stopping
    "request_withdrawal": _OWN,
    "retract_withdrawal": _OWN,
    "confirm_withdrawal": _SERVICE,
    "record_no_show": _SERVICE,
    "accept_explanation": _SERVICE,
    "intend_to_discontinue": _SERVICE,
    "drop_discontinuation": _SERVICE,
    "discontinue": _SERVICE,
    # On every road
    "assign_lawyer": _LEGAL_AID,
    "change_lawyer": _LEGAL_AID | _LAWYER,
    "give_notice_of_default": _OWN,
    "pause": _SERVICE,
    "resume": _SERVICE,
    "extend_term": _PLANNING | _RETURN,
    "set_letter_date": _SERVICE,
    "move_to_package": _SUPERVISOR,
    # Border
    "impose_border_measure": frozenset({Role.BORDER_POLICE}),
    "lift_border_measure": _SERVICE | {Role.BORDER_POLICE},
    "record_entry_by_law": _SERVICE | {Role.BORDER_POLICE},
    "refuse_entry": _SERVICE,
    # Court
    "lodge_appeal": _OWN,
    "request_provisional_measure": _LAWYER,
    "record_provisional_ruling": _COURT,
    "record_ruling": _COURT,
    "open_higher_appeal": _CLOCK,
    "lodge_higher_appeal": _SERVICE | _LAWYER,
    "record_higher_ruling": frozenset({Role.COURT}),
    "make_final": _SERVICE,
    # Permit and family
    "announce_permit": _DESK,
    "hand_out_permit": _DESK,
    "hand_out_at_once": _DESK,
    "request_permit_extension": _OWN,
    "extend_permit": _SERVICE,
    "request_permanent_permit": _OWN,
    "grant_permanent_permit": _SERVICE,
    "report_loss": _APPLICANT | {Role.POLICE},
    "request_replacement": _APPLICANT | _DESK,
    "replace_document": _DESK,
    "intend_permit_withdrawal": _SERVICE,
    "close_withdrawal_response": _OWN | _CLOCK,
    "drop_permit_withdrawal": _SERVICE,
    "plan_withdrawal_hearing": _PLANNING,
    "send_hearing_report": _SERVICE,
    "withdraw_permit": _SERVICE,
    "renounce_permit": _APPLICANT | _SERVICE,
    "pass_family_window": _CLOCK,
    "request_family_reunification": _OWN,
    "grant_family_reunification": _SERVICE,
    "refuse_family_reunification": _SERVICE,
    # Return
    "start_departure_term": _SERVICE | _CLOCK,
    "suspend_departure_term": _CLOCK,
    "resume_departure_term": _SERVICE,
    "begin_departure_guidance": _RETURN,
    "order_departure": _RETURN,
    "choose_voluntary_departure": _APPLICANT | {Role.MIGRATION_ADVISER},
    "confirm_departure": _RETURN | {Role.MIGRATION_ADVISER, Role.BORDER_POLICE},
    "record_unknown_destination": _RETURN | {Role.POLICE, Role.RECEPTION},
    "plan_transfer": _CLOCK,
    "stop_return": _CLOCK,
    # After the judgment, as T63
    "restore_permit": _COURT,
    "reopen_family_request": _COURT,
}
# Who may write down that somebody has made known the wish to apply (T01).
MAY_BEGIN = _SERVICE | _ENFORCEMENT
# Who may begin a repeat application (T44).
MAY_ANNOUNCE_REPEAT = _OWN | _SERVICE


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
    if needs_supervisor(name, procedure) and user.role != Role.SUPERVISOR:
        return False
    return _is_related(user, procedure.case, on=on or clock.today())


def _is_related(user, case, *, on: date) -> bool:
    """By the file, or by what another room knows, such as who works where the person lives."""
    return relation_holds(user, case, on=on) or any(
        import_string(path)(user, case, on=on) for path in settings.PROCEDURE_RELATIONS_ELSEWHERE
    )


def may_announce_repeat(user: User, case, *, on: date) -> bool:
    """May this person begin a repeat application in this case (T44)?"""
    return user.role in MAY_ANNOUNCE_REPEAT and relation_holds(user, case, on=on)


def needs_supervisor(name: str, procedure: Procedure) -> bool:
    """T14: a grant where article 1F may apply; T08: a child alone in the accelerated procedure."""
    match name:
        case "grant":
            return procedure.senior_decides
        case "refer_to_accelerated":
            return procedure.case.unaccompanied_minor
        case _:
            return False


def may_give_the_day(user) -> bool:
    """Whether this person records what happened on an earlier day; the applicant's side acts today."""
    return user.role in SERVICE_ROLES or user.is_partner


def reasons_open_to(user, name: str, reasons: list[str]) -> list[str]:
    """Why a step cannot be taken; to a partner whose step it is not, that it does not fit and no more."""
    if user.is_partner and user.role not in ACTORS[name]:
        return [_("This step does not fit where the case stands now.")]
    return reasons


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
