"""Why a date: the event, the rule in plain words, how sure it is, what was counted, every change since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from procedure import term_words
from procedure.access import SERVICE_ROLES
from procedure.calendars import ONE_DAY, DayKind, WhyClosed
from procedure.models import DateChange, Deadline, Procedure
from procedure.rules import EXTENDED_SCHEDULE, Mode, Rule
from procedure.terms import STEP_TEXTS, StepKind

# To everybody else a member of staff is the role.
NAMES_SHOWN_TO = SERVICE_ROLES | {Role.AUDITOR, Role.ADMINISTRATOR}

COUNTING = {
    Mode.ATW: gettext_lazy(
        "The day itself does not count. When the last day is a weekend day, a public holiday or a day "
        "that counts as one, the time goes on until the first working day (Algemene termijnenwet)."
    ),
    Mode.MONTHS_NO_ATW: gettext_lazy(
        "The day itself does not count. The time ends on the same day of the last month, "
        "also on a weekend day or a public holiday."
    ),
    Mode.HOURS_OR_LIBERTY: gettext_lazy(
        "It counts from the minute at which it happened and ends to the minute. No free day makes it longer."
    ),
    Mode.AA_DAY: gettext_lazy("Weekends and public holidays do not count as days of the procedure."),
    Mode.WORKING_DAY: gettext_lazy(
        "Only working days count: no weekends, no public holidays, no days that count as one."
    ),
    Mode.CALENDAR: gettext_lazy("Every day counts, and the time ends where it ends, also on a free day."),
    Mode.CALENDAR_MIN: gettext_lazy(
        "This is a minimum, in which every day counts. The next step is possible on the day after it."
    ),
    Mode.EU: gettext_lazy(
        "As European regulations count: every day counts but the day itself, and a last day on a weekend or "
        "public holiday goes on until the next working day."
    ),
    Mode.SOFT: gettext_lazy("This is what the service plans. Nobody is late when it takes longer."),
    Mode.LETTER: gettext_lazy("The law names no length. The date stands in the letter."),
}
AT_THE_BORDER = gettext_lazy("At the border every day counts, also weekends and public holidays.")


@dataclass(frozen=True)
class Entry:
    """One row of the ledger as this reader may see it; no day means that the time stands still."""

    at: datetime
    from_on: date | None
    to_on: date | None
    cause: str
    reason: str
    who: str


@dataclass(frozen=True)
class Stood:
    """One pause that reached the term."""

    title: str
    first_on: date
    last_on: date | None
    days: int | None
    reason: str


@dataclass(frozen=True)
class More:
    """More time that was given on a ground."""

    title: str
    ground: str
    until_on: date | None
    proof: bool
    who: str
    on: date


@dataclass(frozen=True)
class Explanation:
    """Everything that made a date what it is, in the reader's language."""

    deadline: Deadline
    event: str
    event_on: date
    starts_at: datetime | None
    length: str
    counting: str
    source: str
    certainty: str
    check_the_letter: bool
    steps: tuple[tuple[date, str], ...]
    days_counted: int | None
    skipped: tuple[tuple[date, str], ...]
    pauses: tuple[Stood, ...]
    extension: More | None
    letter_reason: str
    changes: tuple[Entry, ...]
    ends_at: datetime | None
    received_by_post_until: date | None


