"""What whoever takes a step ticks, and which steps need a reason (model C2, column Guards)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# What must have happened before a step, ticked by who takes it.
TICKS: dict[str, dict[str, Any]] = {
    "lodge_application": {
        "signed": _("The application form is signed"),
        "photo_taken": _("A photo was taken"),
        "fingerprints_taken": _("Fingerprints were taken"),
        "informed": _("The applicant was told about rights, duties and time limits in her own language"),
    },
    "start_application_interview": {"interpreter_present": _("An interpreter is booked")},
    "finish_application_interview": {"report_given": _("The applicant has received the report")},
    "refer_to_dublin": {"leaflet_given": _("The leaflet about this procedure was given")},
    "refer_to_accelerated": {
        "country_checked": _("The country is on the list of that day, or there is protection elsewhere"),
        "leaflet_given": _("The leaflet about this procedure was given"),
    },
    "start_general_procedure": {"interpreter_present": _("An interpreter is booked")},
    "choose_track": {"interpreter_present": _("An interpreter is booked")},
    "close_interview": {"report_given": _("A copy of the report was given today")},
    "close_dublin_interview": {
        "report_given": _("The applicant has received the report"),
        "leaflet_given": _("The leaflet about this procedure was given"),
    },
    "continue_in_six_days": {"notice_given": _("The applicant was told in writing (Vb 3.118b(3))")},
    "announce_repeat_application": {
        "originals_listed": _("The originals and their translations are listed"),
        "earlier_decision_final": _("The decision on the application before is final"),
    },
    "grant": {"exclusion_checked": _("Article 1F and public order were checked")},
    "request_withdrawal": {
        "consequences_understood": _("I know what it means to withdraw and I want this"),
    },
    "confirm_withdrawal": {"lawyer_informed": _("The lawyer has been told, or there is none")},
    "record_no_show": {
        "applicant_tried": _("The applicant was tried to be reached"),
        "lawyer_tried": _("The lawyer was tried to be reached, or there is none"),
    },
    "intend_to_discontinue": {"contact_tried": _("Contact was tried, with the applicant and the lawyer")},
    "lodge_higher_appeal": {"grievances_given": _("The grievances (grieven) are in the letter")},
    "hand_out_permit": {
        "appointment_kept": _("The person came to the appointment"),
        "identity_checked": _("The identity was checked"),
    },
    "hand_out_at_once": {"identity_checked": _("The identity was checked")},
    "request_permanent_permit": {
        "integration_proved": _("The integration exam was passed, or there is an exemption"),
    },
    "report_loss": {"reported_in_person": _("The loss was reported in person")},
    "replace_document": {"identity_checked": _("The identity was checked")},
    "withdraw_permit": {"hearing_offered": _("A hearing was offered")},
    "renounce_permit": {
        "statement_signed": _("The statement is signed, in a language that the person understands"),
        "identity_checked": _("The identity was checked"),
    },
    "mark_absconded": {"proof_seen": _("There is proof that the person has absconded")},
    "choose_voluntary_departure": {"statement_signed": _("The statement is signed")},
    "confirm_departure": {"proof_seen": _("There is proof of the departure")},
    "record_unknown_destination": {"address_checked": _("The address was checked")},
}
# What usually must have happened; without one of these the step needs a reason (guards in brackets in C2).
WARNED_TICKS: dict[str, dict[str, Any]] = {
    "lodge_application": {
        "search_done": _("Clothes and luggage were searched; the phone was given back, or a receipt for it")
    },
    "close_interview": {"complaints_asked": _("The report shows that scars and complaints were asked about")},
    "confirm_withdrawal": {"hearing_held": _("There was a hearing, or the applicant did not want one")},
    "announce_repeat_application": {
        "in_person": _("Handed in at Ter Apel in person, on a working day between 8 and 16 hours")
    },
    "record_lapsed_transfer": {
        "no_measure_pending": _("No provisional measure of the court keeps the transfer waiting")
    },
    # Invariant C12.11: handed in, or a recorded reason.
    "hand_out_permit": {"w_document_returned": _("The W-document was handed in")},
    "hand_out_at_once": {"w_document_returned": _("The W-document was handed in")},
    "confirm_departure": {"w_document_returned": _("The W-document was handed in")},
}


def ticks_of(name: str) -> dict[str, Any]:
    """Everything that the taker of a step may tick."""
    return TICKS.get(name, {}) | WARNED_TICKS.get(name, {})


# Steps that are only understood with a reason (model C2).
REASON_REQUIRED = frozenset(
    {
        "choose_nine_days",
        "announce_other_day_one",
        "reconsider",
        "refer_to_extended",
        "extend_general_procedure",
        "extend_decision_period",
        "take_responsibility",
        "mark_absconded",
        "move_to_general",
        "find_incomplete",
        "change_lawyer",
        "accept_explanation",
        "pause",
        "resume",
        "extend_term",
        "move_to_package",
        "lift_border_measure",
        "drop_permit_withdrawal",
        "order_departure",
    }
)
