"""What each step is called and does, in a sentence for the person who is about to take it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

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
    "refer_to_dublin": _(
        "Another country may be responsible (Dublin). The days of the general procedure end, and the time "
        "for the decision stands still."
    ),
    "refer_to_accelerated": _(
        "The case goes to the accelerated procedure (spoor 2): one interview, and no time for rest and "
        "preparation."
    ),
    "announce_other_day_one": _("The announced day 1 did not happen. All days get new dates."),
    "open_preparation": _("The person is received and prepared (OVA). Checks and a first talk follow."),
    "choose_track": _("You choose the procedure, and the personal interview begins."),
    "decide_without_intention": _("No intended decision is sent. The service prepares the decision."),
    "close_dublin_interview": _("The Dublin interview is over and its report is given."),
    "send_claim": _("The other country has been asked to take the person over. Its time to answer begins."),
    "accept_claim": _(
        "The other country takes the person over. The service intends not to consider the application here, "
        "and the lawyer can respond."
    ),
    "take_responsibility": _(
        "The application is treated in the Netherlands. The time for the decision begins anew on this day, "
        "and rest and preparation follow."
    ),
    "decide_not_to_consider": _(
        "The application is not treated here, because another country is responsible. The transfer is "
        "planned, and the time for appeal begins."
    ),
    "confirm_transfer": _("The person was handed over to the other country. The case is closed."),
    "record_lapsed_transfer": _(
        "The person was not transferred in time. The application is treated in the Netherlands after all."
    ),
    "mark_absconded": _("The person has disappeared. The term for the transfer becomes eighteen months."),
    "move_to_general": _("The case goes on in the general procedure, with time for rest and preparation."),
    "find_incomplete": _(
        "Something is missing from the repeat application. The person gets one week to bring it."
    ),
    "complete_application": _("You have supplied what was missing. The service looks at it again."),
    "refuse_incomplete": _("What was missing did not come. The repeat application is not treated."),
    "plan_one_day_test": _(
        "The repeat application is complete and counts as lodged on this day. The one-day test "
        "(ééndagstoets) gets its days."
    ),
    "hold_one_day_test": _("Day 1 of the one-day test: the interview was held and its report is given."),
    "continue_in_six_days": _("There is something new to examine. The case goes on in six days."),
    "reopen_after_annulment": _(
        "The court annulled the decision. The service decides again, in the extended procedure, and nobody "
        "has to leave in the meantime."
    ),
    "record_no_show": _(
        "The person did not come or has disappeared. She gets two weeks to explain. "
        "Nothing is decided by this."
    ),
    "accept_explanation": _("The explanation is accepted. The procedure goes on."),
    "intend_to_discontinue": _(
        "The service intends to stop the application (buiten behandeling) and says why. "
        "The person can respond."
    ),
    "drop_discontinuation": _("The person got in touch in time. The procedure goes on where it stood."),
    "discontinue": _("The application is stopped (buiten behandeling). The time for appeal begins."),
    "give_notice_of_default": _(
        "You tell the service that its decision is late (ingebrekestelling). It has two weeks more; then you "
        "can go to court."
    ),
    "restore_permit": _(
        "The court annulled the withdrawal. The permit is what it was, and nobody has to leave."
    ),
    "reopen_family_request": _("The court annulled the refusal. The service decides on the request again."),
    "pause": _("Time stands still on a ground of the law. The terms that this ground names get later dates."),
    "resume": _("The pause ends. The terms get their new last days."),
    "extend_term": _("A term gets a later last day, on a ground and within the limit of the rules."),
    "set_letter_date": _("The date in the official letter goes before the date that the portal computed."),
    "move_to_package": _(
        "Other rules hold for this case from now on. Its running terms are closed and opened anew."
    ),
    "impose_border_measure": _(
        "Entry is postponed and the application is treated at the border, for at most four weeks."
    ),
    "lift_border_measure": _(
        "The person may enter. Days that were running stand still until they are resumed."
    ),
    "record_entry_by_law": _("Four weeks have passed. The person has entered the Netherlands by law."),
    "refuse_entry": _("The application was refused in time, and entry is refused."),
    "lodge_appeal": _("The appeal (beroep) is with the court; a copy is put on file."),
    "request_provisional_measure": _(
        "The court is asked that the person may wait here (voorlopige voorziening)."
    ),
    "record_provisional_ruling": _("The court has ruled on whether the person may wait here."),
    "record_ruling": _("The court has ruled on the appeal. The time for higher appeal begins."),
    "open_higher_appeal": _("The time for higher appeal (hoger beroep) begins."),
    "lodge_higher_appeal": _("The higher appeal is with the Council of State; a copy is put on file."),
    "record_higher_ruling": _("The Council of State has ruled."),
    "make_final": _("Nothing more can be done in court. The decision is final."),
    "announce_permit": _(
        "The residence document can be collected. The person is invited to make an appointment."
    ),
    "hand_out_permit": _("The residence document is handed over, and the W-document is handed in."),
    "hand_out_at_once": _("The residence document is handed over right after the decision."),
    "request_permit_extension": _("You ask to extend the permit. The service decides within six months."),
    "extend_permit": _("The permit is extended."),
    "request_permanent_permit": _("You ask for a permanent permit. The service decides within six months."),
    "grant_permanent_permit": _("The permanent permit is granted."),
    "report_loss": _("The residence document is lost, stolen or damaged. A new one can be asked for."),
    "request_replacement": _("You ask for a new residence document."),
    "replace_document": _("The new residence document is handed over."),
    "intend_permit_withdrawal": _(
        "The service intends to withdraw the permit and says why. There are six weeks to respond."
    ),
    "close_withdrawal_response": _("Nothing more is expected about the withdrawal. The service assesses it."),
    "drop_permit_withdrawal": _("The permit is not withdrawn."),
    "plan_withdrawal_hearing": _("The withdrawal is still intended. First the person is heard."),
    "send_hearing_report": _("The report of the hearing is sent. There are two weeks for comments."),
    "withdraw_permit": _("The permit is withdrawn. The time for appeal and the time to leave begin."),
    "renounce_permit": _("The holder gives up the permit."),
    "request_family_reunification": _("You ask that your family may come (nareis)."),
    "grant_family_reunification": _("The family may come."),
    "refuse_family_reunification": _("The family may not come. An appeal is possible."),
    "pass_family_window": _("The three months for the family are over. Asking stays possible."),
    "start_departure_term": _("The time to leave the Netherlands begins."),
    "suspend_departure_term": _("The time to leave stands still while the court is asked."),
    "resume_departure_term": _(
        "The court no longer keeps the departure waiting. The time to leave runs again."
    ),
    "begin_departure_guidance": _("The return service (DT&V) begins to talk with the person about leaving."),
    "order_departure": _("The person is ordered to leave within the days that the letter gives."),
    "choose_voluntary_departure": _("You leave of your own accord, with the help of IOM."),
    "confirm_departure": _("The person has left the Netherlands."),
    "record_unknown_destination": _("The person has left, and nobody knows where to."),
    "plan_transfer": _("The transfer to the other country is being planned."),
    "stop_return": _("Nobody has to leave any more."),
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
GRAVE = {
    "refuse",
    "request_withdrawal",
    "confirm_withdrawal",
    "close",
    "decide_not_to_consider",
    "refuse_incomplete",
    "discontinue",
    "refuse_entry",
    "make_final",
    "withdraw_permit",
    "renounce_permit",
    "refuse_family_reunification",
}