def explain(deadline: Deadline, *, reader: User) -> Explanation:
    """Why a term ends when it does, from its row, its pauses and its ledger."""
    rule, said = deadline.rule, deadline.derivation
    starts_at = datetime.fromisoformat(said["start"]) if "T" in said["start"] else None
    to_the_minute = deadline.letter_due_on is None and (rule.mode == Mode.HOURS_OR_LIBERTY or rule.due_time)
    posted = said.get("received_by_post_until")
    return Explanation(
        deadline=deadline,
        event=str(deadline.opened_by.title),
        event_on=deadline.opened_by.on,
        starts_at=starts_at,
        length=_length(deadline, rule),
        counting=_counting(deadline, rule),
        source=deadline.source,
        certainty=certainty_of(deadline.confidence),
        check_the_letter=not deadline.confidence.startswith("P"),
        steps=tuple((_day(step["date"]), _(STEP_TEXTS[step["kind"]])) for step in said["counted"]),
        days_counted=_days_counted(deadline),
        skipped=tuple(
            (_day(day["date"]), _(day["name"])) for day in said["skipped"] if day["why"] != WhyClosed.PAUSED
        ),
        pauses=tuple(_pauses(deadline, reader=reader)),
        extension=_extension(deadline, reader=reader),
        letter_reason=free_text(deadline.letter_reason, reader=reader),
        changes=tuple(entry(change, reader=reader) for change in _changes_of(deadline)),
        ends_at=deadline.due_at if to_the_minute else None,
        received_by_post_until=_day(posted) if posted and deadline.letter_due_on is None else None,
    )


def ledger_of(procedure: Procedure, *, reader: User) -> list[dict[str, Any]]:
    """Every change of a date of this procedure, the newest first, as this reader may see it."""
    changes = DateChange.objects.filter(deadline__procedure=procedure)
    rows = []
    for change in changes.select_related("deadline", "by", "amendment").order_by("-id"):
        change.deadline.procedure = procedure
        rows.append({"term": change.deadline, "entry": entry(change, reader=reader)})
    return rows


def entry(change: DateChange, *, reader: User) -> Entry:
    """A row of the ledger; who reads it decides whether it says a name or a role."""
    return Entry(
        at=change.at,
        from_on=change.from_on,
        to_on=change.to_on,
        cause=str(change.get_cause_display()),
        reason=free_text(change.reason, reader=reader),
        who=who(change.by, role=change.by_role, reader=reader),
    )


def who(person: User, *, role: str, reader: User) -> str:
    """The name and the role, or the role alone."""
    label = str(Role(role).label)
    if reader.role not in NAMES_SHOWN_TO or role == Role.SYSTEM:
        return label
    return f"{person.display_name} ({label})"


def free_text(text: str, *, reader: User) -> str:
    """What somebody wrote in her own words; a partner gets dates and no stories."""
    return "" if reader.is_partner else text


def certainty_of(confidence: str) -> str:
    """How sure the length of a term is, in words."""
    return str(term_words.CERTAINTIES.get(confidence, confidence))


def _changes_of(deadline: Deadline) -> QuerySet[DateChange]:
    return deadline.changes.select_related("by").order_by("id")


def _length(deadline: Deadline, rule: Rule) -> str:
    """How long this term is, with the day of its schedule where it ends with one."""
    said, law = deadline.derivation, deadline.law
    schedule = law.schedules.get(said.get("schedule") or "")
    if rule.on_schedule and said.get("schedule") == EXTENDED_SCHEDULE:
        return _("until the end of the day after, since the procedure was extended")
    if rule.on_schedule and schedule is not None:
        by_ground = rule.last_day.get(schedule.code, {})
        number = by_ground.get(said.get("ground") or "") or schedule.closing_day(rule.code)
        return _("until the end of day %(number)s of: %(schedule)s") % {
            "number": number,
            "schedule": _(schedule.title),
        }
    words = term_words.length(rule, law)
    return words[:1].upper() + words[1:]


def _counting(deadline: Deadline, rule: Rule) -> str:
    schedule = deadline.law.schedules.get(deadline.derivation.get("schedule") or "")
    if schedule is not None and schedule.calendar == DayKind.AA_DAY_SCHIPHOL:
        return str(AT_THE_BORDER)
    if deadline.computed_due_on is None:
        return str(COUNTING[Mode.LETTER])
    return str(COUNTING[rule.mode])


def _days_counted(deadline: Deadline) -> int | None:
    """How many days were counted, the last included; none where hours are, or nothing is."""
    said = deadline.derivation
    if deadline.computed_due_on is None or deadline.rule.mode == Mode.HOURS_OR_LIBERTY:
        return None
    numbered = [step for step in said["counted"] if step["kind"] == StepKind.COUNTED]
    if numbered:
        return len(numbered)
    nominal = _day(said["nominal"])
    still = sum(day["why"] == WhyClosed.PAUSED for day in said["skipped"])
    return max(0, (nominal - deadline.started_on).days - still)


