"""The words a rule package may use: states, steps, tracks, roles, documents. All else is a mistake."""

from enum import StrEnum


class Mode(StrEnum):
    """How a length becomes a last day."""

    ATW = "ATW"  # general act on time limits: two working days at least, rolls over weekends and holidays
    MONTHS_NO_ATW = "MONTHS_NO_ATW"  # longer than three months (Atw 4): ends where it ends
    HOURS_OR_LIBERTY = "HOURS_OR_LIBERTY"  # hours, or deprivation of liberty: to the minute
    AA_DAY = "AA_DAY"  # days of the general procedure; the schedule may put the border calendar in its place
    WORKING_DAY = "WORKING_DAY"
    CALENDAR = "CALENDAR"  # calendar days under a text that the Atw does not reach
    CALENDAR_MIN = "CALENDAR_MIN"  # a minimum: the next step is possible on the day after it
    EU = "EU"  # terms of EU regulations
    SOFT = "SOFT"  # planning norm, never missed, only late
    LETTER = "LETTER"  # no length in the law: the letter gives the date


class Unit(StrEnum):
    """What a length counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    DAY_OF_SCHEDULE = "day_of_schedule"  # the end of the schedule's day which closes the rule


class StartFact(StrEnum):
    """From which date a rule counts when a step opens it; a fact that is not known gives way to the event."""

    EVENT_ON = "event_on"
    LODGED_ON = "lodged_on"
    APPLICATION_PHASE_ENDED_ON = "application_phase_ended_on"
    DAY_ONE_ON = "day_one_on"
    HIT_ON = "hit_on"  # the hit in Eurodac or VIS, or else the application
    RESPONSIBLE_ON = "responsible_on"  # the Netherlands was found responsible
    CLAIM_SENT_ON = "claim_sent_on"
    ACCEPTED_ON = "accepted_on"  # the other state accepted, or let its time pass
    RULING_ON = "ruling_on"  # the court sent its ruling
    PERMIT_FROM_ON = "permit_from_on"
    PERMIT_UNTIL_ON = "permit_until_on"
    DUE_OF_RULE = "due_of_rule"  # the end of another time limit, named in `due_of`
    START_OF_RULE = "start_of_rule"  # the day from which another one counts, named in `start_of`


# The facts that point at another rule.
OF_ANOTHER_RULE = frozenset({StartFact.DUE_OF_RULE, StartFact.START_OF_RULE})


class ReminderProfile(StrEnum):
    """Which series of reminders a time limit gets."""

    ONE_DAY = "D"
    WEEKS = "W"
    SHORT = "C"
    STAFF = "S"
    REPORTING = "R"
    INFORMATION = "I"


# After an extension (T17) the days of the base schedule no longer close anything but AA-EXT.
EXTENDED_SCHEDULE = "AAX"
EXTENSION_OF_DAYS = "AA-EXT"
# The general procedure has one of these whenever it can be extended.
SCHEDULES_TO_EXTEND = frozenset({"AA6", "AA9", "SCH6", "SCH9", "HASA6"})

# Running past a planning norm or a minimum breaks no duty: these are soft.
NEVER_MISSED = frozenset({Mode.SOFT, Mode.CALENDAR_MIN})

# The switch that the counting of a mode asks.
SETTING_OF_MODE = {
    Mode.AA_DAY: "aa_counts_equated_days",
    Mode.CALENDAR_MIN: "preparation_minimum_rolls_over",
    Mode.EU: "eu_terms_roll_over",
}

STATES = frozenset(
    {
        "wish_expressed",
        "registration",
        "application_lodged",
        "application_interview",
        "triage",
        "rest_and_preparation",
        "ready",
        "detailed_interview",
        "corrections",
        "assessment",
        "intended_decision",
        "decision",
        "extended_investigation",
        "claim",
        "repeat_notified",
        "repeat_incomplete",
        "discontinuation_intended",
        "granted",
        "refused",
        "withdrawn",
        "closed",
    }
)

TRACKS = frozenset({"general", "extended", "dublin", "accelerated", "repeat", "admissibility"})

PROCEDURE_STEPS = frozenset(
    {
        "express_wish",
        "start_registration",
        "lodge_application",
        "start_application_interview",
        "finish_application_interview",
        "begin_preparation",
        "refer_to_dublin",
        "refer_to_accelerated",
        "complete_preparation",
        "choose_nine_days",
        "start_general_procedure",
        "close_interview",
        "close_corrections",
        "grant",
        "issue_intended_decision",
        "refer_to_extended",
        "extend_general_procedure",
        "close_response",
        "refuse",
        "reconsider",
        "plan_extended_interview",
        "close_extended_interview",
        "skip_extended_interview",
        "extend_decision_period",
        "extend_response_term",
        "close_dublin_interview",
        "send_claim",
        "accept_claim",
        "take_responsibility",
        "decide_not_to_consider",
        "confirm_transfer",
        "record_lapsed_transfer",
        "mark_absconded",
        "move_to_general",
        "announce_repeat_application",
        "find_incomplete",
        "complete_application",
        "refuse_incomplete",
        "plan_one_day_test",
        "hold_one_day_test",
        "continue_in_six_days",
        "request_withdrawal",
        "retract_withdrawal",
        "confirm_withdrawal",
        "record_no_show",
        "accept_explanation",
        "intend_to_discontinue",
        "drop_discontinuation",
        "discontinue",
        "reopen_after_annulment",
        "close",
        "assign_lawyer",
        "change_lawyer",
        "announce_other_day_one",
        "give_notice_of_default",
        "pause",
        "resume",
        "extend_term",
        "set_letter_date",
        "move_to_package",
        # Only where the package has no preparation and no intended decision of its own.
        "open_preparation",
        "choose_track",
        "decide_without_intention",
    }
)

BORDER_STEPS = frozenset(
    {"impose_border_measure", "lift_border_measure", "record_entry_by_law", "refuse_entry"}
)

APPEAL_STEPS = frozenset(
    {
        "open_appeal_window",
        "lodge_appeal",
        "request_provisional_measure",
        "record_provisional_ruling",
        "record_ruling",
        "open_higher_appeal",
        "lodge_higher_appeal",
        "record_higher_ruling",
        "make_final",
    }
)

PERMIT_STEPS = frozenset(
    {
        "begin_permit",
        "announce_permit",
        "hand_out_permit",
        "hand_out_at_once",
        "request_permit_extension",
        "extend_permit",
        "request_permanent_permit",
        "grant_permanent_permit",
        "report_loss",
        "request_replacement",
        "replace_document",
        "intend_permit_withdrawal",
        "close_withdrawal_response",
        "drop_permit_withdrawal",
        "plan_withdrawal_hearing",
        "send_hearing_report",
        "withdraw_permit",
        "restore_permit",
        "renounce_permit",
    }
)

FAMILY_STEPS = frozenset(
    {
        "open_family_window",
        "pass_family_window",
        "request_family_reunification",
        "grant_family_reunification",
        "refuse_family_reunification",
        "reopen_family_request",
    }
)

RETURN_STEPS = frozenset(
    {
        "start_departure_term",
        "suspend_departure_term",
        "resume_departure_term",
        "begin_departure_guidance",
        "choose_voluntary_departure",
        "confirm_departure",
        "record_unknown_destination",
        "plan_transfer",
        "order_departure",
        "stop_return",
    }
)

RECEPTION_STEPS = frozenset(
    {
        "refer_to_reception",
        "arrive_at_centre",
        "order_move",
        "wait_for_home",
        "offer_home",
        "move_into_home",
        "propose_end_of_reception",
        "drop_end_of_reception",
        "end_reception",
        # What other machines bring about.
        "hold_in_closed_centre",
        "leave_closed_centre",
        "end_with_departure",
        # Weekly reports that open or end a term.
        "miss_report",
        "miss_report_again",
        "report_again",
        "excuse_missed_report",
    }
)

# The steps of all machines; each name is used by one machine only.
TRANSITIONS = (
    PROCEDURE_STEPS
    | BORDER_STEPS
    | APPEAL_STEPS
    | PERMIT_STEPS
    | FAMILY_STEPS
    | RETURN_STEPS
    | RECEPTION_STEPS
)

ROLES = frozenset(
    {
        "applicant",
        "guardian",
        "lawyer",
        "caseworker",
        "planner",
        "supervisor",
        "reception",
        "counsellor",
        "administrator",
        "system",
        "border_police",
        "police",
        "return_officer",
        "court",
        "desk",
        "legal_aid",
        "migration_adviser",
        "municipality",
    }
)

OUTCOMES = frozenset(
    {
        "GRANT_A",
        "GRANT_B1",
        "GRANT_B2",
        "GRANT_B3",
        "GRANT_FAM",
        "UNFOUNDED",
        "MANIFESTLY_UNFOUNDED",
        "INADMISSIBLE",
        "NOT_CONSIDERED",
        "DISCONTINUED",
        "WITHDRAWN",
        "WITHDRAWAL_OF_PERMIT",
        "EXT_REFUSED",
        "CLOSED_DEPARTED",
        "CLOSED_DECEASED",
    }
)

# What holds of a case when a step is taken. Facts, worked out from the case; a rule only asks for them.
CIRCUMSTANCES = frozenset(
    {
        "detained",  # in detention under Vw 59b
        "border",  # a border measure is in force
        "hit",  # the claim rests on a hit in Eurodac or VIS
        "take_back_with_hit",  # a request to take back, on a hit
        "transfer_stayed",  # the court has forbidden the transfer until it rules
        "one_week_appeal",  # a case of Vw 69(2)
        "suspensive",  # an appeal keeps the decision from taking effect (Vw 82)
        "not_suspensive",
        "appealable",
        "decided",  # there is an outcome
        "leaves_at_once",  # the time to leave is shortened to nothing (Vw 62(2))
        "no_time_to_leave",  # none has been opened yet, as after a permit is given up
        "departure_days",  # it is shortened to a number of days, which the decision names
        "other_authority",  # another authority received the wish to apply
        "advice",  # somebody else must give advice first
        "after_days",  # decided after the last day of the general procedure
        "continued_beyond_days",  # began at the border and goes on after the last day of its schedule
    }
)

# The grounds that whoever takes a step names with it; a length may depend on them.
GROUNDS_OF_STEPS = {
    "extend_general_procedure": frozenset("abcdefg"),  # Vb 3.115(1)
    "extend_decision_period": frozenset({"42(4)(a)", "42(4)(b)", "42(4)(c)", "42(5)"}),
}

# The kinds of document in a file; who hands them in and reads them stands with the file itself.
DOCUMENTS = frozenset(
    {
        "DOC-APPEAL",
        "DOC-APPFORM",
        "DOC-CONF",
        "DOC-COR",
        "DOC-COR-AAN",
        "DOC-DEC-DUB",
        "DOC-DEC-NEG",
        "DOC-DEC-POS",
        "DOC-DEC-WD",
        "DOC-DUB-IND",
        "DOC-EV",
        "DOC-EXT-AA",
        "DOC-EXT-LET",
        "DOC-FAM",
        "DOC-FMO",
        "DOC-HIGHER",
        "DOC-ID",
        "DOC-INFO",
        "DOC-INT-DISC",
        "DOC-INT-DUB",
        "DOC-INT-REJ",
        "DOC-INT-WD",
        "DOC-IOM",
        "DOC-M35O",
        "DOC-MEDADV",
        "DOC-NOD",
        "DOC-NOTE",
        "DOC-POL",
        "DOC-PROV",
        "DOC-PROV-RUL",
        "DOC-READY",
        "DOC-REP-AAN",
        "DOC-REP-ACC",
        "DOC-REP-DUB",
        "DOC-REP-NG",
        "DOC-RULING",
        "DOC-START",
        "DOC-TR",
        "DOC-VIEW",
        "DOC-WDOC",
        "DOC-WDR",
    }
)
