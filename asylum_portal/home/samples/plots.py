"""What happens in the sample cases: a plot for every state, the first ones made for trying the main roads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from asylum_portal.home.samples.side_roads import (
    accelerated,
    at_the_border,
    did_not_come,
    dublin,
    moratorium,
    permit,
    refused,
    repeat,
)
from asylum_portal.home.samples.story import Calendar, Story
from procedure.calendars import DayKind, LegalCalendar
from procedure.given import Letter

Telling = Callable[[Story, Calendar], None]


@dataclass(frozen=True)
class Plot:
    """How far a case has come, and in how many days."""

    tell: Telling
    schedule: str = "AA6"
    needs: tuple[str, ...] = ()
    lawyer: bool = True


def general(until: str, *, day: int) -> Telling:
    """In the days of the general procedure, with this day the first from today on."""

    def tell(story: Story, calendar: Calendar) -> None:
        days = calendar.days(calendar.day_one(number=day), 9 if story.schedule == "AA9" else 6)
        story.general(days, until=until)

    return tell


def intake(until: str, *, days_ago: int) -> Telling:
    def tell(story: Story, calendar: Calendar) -> None:
        lodged_on = calendar.today - timedelta(days=days_ago)
        if until == "express_wish":
            story.begin(lodged_on)
        else:
            story.intake(lodged_on, until=until)

    return tell


def preparing(*, days_ago: int) -> Telling:
    """Rest and preparation began so many days ago."""

    def tell(story: Story, calendar: Calendar) -> None:
        story.intake(calendar.today - timedelta(days=days_ago + 2))
        story.take("begin_preparation", calendar.today - timedelta(days=days_ago), schedule=story.schedule)

    return tell


def ready(story: Story, calendar: Calendar) -> None:
    """Day 1 is announced for the next procedure day but one."""
    law_calendar = LegalCalendar(calendar.law)
    day_one, _ = law_calendar.first_counted(calendar.today + timedelta(days=2), DayKind.AA_DAY)
    story.prepare(day_one, planned_on=calendar.today - timedelta(days=1))


def extended(*rest: tuple[str, int], referred: int) -> Telling:
    """Referred so many days ago; then each step so many days ago."""

    def tell(story: Story, calendar: Calendar) -> None:
        law_calendar = LegalCalendar(calendar.law)
        day_three = calendar.today - timedelta(days=referred)
        while law_calendar.why_not_counted(day_three, DayKind.AA_DAY):
            day_three -= timedelta(days=1)
        day_one, back = day_three, 2
        while back:
            day_one -= timedelta(days=1)
            back -= law_calendar.why_not_counted(day_one, DayKind.AA_DAY) is None
        story.general(calendar.days(day_one, 6), until="close_corrections")
        story.take(
            "refer_to_extended", day_three, facts={"why_extended": "more_time"}, reason="more investigation"
        )
        for name, days_ago in rest:
            on = calendar.today - timedelta(days=days_ago)
            if name in ("corrections", "response"):
                story.file(name, on)
            elif name == "refuse":
                story.take(name, on, outcome="UNFOUNDED")
            elif name == "grant":
                story.take(name, on, outcome="GRANT_B3")
            else:
                story.take(name, on)

    return tell


def decided(outcome: str, *, days_ago: int) -> Telling:
    """The whole general procedure, decided so many days ago or on the procedure day before."""

    def tell(story: Story, calendar: Calendar) -> None:
        count = 9 if story.schedule == "AA9" else 6
        days = calendar.days_until(calendar.today - timedelta(days=days_ago), count)
        if outcome in ("refused", "closed"):
            story.general(days, until="refuse")
            if outcome == "closed":
                # Whoever leaves of her own accord: with the departure the case is closed.
                story.take("choose_voluntary_departure", calendar.today - timedelta(days=9))
                story.take("confirm_departure", calendar.today - timedelta(days=1), country="SDN")
            return
        story.general(days, until="close_corrections" if outcome == "granted_early" else "close_response")
        story.take("grant", days[-1], outcome="GRANT_A")

    return tell


def withdrawn(story: Story, calendar: Calendar) -> None:
    preparing(days_ago=12)(story, calendar)
    applicant = story.case.applicant.user
    story.take("request_withdrawal", calendar.today - timedelta(days=3), actor=applicant)
    story.take("confirm_withdrawal", calendar.today - timedelta(days=1))


def withdrawal_asked(story: Story, calendar: Calendar) -> None:
    preparing(days_ago=4)(story, calendar)
    story.take("request_withdrawal", calendar.today - timedelta(days=1), actor=story.case.applicant.user)


def more_days(story: Story, calendar: Calendar) -> None:
    """The general procedure was extended on ground c."""
    general("close_corrections", day=3)(story, calendar)
    last = story.procedure.last_event_on()
    assert last is not None
    story.take("extend_general_procedure", last, ground="c", reason="identity papers are being examined")


def longer_decision_period(story: Story, calendar: Calendar) -> None:
    extended(referred=150)(story, calendar)
    lodged_on = story.procedure.lodged_on
    assert lodged_on is not None
    story.take(
        "extend_decision_period",
        calendar.today - timedelta(days=5),
        ground="42(4)(a)",
        letter=Letter(lodged_on + timedelta(days=420), "the case is complex"),
        reason="complex",
    )


MAIN_ROADS = [
    Plot(general("close_interview", day=2)),
    Plot(intake("start_registration", days_ago=1)),
    Plot(general("issue_intended_decision", day=4)),
    Plot(preparing(days_ago=9), schedule="AA9", needs=("trauma",)),
    Plot(preparing(days_ago=8)),
    Plot(intake("express_wish", days_ago=0)),
    Plot(intake("lodge_application", days_ago=1)),
    Plot(intake("start_application_interview", days_ago=2)),
    Plot(intake("finish_application_interview", days_ago=3)),
    Plot(preparing(days_ago=3)),
    Plot(ready),
    Plot(general("start_general_procedure", day=2), schedule="AA9"),
    Plot(general("close_interview", day=4), schedule="AA9", needs=("medical",)),
    Plot(general("close_corrections", day=3)),
    Plot(general("close_response", day=5)),
    Plot(general("issue_intended_decision", day=7), schedule="AA9", needs=("torture",)),
    Plot(extended(referred=4)),
    Plot(extended(("close_extended_interview", 9), referred=25)),
    Plot(
        extended(
            ("close_extended_interview", 30), ("corrections", 18), ("close_corrections", 17), referred=45
        )
    ),
    Plot(
        extended(
            ("close_extended_interview", 40),
            ("corrections", 30),
            ("close_corrections", 29),
            ("issue_intended_decision", 27),
            referred=60,
        )
    ),
    Plot(
        extended(
            ("skip_extended_interview", 50),
            ("issue_intended_decision", 40),
            ("response", 20),
            ("close_response", 19),
            referred=60,
        )
    ),
    Plot(extended(("skip_extended_interview", 50), ("grant", 20), referred=60)),
    Plot(
        extended(
            ("skip_extended_interview", 70),
            ("issue_intended_decision", 60),
            ("response", 35),
            ("close_response", 34),
            ("refuse", 10),
            referred=80,
        )
    ),
    Plot(decided("granted", days_ago=6)),
    Plot(decided("granted_early", days_ago=12)),
    Plot(decided("granted", days_ago=20), schedule="AA9", needs=("pregnant",)),
    Plot(decided("refused", days_ago=3)),
    Plot(decided("refused", days_ago=5), schedule="AA9"),
    Plot(decided("closed", days_ago=40)),
    Plot(withdrawn),
    Plot(withdrawal_asked),
    Plot(more_days),
    Plot(longer_decision_period),
    Plot(preparing(days_ago=7), lawyer=False),
]
SIDE_ROADS = [
    Plot(dublin("close_dublin_interview", "send_claim", days_ago=14)),
    Plot(dublin("close_dublin_interview", "send_claim", "accept_claim", days_ago=18)),
    Plot(
        dublin(
            "close_dublin_interview",
            "send_claim",
            "accept_claim",
            "response",
            "close_response",
            "decide_not_to_consider",
            days_ago=33,
        )
    ),
    Plot(accelerated),
    Plot(at_the_border),
    Plot(did_not_come),
    Plot(moratorium),
    Plot(repeat("find_incomplete")),
    Plot(repeat("plan_one_day_test")),
    Plot(refused("appeal", days_ago=9)),
    Plot(refused("appeal", "record_ruling", days_ago=20)),
    Plot(refused("begin_departure_guidance", days_ago=25)),
    Plot(permit("announce_permit", days_ago=30)),
    Plot(permit("announce_permit", "hand_out_permit", "family", days_ago=60)),
    Plot(permit("announce_permit", "hand_out_permit", "intend_permit_withdrawal", days_ago=90)),
    Plot(permit("announce_permit", "hand_out_permit", "report_loss", days_ago=45)),
]
# The first six are the ones that people try: there are two of each.
PLOTS = [*MAIN_ROADS, *MAIN_ROADS[:6], *SIDE_ROADS]