def _pauses(deadline: Deadline, *, reader: User) -> Iterator[Stood]:
    law = deadline.law
    last = deadline.effective_due_on
    # Days of a schedule count from day 1, however late in them the term began.
    day_one = deadline.derivation.get("day_one") if deadline.rule.on_schedule else None
    before = _day(day_one) - ONE_DAY if day_one else deadline.started_on
    for pause in deadline.procedure.suspensions.all():
        if not pause.concerns(deadline.rule_code, law) or pause.starts_on > last:
            continue
        if pause.ends_on is not None and (pause.ends_on < pause.starts_on or pause.ends_on <= before):
            continue
        days = (pause.ends_on - pause.starts_on).days + 1 if pause.ends_on else None
        reason = free_text(pause.reason, reader=reader)
        yield Stood(str(pause.title), pause.starts_on, pause.ends_on, days, reason)


def _extension(deadline: Deadline, *, reader: User) -> More | None:
    given = deadline.extended_by
    if given is None:
        return None
    extension = deadline.law.extensions.get(deadline.extension)
    ground = extension.grounds.get(deadline.extension_ground, "") if extension else ""
    return More(
        title=_(extension.title) if extension else deadline.extension,
        ground=_(ground) if ground else deadline.extension_ground,
        until_on=deadline.letter_says_on,
        proof=deadline.extension_proof_id is not None,
        who=who(given.actor, role=given.actor_role, reader=reader),
        on=given.on,
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def result_in_words(deadline: Deadline) -> str:
    """The last day, or since when the time stands still."""
    if deadline.still_since is not None:
        return _("The time stands still since %(day)s.") % {"day": dates.long_date(deadline.still_since)}
    return dates.long_date(deadline.effective_due_on)


def as_json(found: Explanation) -> dict[str, Any]:
    """The same for a program: ISO days, and words in the reader's language."""
    deadline = found.deadline
    return {
        "id": deadline.pk,
        "rule": deadline.rule_code,
        "title": str(deadline.title),
        "package": deadline.package_name,
        "state": deadline.state,
        "due_on": deadline.shown_on,
        "stands_still_since": deadline.still_since,
        "ends_at": deadline.due_at if deadline.shown_on else None,
        "result": result_in_words(deadline),
        "event": {"title": found.event, "on": found.event_on, "at": found.starts_at},
        "counts_from": deadline.started_on,
        "length": found.length,
        "counting": found.counting,
        "source": found.source,
        "confidence": deadline.confidence,
        "certainty": found.certainty,
        "check_the_letter": found.check_the_letter,
        "computed_due_on": deadline.computed_due_on,
        "days_counted": found.days_counted,
        "steps": [{"on": on, "text": text} for on, text in found.steps],
        "skipped": [{"on": on, "name": name} for on, name in found.skipped],
        "received_by_post_until": found.received_by_post_until,
        "pauses": [
            {
                "ground": row.title,
                "first_on": row.first_on,
                "last_on": row.last_on,
                "days": row.days,
                "reason": row.reason,
            }
            for row in found.pauses
        ],
        "extension": None
        if found.extension is None
        else {
            "title": found.extension.title,
            "ground": found.extension.ground,
            "until_on": found.extension.until_on,
            "proof_on_file": found.extension.proof,
            "on": found.extension.on,
            "by": found.extension.who,
        },
        "letter": None
        if deadline.letter_due_on is None
        else {
            "says_on": deadline.letter_says_on,
            "due_on": deadline.letter_due_on,
            "reason": found.letter_reason,
        },
        "changes": [
            {
                "at": row.at,
                "from_on": row.from_on,
                "to_on": row.to_on,
                "cause": row.cause,
                "reason": row.reason,
                "by": row.who,
            }
            for row in found.changes
        ],
    }
