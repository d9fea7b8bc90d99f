"""What a rule package says about a term, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from asylum_portal.accounts.models import Role
from cases.document_types import DOCUMENT_TYPES
from procedure import machines
from procedure.rules import Mode, Rule, RulePackage, StartFact, Unit
from procedure.states import Outcome, Track

NOTHING = "–"

MODES = {
    Mode.ATW: gettext_lazy("weekends and public holidays do not end it (Algemene termijnenwet)"),
    Mode.MONTHS_NO_ATW: gettext_lazy("it ends where it ends, also on a closed day"),
    Mode.HOURS_OR_LIBERTY: gettext_lazy("to the minute"),
    Mode.AA_DAY: gettext_lazy("days of the general procedure"),
    Mode.WORKING_DAY: gettext_lazy("working days"),
    Mode.CALENDAR: gettext_lazy("calendar days"),
    Mode.CALENDAR_MIN: gettext_lazy("a minimum: the next step is possible on the day after it"),
    Mode.EU: gettext_lazy("as European regulations count"),
    Mode.SOFT: gettext_lazy("a planning norm, never missed"),
    Mode.LETTER: gettext_lazy("the letter gives the date"),
}

START_FACTS = {
    StartFact.EVENT_ON: gettext_lazy("the day of the step"),
    StartFact.LODGED_ON: gettext_lazy("the day on which the application was lodged"),
    StartFact.APPLICATION_PHASE_ENDED_ON: gettext_lazy("the end of the application phase"),
    StartFact.DAY_ONE_ON: gettext_lazy("day 1"),
    StartFact.HIT_ON: gettext_lazy("the day on which fingerprints or a visa were found"),
    StartFact.RESPONSIBLE_ON: gettext_lazy("the day on which the Netherlands was found responsible"),
    StartFact.CLAIM_SENT_ON: gettext_lazy("the day on which the claim was sent"),
    StartFact.ACCEPTED_ON: gettext_lazy("the day on which the other country accepted"),
    StartFact.RULING_ON: gettext_lazy("the day on which the court sent its judgment"),
    StartFact.PERMIT_FROM_ON: gettext_lazy("the first day of the permit"),
    StartFact.PERMIT_UNTIL_ON: gettext_lazy("the last day of the permit"),
    StartFact.DUE_OF_RULE: gettext_lazy("the end of another term"),
    StartFact.START_OF_RULE: gettext_lazy("the beginning of another term"),
}

REMINDERS = {
    "D": gettext_lazy("as for terms of a day"),
    "W": gettext_lazy("as for terms of weeks"),
    "C": gettext_lazy("as for short terms"),
    "S": gettext_lazy("to staff"),
    "R": gettext_lazy("as for weekly reports"),
    "I": gettext_lazy("once, as information"),
}

CERTAINTIES = {
    "P": gettext_lazy("read in the law or in policy"),
    "P 2015": gettext_lazy("read in the law as of 2015"),
    "S": gettext_lazy("read on another page; check the letter"),
    "source page": gettext_lazy("read on an information page; check the letter"),
    "M": gettext_lazy("remembered, not read; check the letter"),
}

CIRCUMSTANCES = {
    "detained": gettext_lazy("in detention"),
    "border": gettext_lazy("at the border"),
    "hit": gettext_lazy("fingerprints or a visa were found elsewhere"),
    "take_back_with_hit": gettext_lazy("asked to take back, fingerprints were found"),
    "transfer_stayed": gettext_lazy("the court forbids the transfer until it rules"),
    "one_week_appeal": gettext_lazy("a case with one week for the appeal"),
    "suspensive": gettext_lazy("the person may wait for the court"),
    "not_suspensive": gettext_lazy("the person may not wait for the court"),
    "appealable": gettext_lazy("an appeal is possible"),
    "decided": gettext_lazy("there is a decision"),
    "leaves_at_once": gettext_lazy("the person must leave at once"),
    "no_time_to_leave": gettext_lazy("there is no time to leave yet"),
    "departure_days": gettext_lazy("the decision names the days to leave"),
    "other_authority": gettext_lazy("another authority received the wish to apply"),
    "advice": gettext_lazy("somebody else must give advice first"),
    "after_days": gettext_lazy("decided after the last day of the procedure"),
    "continued_beyond_days": gettext_lazy("goes on after the last day at the border"),
}


def track_title(track: str, package: RulePackage) -> str:
    """What this package calls a track."""
    return _(title) if (title := package.graph.titles.get(track)) else str(Track(track).label)


def step_title(name: str) -> str:
    """What a step is called."""
    title = machines.title_of(name)
    return humanised(name) if title == name else str(title)


def humanised(code: str) -> str:
    """A name from the package that nobody has given a title."""
    return code.replace("_", " ").capitalize()


def length(rule: Rule, package: RulePackage) -> str:
    """How long a term is, in words."""
    if rule.mode == Mode.LETTER:
        return str(MODES[Mode.LETTER])
    if rule.on_schedule:
        return _schedule_days(rule, package)
    if rule.takes_letter(package.values):
        return _("no length confirmed: the letter gives the date")
    plain_length = rule.length if rule.length_setting == "" else package.values[rule.length_setting]
    unit = "working_days" if rule.mode == Mode.WORKING_DAY else rule.unit or Unit.DAYS
    parts = [] if plain_length is None else [_amount(unit, int(plain_length))]
    parts += [
        f"{_amount(rule.unit_by_ground.get(ground, unit), number)} ({CIRCUMSTANCES.get(ground, ground)})"
        for ground, number in rule.length_by_ground.items()
        if number != plain_length or ground in rule.unit_by_ground
    ]
    if rule.less_weeks:
        parts.append(_("less %(weeks)s") % {"weeks": _amount(Unit.WEEKS, rule.less_weeks)})
    if rule.letter_when:
        parts.append(
            _("the letter gives the date: %(when)s") % {"when": _joined(rule.letter_when, CIRCUMSTANCES)}
        )
    return "; ".join(parts)


def _schedule_days(rule: Rule, package: RulePackage) -> str:
    days: list[tuple[Any, str]] = [
        (schedule.closing_day(rule.code), schedule.code)
        for schedule in package.schedules.values()
        if schedule.closing_day(rule.code)
    ]
    for code, by_ground in rule.last_day.items():
        numbers = ", ".join(str(number) for number in sorted(set(by_ground.values())))
        days.append((numbers, code))
    return "; ".join(
        _("day %(number)s of %(schedule)s") % {"number": number, "schedule": code} for number, code in days
    )


def _amount(unit: str, number: int) -> str:
    if number == 0:
        return _("the same day")
    forms = {
        Unit.HOURS: lambda: ngettext("%(n)s hour", "%(n)s hours", number),
        Unit.DAYS: lambda: ngettext("%(n)s day", "%(n)s days", number),
        "working_days": lambda: ngettext("%(n)s working day", "%(n)s working days", number),
        Unit.WEEKS: lambda: ngettext("%(n)s week", "%(n)s weeks", number),
        Unit.MONTHS: lambda: ngettext("%(n)s month", "%(n)s months", number),
        Unit.YEARS: lambda: ngettext("%(n)s year", "%(n)s years", number),
    }
    return forms[unit]() % {"n": number}


def _counting(rule: Rule, package: RulePackage) -> str:
    if rule.mode == Mode.LETTER:
        return NOTHING
    parts = [str(MODES[rule.mode])]
    if rule.by_analogy:
        parts.append(_("by analogy"))
    if rule.counts_first_day:
        parts.append(_("the first day counts"))
    if rule.postal_grace_weeks:
        weeks = _amount(Unit.WEEKS, rule.postal_grace_weeks)
        parts.append(_("posted in time, it may arrive %(weeks)s later") % {"weeks": weeks})
    if rule.least_days:
        parts.append(_("at least %(days)s") % {"days": _amount(Unit.DAYS, rule.least_days)})
    if rule.due_time:
        parts.append(_("until %(time)s") % {"time": f"{rule.due_time:%H:%M}"})
    if rule.not_before:
        parts.append(_("never before the end of %(rule)s") % {"rule": rule.not_before})
    return "; ".join(parts)


def _counts_from(rule: Rule, package: RulePackage) -> str:
    def said(fact: StartFact) -> str:
        other = {StartFact.DUE_OF_RULE: rule.due_of, StartFact.START_OF_RULE: rule.start_of}.get(fact)
        return f"{START_FACTS[fact]} ({other})" if other else str(START_FACTS[fact])

    parts = [said(rule.start_fact)]
    parts += [f"{said(fact)} ({step_title(step)})" for step, fact in rule.start_fact_after.items()]
    return "; ".join(parts)


def _opened_by(rule: Rule, package: RulePackage) -> str:
    parts = [
        f"{step_title(step)} ({CIRCUMSTANCES.get(rule.starts_when[step], rule.starts_when[step])})"
        if step in rule.starts_when
        else step_title(step)
        for step in rule.starts
    ]
    parts += [_document(code) for code in rule.started_by_documents]
    if rule.instead_of:
        parts.append(_("in place of %(rule)s") % {"rule": rule.instead_of})
    return "; ".join(parts) or NOTHING


def _only_when(rule: Rule, package: RulePackage) -> str:
    parts = [track_title(track, package) for track in rule.tracks]
    parts += [
        str(Outcome(code).label) if code in Outcome.values else code
        for code in (*rule.outcomes, *rule.outcomes_in_any_track)
    ]
    parts += [str(CIRCUMSTANCES.get(name, name)) for name in rule.when]
    parts += [_("not: %(what)s") % {"what": CIRCUMSTANCES.get(name, name)} for name in rule.unless]
    return "; ".join(parts) or _("always")


def _steps(names: Iterable[str]) -> list[str]:
    return [step_title(name) for name in names]


def _document(code: str) -> str:
    return str(DOCUMENT_TYPES[code].title) if code in DOCUMENT_TYPES else code


def roles(names: Iterable[str]) -> str:
    return ", ".join(str(Role(name).label) for name in names)


def _joined(names: Iterable[str], words: Mapping[str, Any]) -> str:
    return ", ".join(str(words.get(name, name)) for name in names)


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that can be said of a term, and the keys that say it."""

    what: Any
    keys: tuple[str, ...]
    say: Callable[[Rule, RulePackage], str]
    english: bool = False


