"""The names of the procedure: states, tracks, schedules, outcomes, phases. The track is data, no state."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a procedure stands (model C1.1)."""

    WISH_EXPRESSED = "wish_expressed", _("Wish to apply made known (asielwens geuit)")
    REGISTRATION = "registration", _("Identification and registration (aanmeldfase)")
    LODGED = "application_lodged", _("Application signed (aanvraag ondertekend)")
    APPLICATION_INTERVIEW = "application_interview", _("Application interview (aanmeldgehoor)")
    TRIAGE = "triage", _("Choice of the procedure (spoorbepaling)")
    PREPARATION = "rest_and_preparation", _("Rest and preparation (rust- en voorbereidingstermijn)")
    READY = "ready", _("Ready for the general procedure")
    INTERVIEW = "detailed_interview", _("Detailed interview (nader gehoor)")
    CORRECTIONS = "corrections", _("Corrections and additions (correcties en aanvullingen)")
    ASSESSMENT = "assessment", _("Assessment (beoordeling)")
    INTENDED_DECISION = (
        "intended_decision",
        _("Intended decision, time for a response (voornemen, zienswijze)"),
    )
    DECISION = "decision", _("Decision being prepared (beschikking)")
    EXTENDED_INVESTIGATION = (
        "extended_investigation",
        _("Extended procedure: investigation (verlengde asielprocedure)"),
    )
    GRANTED = "granted", _("Permit granted (ingewilligd)")
    REFUSED = "refused", _("Refused (afgewezen)")
    WITHDRAWN = "withdrawn", _("Withdrawn (ingetrokken)")
    CLOSED = "closed", _("Closed (gesloten)")


INTAKE = (
    State.WISH_EXPRESSED,
    State.REGISTRATION,
    State.LODGED,
    State.APPLICATION_INTERVIEW,
    State.TRIAGE,
)
GENERAL_STEPS = (
    State.INTERVIEW,
    State.CORRECTIONS,
    State.ASSESSMENT,
    State.INTENDED_DECISION,
    State.DECISION,
)
OUTCOMES = (State.GRANTED, State.REFUSED, State.WITHDRAWN)
OPEN = (*INTAKE, State.PREPARATION, State.READY, *GENERAL_STEPS, State.EXTENDED_INVESTIGATION)
# In these the applicant waits for the decision in general or extended procedure.
UNDECIDED_AFTER_START = (*GENERAL_STEPS, State.EXTENDED_INVESTIGATION)


class Track(TextChoices):
    GENERAL = "general", _("General procedure (algemene asielprocedure)")
    EXTENDED = "extended", _("Extended procedure (verlengde asielprocedure)")


class Schedule(TextChoices):
    """The days of the general procedure; which days they are is in the rule package."""

    SIX_DAYS = "AA6", _("six days")
    NINE_DAYS = "AA9", _("nine days")


class Outcome(TextChoices):
    """How a procedure ends (model C9), for these roads."""

    GRANT_A = "GRANT_A", _("refugee: art. 29(1)(a)")
    GRANT_B1 = "GRANT_B1", _("death penalty: art. 29(1)(b)(1)")
    GRANT_B2 = "GRANT_B2", _("torture or inhuman treatment: art. 29(1)(b)(2)")
    GRANT_B3 = "GRANT_B3", _("indiscriminate violence: art. 29(1)(b)(3)")
    GRANT_FAM = "GRANT_FAM", _("family member: art. 29(2)")
    UNFOUNDED = "UNFOUNDED", _("unfounded: art. 31")
    MANIFESTLY_UNFOUNDED = "MANIFESTLY_UNFOUNDED", _("manifestly unfounded: art. 30b")
    INADMISSIBLE = "INADMISSIBLE", _("inadmissible: art. 30a")
    WITHDRAWN = "WITHDRAWN", _("withdrawn by the applicant")


GRANTS = (Outcome.GRANT_A, Outcome.GRANT_B1, Outcome.GRANT_B2, Outcome.GRANT_B3, Outcome.GRANT_FAM)
REFUSALS = (Outcome.UNFOUNDED, Outcome.MANIFESTLY_UNFOUNDED, Outcome.INADMISSIBLE)


class Phase(TextChoices):
    """What the applicant sees (model C0, public phases)."""

    REGISTRATION = "registration", _("Registration")
    APPLICATION_INTERVIEW = "application_interview", _("Application interview")
    PREPARATION = "rest_and_preparation", _("Rest and preparation")
    DETAILED_INTERVIEW = "detailed_interview", _("Detailed interview")
    REPORT_CHECK = "report_check", _("Check of the report")
    INTENTION_RESPONSE = "intention_and_response", _("Intention and response")
    DECISION = "decision", _("Decision")
    AFTER = "after_decision", _("After the decision")


PHASE_OF = {
    State.WISH_EXPRESSED: Phase.REGISTRATION,
    State.REGISTRATION: Phase.REGISTRATION,
    State.LODGED: Phase.REGISTRATION,
    State.APPLICATION_INTERVIEW: Phase.APPLICATION_INTERVIEW,
    State.TRIAGE: Phase.APPLICATION_INTERVIEW,
    State.PREPARATION: Phase.PREPARATION,
    State.READY: Phase.PREPARATION,
    State.INTERVIEW: Phase.DETAILED_INTERVIEW,
    State.EXTENDED_INVESTIGATION: Phase.DETAILED_INTERVIEW,
    State.CORRECTIONS: Phase.REPORT_CHECK,
    State.ASSESSMENT: Phase.INTENTION_RESPONSE,
    State.INTENDED_DECISION: Phase.INTENTION_RESPONSE,
    State.DECISION: Phase.DECISION,
    State.GRANTED: Phase.AFTER,
    State.REFUSED: Phase.AFTER,
    State.WITHDRAWN: Phase.AFTER,
    State.CLOSED: Phase.AFTER,
}
