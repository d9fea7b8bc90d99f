"""What each step is called and does, in a sentence for the person who is about to take it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from procedure.models import Procedure

WHAT_IT_DOES: dict[str, Any] = {
    "start_registration": _("The registration begins. The person's identity is recorded."),
    "lodge_application": _(
        "The applicant signs the application. The time for the decision runs from this day, "
        "and this day decides which rules hold for the case."
    ),
    "start_application_interview": _("The application interview (aanmeldgehoor) begins."),
    "finish_application_interview": _(
        "The application interview is over and its report is given. After this you choose the procedure."
    ),
    "begin_preparation": _(
        "The case goes to the general procedure. First comes the time for rest and preparation "
        "(rust- en voorbereidingstermijn)."
    ),
    "choose_nine_days": _(
        "The general procedure takes nine days and not six, so that there is more time for each step."
    ),
    "complete_preparation": _(
        "Rest and preparation are complete. You announce day 1, and all days get their dates."
    ),
    "start_general_procedure": _("Day 1 begins with the detailed interview (nader gehoor)."),
    "close_interview": _("The interview is over and its report is given. Now the report can be corrected."),
    "close_corrections": _("Nothing more is expected about the report. The service assesses the case."),
    "issue_intended_decision": _(
        "The service intends to refuse and sends its reasons (voornemen). Now the lawyer can respond."
    ),
    "close_response": _(
        "Nothing more is expected about the intended decision. The service prepares the decision."
    ),
    "reconsider": _(
        "There are new facts. A new intended decision is sent, and the time for a response begins again."
    ),
    "extend_general_procedure": _(
        "The general procedure gets more days. A letter tells the applicant the reason and the last day."
    ),
    "refer_to_extended": _(
        "The case goes to the extended procedure (verlengde asielprocedure). "
        "The days of the general procedure end."
    ),
    "plan_extended_interview": _("An extra interview in the extended procedure gets its day and place."),
    "close_extended_interview": _(
        "The extra interview is over and its report is sent. Now comments can be sent."
    ),
    "skip_extended_interview": _("No extra interview is needed. The service assesses the case."),
    "extend_decision_period": _(
        "The service gets more than six months to decide. The letter says why and until when."
    ),
    "extend_response_term": _("The lawyer gets more time for the response."),
    "grant": _("The permit is granted. The decision is made known on this day."),
    "refuse": _(
        "The application is refused. The decision is made known on this day, and the time for appeal begins."
    ),
    "request_withdrawal": _(
        "You say that you no longer want a decision on the application. "
        "First somebody talks with you about it. You can take this back until it is confirmed."
    ),
    "retract_withdrawal": _("The application goes on as if nothing had been asked."),
    "confirm_withdrawal": _("The application ends, because the applicant asked for it herself."),
    "close": _("Nothing is left to do in this case. It leaves the work list."),
    "assign_lawyer": _("This lawyer acts for the applicant and can open the case from this day on."),
    "change_lawyer": _(
        "Another lawyer takes over. The lawyer until now can open the case until the end of this day."
    ),
}
# What the taker must know beforehand, because this step or the one after it cannot be undone (T56).
WARNINGS: dict[str, Any] = {
    "request_withdrawal": _(
        "When the withdrawal is confirmed, you do not get a permit from this application, "
        "and the time to leave the Netherlands begins. Talk with your lawyer first."
    ),
}
# The button warns: there is no way back, or a person loses something.
GRAVE = {"refuse", "request_withdrawal", "confirm_withdrawal", "close"}


def title_of(name: str) -> Any:
    """The name of a step as it stands on its button."""
    return next(iter(getattr(Procedure, name)._django_fsm.transitions.values())).custom["title"]
