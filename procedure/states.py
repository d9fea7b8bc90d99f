"""The names of the procedure: states, tracks, schedules, outcomes, phases. The track is data, no state.

The states of the small machines beside it (border, appeal, permit, family, return) stand with their models.
"""

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
    CLAIM = "claim", _("Another country is asked to take the case (Dublinclaim)")
    REPEAT_NOTIFIED = "repeat_notified", _("Repeat application announced (herhaalde aanvraag, M35-O)")
    REPEAT_INCOMPLETE = "repeat_incomplete", _("Repeat application incomplete (herstel verzuim)")
    DISCONTINUATION = (
        "discontinuation_intended",
        _("Intention to stop the application (voornemen buiten behandeling)"),
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
# Everything between rest and preparation and the decision in general or extended procedure.
UNDECIDED_AFTER_START = (*GENERAL_STEPS, State.EXTENDED_INVESTIGATION)
BEFORE_ANY_OUTCOME = (
    *INTAKE,
    State.PREPARATION,
    State.READY,
    *UNDECIDED_AFTER_START,
    State.CLAIM,
    State.REPEAT_NOTIFIED,
    State.REPEAT_INCOMPLETE,
)
OPEN = (*BEFORE_ANY_OUTCOME, State.DISCONTINUATION)


class Track(TextChoices):
    GENERAL = "general", _("General procedure (algemene asielprocedure)")
    EXTENDED = "extended", _("Extended procedure (verlengde asielprocedure)")
    DUBLIN = "dublin", _("Which country is responsible (Dublin)")
    ACCELERATED = "accelerated", _("Accelerated procedure (spoor 2)")
    REPEAT = "repeat", _("Repeat application, one-day test (ééndagstoets)")
    ADMISSIBILITY = "admissibility", _("Admissibility procedure (from June 2026)")


# These have days of their own.
TRACKS_WITH_DAYS = (Track.GENERAL, Track.REPEAT)


class Schedule(TextChoices):
    """The days of a procedure; which days they are is in the rule package."""

    SIX_DAYS = "AA6", _("six days")
    NINE_DAYS = "AA9", _("nine days")
    BORDER_SIX = "SCH6", _("six days at the border")
    BORDER_NINE = "SCH9", _("nine days at the border")
    ONE_DAY_TEST = "HASA3", _("one-day test (three days)")
    REPEAT_SIX = "HASA6", _("repeat application in six days")


# What a caseworker chooses between; the others follow from where the case is.
CHOSEN_SCHEDULES = (Schedule.SIX_DAYS, Schedule.NINE_DAYS)
AT_BORDER = {Schedule.SIX_DAYS: Schedule.BORDER_SIX, Schedule.NINE_DAYS: Schedule.BORDER_NINE}
AWAY_FROM_BORDER = {there: here for here, there in AT_BORDER.items()}


class Hold(TextChoices):
    """Why a procedure waits for the person or for a category of people (model C1, flag `hold`)."""

    NONE = "", _("none")
    NO_SHOW = "no_show", _("did not come")
    HEALTH = "health", _("health")
    MORATORIUM = "moratorium", _("decisions postponed (moratorium)")


class Outcome(TextChoices):
    """How a procedure ends (model C9)."""

    GRANT_A = "GRANT_A", _("refugee: art. 29(1)(a)")
    GRANT_B1 = "GRANT_B1", _("death penalty: art. 29(1)(b)(1)")
    GRANT_B2 = "GRANT_B2", _("torture or inhuman treatment: art. 29(1)(b)(2)")
    GRANT_B3 = "GRANT_B3", _("indiscriminate violence: art. 29(1)(b)(3)")
    GRANT_FAM = "GRANT_FAM", _("family member: art. 29(2)")
    UNFOUNDED = "UNFOUNDED", _("unfounded: art. 31")
    MANIFESTLY_UNFOUNDED = "MANIFESTLY_UNFOUNDED", _("manifestly unfounded: art. 30b")
    INADMISSIBLE = "INADMISSIBLE", _("inadmissible: art. 30a")
    NOT_CONSIDERED = (
        "NOT_CONSIDERED",
        _("not taken into consideration, another country is responsible: art. 30"),
    )
    DISCONTINUED = "DISCONTINUED", _("stopped (buiten behandeling): art. 30c")
    WITHDRAWN = "WITHDRAWN", _("withdrawn by the applicant")


GRANTS = (Outcome.GRANT_A, Outcome.GRANT_B1, Outcome.GRANT_B2, Outcome.GRANT_B3, Outcome.GRANT_FAM)
REFUSALS = (Outcome.UNFOUNDED, Outcome.MANIFESTLY_UNFOUNDED, Outcome.INADMISSIBLE)
# The merits are not weighed in the accelerated procedure and the one-day test (T43, T54).
REFUSALS_OF_TRACK = {
    Track.GENERAL: REFUSALS,
    Track.EXTENDED: REFUSALS,
    Track.ACCELERATED: (Outcome.MANIFESTLY_UNFOUNDED, Outcome.INADMISSIBLE),
    Track.REPEAT: (Outcome.INADMISSIBLE, Outcome.MANIFESTLY_UNFOUNDED),
    Track.ADMISSIBILITY: (Outcome.INADMISSIBLE,),
}
# Appeal within one week, whichever the procedure (Vw 69(2), model C5.3).
ONE_WEEK_OUTCOMES = (
    Outcome.NOT_CONSIDERED,
    Outcome.INADMISSIBLE,
    Outcome.MANIFESTLY_UNFOUNDED,
    Outcome.DISCONTINUED,
)


class Phase(TextChoices):
    """What the applicant sees (model C0, public phases)."""

    REGISTRATION = "registration", _("Registration")
    APPLICATION_INTERVIEW = "application_interview", _("Application interview")
    PREPARATION = "rest_and_preparation", _("Rest and preparation")
    DETAILED_INTERVIEW = "detailed_interview", _("Detailed interview")
    REPORT_CHECK = "report_check", _("Check of the report")
    INTENTION_RESPONSE = "intention_and_response", _("Intention and response")
    DECISION = "decision", _("Decision")
    APPEAL = "appeal", _("Appeal")
    AFTER = "after_decision", _("After the decision")


class Variant(TextChoices):
    """For whom a phase looks otherwise: by the track, or by what happens in it."""

    USUAL = "", _("as usual")
    EXTENDED = "extended", _("in the extended procedure")
    DUBLIN = "dublin", _("while it is examined which country is responsible")
    CLAIM = "claim", _("while another country is asked to take the case")
    ACCELERATED = "accelerated", _("in the accelerated procedure")
    REPEAT = "repeat", _("for a repeat application")
    INCOMPLETE = "incomplete", _("while something is missing in a repeat application")
    PLANNED = "planned", _("when the one-day test is planned")
    BORDER = "border", _("at the border")
    DISCONTINUATION = "discontinuation", _("when the application is stopped, or may be")
    COURT = "court", _("while the court looks at it")
    JUDGMENT = "judgment", _("when the court has ruled")
    GRANTED = "granted", _("after a permit was granted")
    PERMIT = "permit", _("with the permit in hand")
    WITHDRAWAL = "withdrawal", _("while the permit may be withdrawn")
    PERMIT_ENDED = "permit_ended", _("after the permit has ended")
    REFUSED = "refused", _("after a refusal")
    WITHDRAWN = "withdrawn", _("after the application was withdrawn")
    CLOSED = "closed", _("after the case was closed")


# Which of them each phase has a text for; what is not named here reads the usual one.
VARIANTS: dict[Phase, frozenset[Variant]] = {
    Phase.REGISTRATION: frozenset(
        {Variant.USUAL, Variant.BORDER, Variant.REPEAT, Variant.INCOMPLETE, Variant.PLANNED}
    ),
    Phase.APPLICATION_INTERVIEW: frozenset({Variant.USUAL}),
    Phase.PREPARATION: frozenset({Variant.USUAL, Variant.BORDER}),
    Phase.DETAILED_INTERVIEW: frozenset(
        {
            Variant.USUAL,
            Variant.EXTENDED,
            Variant.DUBLIN,
            Variant.CLAIM,
            Variant.ACCELERATED,
            Variant.REPEAT,
        }
    ),
    Phase.REPORT_CHECK: frozenset({Variant.USUAL, Variant.EXTENDED}),
    Phase.INTENTION_RESPONSE: frozenset(
        {
            Variant.USUAL,
            Variant.EXTENDED,
            Variant.BORDER,
            Variant.DUBLIN,
            Variant.ACCELERATED,
            Variant.REPEAT,
            Variant.DISCONTINUATION,
        }
    ),
    Phase.DECISION: frozenset(
        {
            Variant.USUAL,
            Variant.EXTENDED,
            Variant.BORDER,
            Variant.DUBLIN,
            Variant.ACCELERATED,
            Variant.REPEAT,
        }
    ),
    Phase.APPEAL: frozenset(
        {Variant.USUAL, Variant.DUBLIN, Variant.DISCONTINUATION, Variant.COURT, Variant.JUDGMENT}
    ),
    Phase.AFTER: frozenset(
        {
            Variant.USUAL,
            Variant.GRANTED,
            Variant.PERMIT,
            Variant.WITHDRAWAL,
            Variant.PERMIT_ENDED,
            Variant.REFUSED,
            Variant.DUBLIN,
            Variant.WITHDRAWN,
            Variant.CLOSED,
        }
    ),
}

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
    State.CLAIM: Phase.DETAILED_INTERVIEW,
    State.REPEAT_NOTIFIED: Phase.REGISTRATION,
    State.REPEAT_INCOMPLETE: Phase.REGISTRATION,
    State.DISCONTINUATION: Phase.INTENTION_RESPONSE,
    State.GRANTED: Phase.AFTER,
    State.REFUSED: Phase.AFTER,
    State.WITHDRAWN: Phase.AFTER,
    State.CLOSED: Phase.AFTER,
}
