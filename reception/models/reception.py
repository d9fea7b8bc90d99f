"""Where an applicant is received: referred, at a centre, on the move, waiting for a home, housed (C2.10)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from asylum_portal.accounts.models import Organisation, Role
from procedure.models import Procedure, SmallMachine
from procedure.models.machine import SmallMachineQuerySet
from procedure.steps import step
from reception import guards

from .place import Centre, Stay, centres_of


class ReceptionQuerySet(SmallMachineQuerySet):
    def newest(self) -> Self:
        """The newest of each case."""
        newest = Reception.objects.order_by("procedure__case", "-id").distinct("procedure__case")
        return self.filter(pk__in=newest.values("pk"))

    def visible_to(self, user, *, on: date) -> Self:
        """Who lives at or is expected at a centre of this person; for others those of their cases."""
        if user.is_authenticated and user.is_active and user.role == Role.RECEPTION:
            centres = centres_of(user, on=on)
            lives_there = Stay.objects.current(on=on).filter(
                applicant=OuterRef("procedure__case__applicant"), centre__in=centres
            )
            return self.newest().filter(Q(expected_at__in=centres) | Exists(lives_there))
        return self.newest().filter(procedure__in=Procedure.objects.visible_to(user, on=on))


class Reception(SmallMachine):
    """The reception of one applicant (opvang). Which centre she lives at stands in her stay."""

    machine = "reception"

    class State(models.TextChoices):
        REFERRED = "referred", _("referred to a centre")
        IN_RECEPTION = "in_reception", _("lives at a centre")
        CLOSED_CENTRE = "closed_centre", _("in a closed centre at the border")
        TRANSFER_ORDERED = "transfer_ordered", _("moves to another centre")
        PERMIT_WAITING_HOME = "permit_waiting_home", _("waits for a home")
        HOUSING_OFFERED = "housing_offered", _("a home is offered")
        HOUSED = "housed", _("lives in a home")
        ENDING = "ending", _("the stay is about to end")
        ENDED = "ended", _("the stay has ended")

    class ChildGround(models.TextChoices):
        """Why the stay of a child alone ends (Rva 6): never a date alone."""

        REMOVAL = "removal", _("The child leaves the Netherlands under guidance")
        CARE = "care", _("The child goes to other care (vervolgopvang)")
        EIGHTEEN = "eighteen", _("The child has turned eighteen")

    # Where somebody lives at a centre and reports there.
    _REPORTING = (
        State.IN_RECEPTION,
        State.TRANSFER_ORDERED,
        State.PERMIT_WAITING_HOME,
        State.HOUSING_OFFERED,
        State.ENDING,
    )

    state = FSMField(default=State.REFERRED, choices=State.choices, editable=False, max_length=32)
    # While somebody is referred there or has to move there; None once she has arrived.
    expected_at = models.ForeignKey(
        Centre, null=True, blank=True, on_delete=models.PROTECT, related_name="expected"
    )
    municipality = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    home_address = models.CharField(max_length=200, blank=True)
    child_ground = models.CharField(max_length=10, choices=ChildGround.choices, blank=True)

    objects = ReceptionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["state"], name="reception_state")]

    @property
    def applicant(self):
        return self.procedure.case.applicant

    @property
    def stay(self) -> Stay | None:
        """Where she lives, until she leaves."""
        return self.applicant.stays.filter(left_on__isnull=True).select_related("centre").first()

    @property
    def is_over(self) -> bool:
        return self.state == self.State.ENDED

    @step(
        _("Refer to a centre"),
        source=State.REFERRED,
        target=State.REFERRED,
        number="X01",
        conditions=[guards.case_goes_on, guards.not_at_border, guards.no_centre_named],
    )
    def refer_to_reception(self, *, centre: Centre) -> None:
        """A centre is named; the person has 24 hours to come (Rva 4(3))."""
        self.expected_at = centre

    @step(
        _("Record the arrival"),
        source=[State.REFERRED, State.TRANSFER_ORDERED],
        target=State.IN_RECEPTION,
        number="X02",
        conditions=[guards.centre_named],
    )
    def arrive_at_centre(self) -> None:
        """The person has come to the centre where she was expected."""
        self.expected_at = None

    @step(
        _("Order the move to another centre"),
        source=State.IN_RECEPTION,
        target=State.TRANSFER_ORDERED,
        number="X03",
    )
    def order_move(self, *, centre: Centre) -> None:
        """The person must go to another centre within 48 hours (Rva 7(1)(i))."""
        self.expected_at = centre

    @step(
        _("Let the person wait for a home"),
        source=State.IN_RECEPTION,
        target=State.PERMIT_WAITING_HOME,
        number="X04",
        conditions=[guards.permit_granted],
    )
    def wait_for_home(self, *, municipality: Organisation) -> None:
        """A permit was granted: a municipality looks for a home; one report in two weeks (Rva 12(2))."""
        self.municipality = municipality

    @step(
        _("Offer a home"),
        source=State.PERMIT_WAITING_HOME,
        target=State.HOUSING_OFFERED,
        number="X05",
    )
    def offer_home(self, *, address: str) -> None:
        """A home that suits the person (Rva 7(1)(a))."""
        self.home_address = address

    @step(_("Hand over the keys"), source=State.HOUSING_OFFERED, target=State.HOUSED, number="X06")
    def move_into_home(self) -> None:
        """The person lives in a home from today; the place at the centre and the reports end."""

    @step(
        _("Propose the end of the stay"),
        source=State.IN_RECEPTION,
        target=State.ENDING,
        number="X07",
        conditions=[guards.end_date_passed, guards.nothing_suspends_the_end],
    )
    def propose_end_of_reception(self, *, child_ground: str = "") -> None:
        """The time to leave is over: a person of the reception service prepares the end (Rva 5, 6)."""
        self.child_ground = child_ground

    @step(_("Let the person stay"), source=State.ENDING, target=State.IN_RECEPTION, number="X07")
    def drop_end_of_reception(self) -> None:
        """The ground is gone: an annulled decision, a measure of the court, illness."""
        self.child_ground = ""

    @step(
        _("End the stay"),
        source=State.ENDING,
        target=State.ENDED,
        number="X07",
        conditions=[guards.end_date_passed, guards.nothing_suspends_the_end, guards.child_has_a_ground],
    )
    def end_reception(self) -> None:
        """The room is given back; a person decides this, never a date."""

    # What other machines bring about: the portal takes these when their step is taken.

    @step(
        _("Hold in a closed centre"),
        source=[State.REFERRED, State.IN_RECEPTION, State.TRANSFER_ORDERED],
        target=State.CLOSED_CENTRE,
        number="B01",
    )
    def hold_in_closed_centre(self) -> None:
        """A border measure was imposed."""
        self.expected_at = None

    @step(_("Leave the closed centre"), source=State.CLOSED_CENTRE, target=State.REFERRED, number="B02, B03")
    def leave_closed_centre(self) -> None:
        """The border measure has ended; a centre is still to be named."""

    @step(
        _("End with the departure"),
        source=[
            State.REFERRED,
            State.IN_RECEPTION,
            State.CLOSED_CENTRE,
            State.TRANSFER_ORDERED,
            State.PERMIT_WAITING_HOME,
            State.HOUSING_OFFERED,
            State.ENDING,
        ],
        target=State.ENDED,
        number="T36, V06",
    )
    def end_with_departure(self) -> None:
        """The person has left the country."""
        self.expected_at = None

    # Weekly reports that open or end a term: where somebody lives stays as it is.

    @step(_("Report missed"), source=_REPORTING, target=None, number="Q05")
    def miss_report(self) -> None:
        """The first missed report of a row (Rva 10(1)(b))."""

    @step(_("Report missed again"), source=_REPORTING, target=None, number="Q05")
    def miss_report_again(self) -> None:
        """Two in a row (Rva 7(1)(j)). People look at it; nothing follows by itself."""

    @step(_("Reported again"), source=_REPORTING, target=None, number="Q02")
    def report_again(self) -> None:
        """Seen at the desk after a missed report."""

    @step(_("Missed report excused"), source=_REPORTING, target=None, number="Q03")
    def excuse_missed_report(self) -> None:
        """There was a good reason."""