def _text(key: str) -> Callable[[Rule, RulePackage], str]:
    return lambda rule, package: _(value) if (value := getattr(rule, key)) else NOTHING


FACETS = (
    Facet(gettext_lazy("Name"), ("title",), _text("title")),
    Facet(
        gettext_lazy("How long"),
        (
            "unit",
            "length",
            "length_setting",
            "length_by_ground",
            "unit_by_ground",
            "ground_settings",
            "last_day",
            "letter_when",
            "less_weeks",
            "mode",
        ),
        length,
    ),
    Facet(
        gettext_lazy("How it is counted"),
        (
            "mode",
            "by_analogy",
            "counts_first_day",
            "postal_grace_weeks",
            "least_days",
            "due_time",
            "not_before",
        ),
        _counting,
    ),
    Facet(
        gettext_lazy("Counts from"),
        ("start_fact", "start_fact_after", "due_of", "start_of", "follows"),
        _counts_from,
    ),
    Facet(
        gettext_lazy("Opened by"),
        ("starts", "starts_when", "start_settings", "started_by_documents", "instead_of"),
        _opened_by,
    ),
    Facet(
        gettext_lazy("Only for"),
        ("tracks", "outcomes", "outcomes_in_any_track", "when", "unless"),
        _only_when,
    ),
    Facet(gettext_lazy("Who must act"), ("owes",), lambda rule, package: roles(rule.owes)),
    Facet(
        gettext_lazy("Kept by"),
        ("met_by", "met_by_documents"),
        lambda rule, package: (
            "; ".join([*_steps(rule.met_by), *map(_document, rule.met_by_documents)]) or NOTHING
        ),
    ),
    Facet(
        gettext_lazy("No longer needed after"),
        ("cancelled_by",),
        lambda rule, package: "; ".join(_steps(rule.cancelled_by)) or NOTHING,
    ),
    Facet(gettext_lazy("When it is not kept"), ("when_missed",), _text("when_missed")),
    Facet(
        gettext_lazy("Binding"),
        ("soft",),
        lambda rule, package: _("no, nothing is missed") if rule.soft else _("yes"),
    ),
    Facet(gettext_lazy("More time"), ("extension",), _text("extension")),
    Facet(
        gettext_lazy("Reminders"),
        ("reminder_profile",),
        lambda rule, package: str(REMINDERS[rule.reminder_profile]),
    ),
    Facet(
        gettext_lazy("Possible before its end by"),
        ("opens_months_before",),
        lambda rule, package: _months_before(rule, package),
    ),
    Facet(gettext_lazy("Source"), ("source",), lambda rule, package: rule.source),
    Facet(
        gettext_lazy("How sure"),
        ("confidence",),
        lambda rule, package: str(CERTAINTIES[rule.confidence]),
    ),
    Facet(gettext_lazy("Note (in English)"), ("note",), lambda rule, package: rule.note or NOTHING, True),
)


def _months_before(rule: Rule, package: RulePackage) -> str:
    value = package.values.get(rule.opens_months_before) if rule.opens_months_before else None
    return NOTHING if value is None else _amount(Unit.MONTHS, int(value))
