"""Sample cases off the main road: Dublin, border, repeat, no-show, pause, court, permit, return."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from asylum_portal.home.samples.files import letter
from asylum_portal.home.samples.story import Calendar, Story
from cases import actions as case_actions
from procedure.actions import announce_repeat_application
from procedure.calendars import DayKind, LegalCalendar
from procedure.given import Letter

Telling = Callable[[Story, Calendar], None]


def ago(calendar: Calendar, days: int) -> date:
    return calendar.today - timedelta(days=days)


def dublin(*rest: str, days_ago: int) -> Telling:
    """Fingerprints were found in another country; then these steps, some days apart."""

    def tell(story: Story, calendar: Calendar) -> None:
        begun = ago(calendar, days_ago)
        story.intake(begun - timedelta(days=4))
        story.take("refer_to_dublin", begun, hit=True, facts={"hit_on": begun.isoformat()})
        arguments: dict[str, dict] = {
            "send_claim": {"kind": "take_back", "facts": {"country": "Croatia"}},
            "decide_not_to_consider": {},
        }
        for place, name in enumerate(rest, start=1):
            on = begun + timedelta(days=5 * place)
            if name == "response":
                story.file(name, on)
            else:
                story.take(name, on, **arguments.get(name, {}))

    return tell


def accelerated(story: Story, calendar: Calendar) -> None:
    """A single interview was held; its report is on file and the intended decision sent."""
    story.intake(ago(calendar, 9))
    story.take("refer_to_accelerated", ago(calendar, 6))
    case_actions.file_document(
        story.case,
        code="DOC-REP-ACC",
        content=letter("report"),
        actor=story.worker,
        at=story.moment(ago(calendar, 4)),
        part_of_step=True,
    )
    letter_date = Letter(calendar.today + timedelta(days=3), "the letter gives a week")
    story.take("issue_intended_decision", ago(calendar, 3), letter=letter_date)


def at_the_border(story: Story, calendar: Calendar) -> None:
    """Entry was postponed at Schiphol; rest and preparation run."""
    handed_on = ago(calendar, 4)
    story.begin(handed_on, at_border=True)
    handed_at = datetime.combine(handed_on, time(9, 30), tzinfo=timezone.get_default_timezone())
    story.take("impose_border_measure", handed_on, handed_at=handed_at)
    for name, days in (
        ("start_registration", 4),
        ("lodge_application", 4),
        ("start_application_interview", 3),
        ("finish_application_interview", 3),
    ):
        story.take(name, ago(calendar, days))
    story.take("begin_preparation", ago(calendar, 3), schedule="AA6")


def did_not_come(story: Story, calendar: Calendar) -> None:
    """Day 1 of the general procedure was some days ago, and the person was not there."""
    days = calendar.days(calendar.day_one(number=3), 6)
    story.general(days, until="start_general_procedure")
    story.take("record_no_show", days[0])


def moratorium(story: Story, calendar: Calendar) -> None:
    """Decisions about this country are postponed: the time for the decision stands still."""
    story.intake(ago(calendar, 120))
    story.take("begin_preparation", ago(calendar, 115), schedule="AA6")
    begun = ago(calendar, 30)
    story.take("pause", begun, ground="moratorium", starts_on=begun, reason="decree of the minister")


def refused(*rest: str, days_ago: int) -> Telling:
    """Refused in the general procedure, then on to the court or the return."""

    def tell(story: Story, calendar: Calendar) -> None:
        days = calendar.days_until(ago(calendar, days_ago), 6)
        story.general(days, until="refuse")
        for place, name in enumerate(rest, start=1):
            on = min(days[-1] + timedelta(days=3 * place), calendar.today)
            if name == "appeal":
                story.file("appeal", on)
            elif name == "record_ruling":
                story.take(name, on, ruling="dismissed")
            else:
                story.take(name, on)

    return tell


def repeat(*rest: str) -> Telling:
    """Refused and final long ago; then a repeat application."""

    def tell(story: Story, calendar: Calendar) -> None:
        refused(days_ago=120)(story, calendar)
        announced_on = ago(calendar, 10)
        story.procedure = announce_repeat_application(
            story.case,
            actor=story.lawyer,
            on=announced_on,
            at=story.moment(announced_on),
            document=letter("m35o"),
            facts={"originals_listed": True, "earlier_decision_final": True, "in_person": True},
        )
        day_one, _ = LegalCalendar(calendar.law).first_counted(
            calendar.today + timedelta(days=2), DayKind.WORKING_DAY
        )
        arguments: dict[str, dict] = {
            "find_incomplete": {"reason": "the translation of the summons is missing"},
            "plan_one_day_test": {"day_one_on": day_one},
        }
        for place, name in enumerate(rest, start=1):
            story.take(name, announced_on + timedelta(days=2 * place), **arguments.get(name, {}))

    return tell


def permit(*rest: str, days_ago: int) -> Telling:
    """Granted; then what follows at the desk."""

    def tell(story: Story, calendar: Calendar) -> None:
        days = calendar.days_until(ago(calendar, days_ago), 6)
        story.general(days, until="close_corrections")
        story.take("grant", days[2], outcome="GRANT_A")
        lodged_on = story.procedure.lodged_on
        assert lodged_on is not None
        arguments: dict[str, dict] = {
            "hand_out_permit": {
                "valid_from": lodged_on,
                "valid_until": lodged_on.replace(year=lodged_on.year + 5, day=min(lodged_on.day, 28)),
            },
            "intend_permit_withdrawal": {"ground": "a"},
            "report_loss": {"what": "lost"},
        }
        for place, name in enumerate(rest, start=1):
            on = days[2] + timedelta(days=6 * place)
            if name == "family":
                story.file("family", on)
            else:
                story.take(name, on, **arguments.get(name, {}))

    return tell
