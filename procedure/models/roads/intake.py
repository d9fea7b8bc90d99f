"""From the wish to the choice of the procedure, and rest and preparation (C2.1)."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import AT_BORDER, Schedule, State, Track
from procedure.steps import step

from .facts import ProcedureFacts


class IntakeSteps(ProcedureFacts):
    class Meta:
        abstract = True

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
    def finish_application_interview(self, *, senior_decides: bool = False) -> None:
        """The report is given; the application phase ends."""
        self.application_phase_ended_on = self.event_on
        self.senior_decides = senior_decides

    @step(_("Begin rest and preparation"), source=State.TRIAGE, target=State.PREPARATION, number="T06")
    def begin_preparation(self, *, schedule: str) -> None:
        """Triage chooses the general procedure, in six days or nine."""
        self.track = Track.GENERAL
        self.schedule = self._where_it_is(schedule)

    @step(
        _("Treat in the accelerated procedure"),
        source=State.TRIAGE,
        target=State.INTERVIEW,
        number="T08",
        conditions=[guards.no_special_need],
    )
    def refer_to_accelerated(self) -> None:
        """A safe country, or protection in another one: a single interview and no rest and preparation."""
        self.track = Track.ACCELERATED

    @step(
        _("Choose nine days"),
        source={Track.GENERAL: (State.PREPARATION, State.READY)},
        target=None,
        number="T10",
        conditions=[guards.six_days_chosen, guards.before_first_day],
    )
    def choose_nine_days(self) -> None:
        """More time beforehand, for a complex case or a person who needs more attention."""
        self.schedule = self._where_it_is(Schedule.NINE_DAYS)

    @step(
        _("Plan the general procedure"),
        source={Track.GENERAL: (State.PREPARATION,)},
        target=State.READY,
        number="T09",
        conditions=[guards.lawyer_assigned, guards.guardian_for_child],
    )
    def complete_preparation(self, *, day_one_on: date) -> None:
        """Rest and preparation are complete; day 1 is announced."""
        self.day_one_on = day_one_on

    @step(
        _("Announce another day 1"),
        source={Track.GENERAL: (State.READY,), Track.REPEAT: (State.READY,)},
        target=None,
        # Beside C2: without it a case whose day 1 passed unused could never start.
        number="T09",
        conditions=[guards.lawyer_assigned],
    )
    def announce_other_day_one(self, *, day_one_on: date) -> None:
        """The day that was announced did not happen; another one is told."""
        self.day_one_on = day_one_on

    # Draft law of June 2026 (model C10)

    @step(
        _("Begin reception and preparation"),
        source=State.LODGED,
        target=State.PREPARATION,
        number="C10",
    )
    def open_preparation(self) -> None:
        """Identity, first checks and vulnerability (OVA), in place of rest and preparation."""
        self.application_phase_ended_on = self.event_on

    @step(
        _("Choose the procedure"),
        source=State.PREPARATION,
        target=State.INTERVIEW,
        number="C10",
        conditions=[guards.lawyer_assigned, guards.guardian_for_child],
    )
    def choose_track(self, *, track: str) -> None:
        """Standard, accelerated, admissibility, or which country is responsible."""
        self.track = track

    def _where_it_is(self, schedule: str) -> str:
        """The same days, counted as they are counted at the border or elsewhere (Vb 3.110(3))."""
        return AT_BORDER.get(Schedule(schedule), schedule) if self.border else schedule
