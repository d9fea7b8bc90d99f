"""The procedure of one application and its state machine (model C1 and C2)."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from cases.models import Case
from procedure import guards
from procedure.states import (
    GENERAL_STEPS,
    OPEN,
    OUTCOMES,
    PHASE_OF,
    UNDECIDED_AFTER_START,
    Outcome,
    Phase,
    Schedule,
    State,
    Track,
)

from .rule_package import RulePackage


def step(
    title: Any,
    *,
    source: State | Sequence[State],
    target: State | None,
    number: str,
    conditions: Sequence[guards.Condition] = (),
):
    """A transition of the procedure: title on the button, number in the model, permission by its name."""

    def declare(method):
        return transition(
            field="state",
            source=list(source) if isinstance(source, (list, tuple)) else source,
            target=target,
            conditions=list[Any](conditions),
            permission=f"procedure.{method.__name__}",
            custom={"title": title, "number": number},
        )(method)

    return declare


class ProcedureQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        return self.filter(case__in=Case.objects.visible_to(user, on=on))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class Procedure(models.Model):
    """One application of one case on its way to a decision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="procedures")
    # No protected=True: a failed refresh would switch it off for the whole process. The database holds the
    # allowed pairs instead, and that each change has its row in the history (migration 0002).
    state = FSMField(default=State.WISH_EXPRESSED, choices=State.choices, editable=False, db_index=True)
    track = models.CharField(max_length=10, choices=Track.choices, default=Track.GENERAL)
    schedule = models.CharField(max_length=6, choices=Schedule.choices, default=Schedule.SIX_DAYS)
    package = models.ForeignKey(RulePackage, on_delete=models.PROTECT, related_name="procedures")
    place = models.CharField(max_length=120, blank=True)

    wish_expressed_on = models.DateField()
    lodged_on = models.DateField(null=True, blank=True)
    application_phase_ended_on = models.DateField(null=True, blank=True)
    day_one_on = models.DateField(null=True, blank=True)
    intention_issued_on = models.DateField(null=True, blank=True)
    withdrawal_requested_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(
        null=True, blank=True, help_text=_("the day on which the decision was made known")
    )
    outcome = models.CharField(max_length=24, choices=Outcome.choices, blank=True)
    decided_in_track = models.CharField(max_length=10, choices=Track.choices, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=OPEN), name="one_open_procedure_a_case"
            ),
        ]

    # The day of the event that is being tried or taken; conditions look at it.
    event_on: date

    def __str__(self) -> str:
        return f"{self.case} {self.state}"

    @property
    def phase(self) -> Phase:
        return PHASE_OF[State(self.state)]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def last_event_on(self) -> date | None:
        last = self.transitions.order_by("-id").values_list("on", flat=True).first()
        return last

    def latest_deadline(self, *codes: str):
        """The newest term with one of these codes that was not cancelled."""
        standing = self.deadlines.exclude(state="cancelled").filter(rule_code__in=codes)
        return standing.order_by("-opened_by_id").first()

    def day_that_closes(self, code: str):
        """The planned day at whose end this rule's term closes."""
        return next((day for day in self.days.all() if code in day.closes), None)

    # Intake

    @step(_("Start the registration"), source=State.WISH_EXPRESSED, target=State.REGISTRATION, number="T02")
    def start_registration(self) -> None:
        """Identification and registration begin (identificatie en registratie)."""

    @step(_("Lodge the application"), source=State.REGISTRATION, target=State.LODGED, number="T03")
    def lodge_application(self) -> None:
        """The applicant signs the application; the day pins the rule package."""
        self.lodged_on = self.event_on

    @step(
        _("Start the application interview"),
        source=State.LODGED,
        target=State.APPLICATION_INTERVIEW,
        number="T04",
        conditions=[guards.guardian_for_child],
    )
    def start_application_interview(self) -> None:
        """The application interview is held (aanmeldgehoor)."""

    @step(
        _("Finish the application interview"),
        source=State.APPLICATION_INTERVIEW,
        target=State.TRIAGE,
        number="T05",
    )
    def finish_application_interview(self) -> None:
        """The report is given; the application phase ends."""
        self.application_phase_ended_on = self.event_on

    # Rest and preparation

    @step(_("Begin rest and preparation"), source=State.TRIAGE, target=State.PREPARATION, number="T06")
    def begin_preparation(self, *, schedule: str) -> None:
        """Triage chooses the general procedure, in six days or nine."""
        self.schedule = schedule

    @step(
        _("Choose nine days"),
        source=(State.PREPARATION, State.READY),
        target=None,
        number="T10",
        conditions=[guards.six_days_chosen, guards.before_first_day],
    )
    def choose_nine_days(self) -> None:
        """More time beforehand, for a complex case or a person who needs more attention."""
        self.schedule = Schedule.NINE_DAYS

    @step(
        _("Plan the general procedure"),
        source=State.PREPARATION,
        target=State.READY,
        number="T09",
        conditions=[guards.lawyer_assigned, guards.guardian_for_child],
    )
    def complete_preparation(self, *, day_one_on: date) -> None:
        """Rest and preparation are complete; day 1 is announced."""
        self.day_one_on = day_one_on

    # General procedure

    @step(
        _("Start the general procedure"),
        source=State.READY,
        target=State.INTERVIEW,
        number="T11",
        conditions=[guards.is_announced_day_one, guards.lawyer_assigned, guards.guardian_for_child],
    )
    def start_general_procedure(self) -> None:
        """Day 1: the detailed interview begins (nader gehoor)."""

    @step(_("Close the detailed interview"), source=State.INTERVIEW, target=State.CORRECTIONS, number="T12")
    def close_interview(self) -> None:
        """The report of the interview is given; the time for corrections runs."""

    @step(
        _("Close the corrections"),
        source=State.CORRECTIONS,
        target=State.ASSESSMENT,
        number="T13, T23",
        conditions=[guards.corrections_in_or_over],
    )
    def close_corrections(self) -> None:
        """Corrections and additions are in, or their time is over."""

    @step(
        _("Send the intended decision"),
        source=State.ASSESSMENT,
        target=State.INTENDED_DECISION,
        number="T15, T25",
        conditions=[guards.outcome_day_reached, guards.outcome_day_not_over],
    )
    def issue_intended_decision(self) -> None:
        """The service intends to refuse and says why (voornemen); the time for a response runs."""
        self.intention_issued_on = self.event_on

    @step(
        _("Close the response"),
        source=State.INTENDED_DECISION,
        target=State.DECISION,
        number="T18, T26",
        conditions=[guards.response_in_or_over],
    )
    def close_response(self) -> None:
        """The response (zienswijze) is in, or its time is over."""

    @step(
        _("Send a new intended decision"),
        source=State.DECISION,
        target=State.INTENDED_DECISION,
        number="T20",
        conditions=[guards.last_day_not_over],
    )
    def reconsider(self) -> None:
        """New facts after the intended decision: a new one, and a new time for a response (Vb 3.119)."""
        self.intention_issued_on = self.event_on

    @step(
        _("Extend the general procedure"),
        source=GENERAL_STEPS,
        target=None,
        number="T17",
        conditions=[guards.in_general_track, guards.not_yet_extended, guards.not_overrun],
    )
    def extend_general_procedure(self, *, ground: str) -> None:
        """Later extension on one of the grounds a-g (Vb 3.115(1)), in writing and with an end date."""

    # Extended procedure

    @step(
        _("Refer to the extended procedure"),
        source=GENERAL_STEPS,
        target=State.EXTENDED_INVESTIGATION,
        number="T16",
        conditions=[guards.in_general_track],
    )
    def refer_to_extended(self) -> None:
        """The decision needs more time than the days of the general procedure (Vb 3.116)."""
        self.track = Track.EXTENDED

    @step(
        _("Plan an extra interview"),
        source=State.EXTENDED_INVESTIGATION,
        target=None,
        number="T21",
        conditions=[guards.lawyer_assigned],
    )
    def plan_extended_interview(self) -> None:
        """An extra interview in the extended procedure is planned."""

    @step(
        _("Close the extra interview"),
        source=State.EXTENDED_INVESTIGATION,
        target=State.CORRECTIONS,
        number="T22",
    )
    def close_extended_interview(self) -> None:
        """The report of the extra interview is sent; two weeks for comments."""

    @step(
        _("Go on without an extra interview"),
        source=State.EXTENDED_INVESTIGATION,
        target=State.ASSESSMENT,
        number="T24",
        conditions=[guards.interview_held],
    )
    def skip_extended_interview(self) -> None:
        """The interview was held already."""

    @step(
        _("Extend the decision period"),
        source=(State.READY, *UNDECIDED_AFTER_START),
        target=None,
        number="T29",
    )
    def extend_decision_period(self, *, ground: str) -> None:
        """More than six months to decide, on a ground of art. 42(4) or (5) Vw."""

    @step(
        _("Give more time for the response"),
        source=State.INTENDED_DECISION,
        target=None,
        number="T30",
    )
    def extend_response_term(self) -> None:
        """The lawyer asked for more time on one of the grounds of the policy (Vc C1/2.10)."""

    # Outcomes

    @step(
        _("Grant the permit"),
        source=(State.ASSESSMENT, State.INTENDED_DECISION, State.DECISION),
        target=State.GRANTED,
        number="T14, T27",
    )
    def grant(self, *, outcome: str) -> None:
        """The permit is granted and the decision made known."""
        self._decide(outcome)

    @step(
        _("Refuse the application"),
        source=(State.INTENDED_DECISION, State.DECISION),
        target=State.REFUSED,
        number="T19, T28",
        conditions=[guards.intention_issued, guards.response_in_or_over, guards.last_day_not_over],
    )
    def refuse(self, *, outcome: str) -> None:
        """The application is refused and the decision made known."""
        self._decide(outcome)

    def _decide(self, outcome: str) -> None:
        self.outcome = outcome
        self.decided_on = self.event_on
        self.decided_in_track = self.track

    # Across all tracks

    @step(
        _("Ask to withdraw the application"),
        source=OPEN,
        target=None,
        number="T56",
        conditions=[guards.withdrawal_not_requested],
    )
    def request_withdrawal(self) -> None:
        """The applicant asks to withdraw; she may take this back until it is confirmed."""
        self.withdrawal_requested_on = self.event_on

    @step(
        _("Take back the request to withdraw"),
        source=OPEN,
        target=None,
        number="T56",
        conditions=[guards.withdrawal_requested],
    )
    def retract_withdrawal(self) -> None:
        """The applicant goes on with the application after all."""
        self.withdrawal_requested_on = None

    @step(
        _("Confirm the withdrawal"),
        source=OPEN,
        target=State.WITHDRAWN,
        number="T57",
        conditions=[guards.withdrawal_requested],
    )
    def confirm_withdrawal(self) -> None:
        """The application is withdrawn."""
        self._decide(Outcome.WITHDRAWN)

    @step(
        _("Close the case"),
        source=OUTCOMES,
        target=State.CLOSED,
        number="T64",
        conditions=[guards.appeal_window_over, guards.no_open_appeal],
    )
    def close(self) -> None:
        """Nothing is left to do."""

    @step(
        _("Assign a lawyer"),
        source=(*OPEN, *OUTCOMES),
        target=None,
        number="T65",
        conditions=[guards.no_lawyer_yet],
    )
    def assign_lawyer(self) -> None:
        """A lawyer receives the mandate."""

    @step(
        _("Change the lawyer"),
        source=(*OPEN, *OUTCOMES),
        target=None,
        number="T66",
        conditions=[guards.lawyer_assigned],
    )
    def change_lawyer(self) -> None:
        """Another lawyer takes over; the access of the old one ends at the end of the day."""
