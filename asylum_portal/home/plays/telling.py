"""Prints a play day by day: who did what, which time limits followed, who was told, what she reads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from asylum_portal import dates
from asylum_portal.accounts.models import Role
from asylum_portal.home.plays.cast import Cast
from asylum_portal.home.plays.comparing import ledger_line
from asylum_portal.home.plays.scenario import Scenario, Step
from asylum_portal.home.plays.seen import Seen, Term, who_can_open
from asylum_portal.notices.models import Notice
from asylum_portal.notices.words import reader_language, words
from procedure import machines, panels
from procedure.states import Track
from procedure.steps import declared_of
from reception.access import ACTORS as RECEPTION_STEPS
from reception.models import Reception

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_INDENT = " " * 9
# For the isolates that keep a line of right-to-left text from turning the rest of it round.
_ISOLATE, _POP = "⁨", "⁩"


@dataclass
class Teller:
    """Tells one play; `say` prints a line."""

    scenario: Scenario
    say: Callable[[str], object]
    _day: date | None = field(default=None, init=False)
    _openers: list[str] = field(default_factory=list, init=False)

    def begin(self) -> None:
        self.say(self.scenario.title)
        self.say(f"{self.scenario.file}, rule package {self.scenario.package}")
        if self.scenario.note:
            self.say(self.scenario.note)

    def tell(self, seen: Seen, cast: Cast) -> None:
        """One step, and the end of its day when the next step is on another."""
        with translation.override("en"):
            day = seen.step.at.date()
            if day != self._day:
                self._day = day
                self.say(f"\n{dates.long_date(day)}")
            for line in self._of_step(seen, cast):
                self.say(line)
            if self._is_last_of_day(seen.step):
                self._of_day(cast)

    def _is_last_of_day(self, step: Step) -> bool:
        steps = self.scenario.steps
        following = steps[steps.index(step) + 1 :]
        return not following or following[0].at.date() != step.at.date()

    def _of_step(self, seen: Seen, cast: Cast) -> list[str]:
        step = seen.step
        lines = [f"  # {step.note}"] if step.note else []
        what = machines.title_of(step.what) if step.what in _NAMED else step.what
        of_day = f", of {dates.short_date(step.on)}" if step.on != step.at.date() else ""
        lines.append(f"  {step.at:%H:%M}  {_who(step)}: {what}{_code(step.what)}{of_day}")
        if seen.refusal is not None:
            wrong = f" [{', '.join(seen.refusal.fields)}]" if seen.refusal.fields else ""
            lines.append(
                f"{_INDENT}refused {seen.refusal.code}{wrong}: {seen.refusal.words or 'not for this person'}"
            )
            return lines
        return [*lines, *(f"{_INDENT}{line}" for line in self._brought(seen, cast))]

    def _brought(self, seen: Seen, cast: Cast) -> list[str]:
        lines = []
        before, after = seen.before, seen.after
        for key in ("state", "track", "schedule"):
            was, now = getattr(before, key), getattr(after, key)
            if was != now:
                label = machines.state_label("procedure", now) if key == "state" else now
                lines.append(f"{key:<8} {was or '-'} -> {now}" + (f": {label}" if label != now else ""))
        for name, now in after.machines.items():
            was = before.machines.get(name)
            if was != now:
                lines.append(f"{name:<8} {was or '-'} -> {now}: {machines.state_label(name, now)}")
        lines += [f"ends     {term.code} {term.state} ({term.title})" for term in seen.ended]
        lines += [f"opens    {term.code} {_last_day(term)} ({term.title})" for term in seen.opened]
        for old, new in seen.moved:
            to = "stands still" if new.stands_still else _last_day(new)
            lines.append(f"moves    {new.code} from {_last_day(old)} to {to}")
        lines += [f"ledger   {ledger_line(change)}; {change.reason}".rstrip("; ") for change in seen.changes]
        lines += [f"on file  {code}" for code in seen.documents]
        if seen.filing is not None:
            late = "late" if seen.filing.in_time is False else "in time"
            lines.append(f"receipt  {seen.filing.receipt_number}: {late}")
        return lines + [_notice(notice, cast) for notice in seen.notices]

    def _of_day(self, cast: Cast) -> None:
        assert self._day is not None
        openers = who_can_open(cast, on=self._day)
        changed = "" if openers == self._openers else " (changed today)" if self._openers else ""
        self._openers = openers
        self.say(f"  can open the case: {', '.join(openers) or 'nobody'}{changed}")
        for line in _status(cast, on=self._day):
            self.say(f"  {line}")


_NAMED = {*machines.MODEL_OF_STEP, *machines.BEGINNINGS, *RECEPTION_STEPS}


def _who(step: Step) -> str:
    return "the portal" if step.what == "the clock" else step.who


def _code(what: str) -> str:
    model = Reception if what in RECEPTION_STEPS else machines.MODEL_OF_STEP.get(what)
    return f" ({declared_of(model, what).custom['number']}, {what})" if model else ""


def _last_day(term: Term) -> str:
    # A term that does not end with its day tells its hour.
    end = term.due_at.astimezone(_AMSTERDAM)
    hour = "" if f"{end:%H:%M:%S}" == "23:59:59" else f", {end:%H:%M}"
    return f"{dates.short_date(term.due_on)}{hour}"


def _notice(notice: Notice, cast: Cast) -> str:
    reader = notice.recipient
    language = notice.language or reader_language(reader.language)
    due = notice.due_at.astimezone(_AMSTERDAM)
    said = words(notice.kind, notice.context, language=language, on=due.date()).subject
    who = f"{cast.name_of(reader)} in {language}, {due:%a %d %b %H:%M}"
    return f"tells    {who}: {notice.kind} {_ISOLATE}«{said}»{_POP}"


def _status(cast: Cast, *, on: date) -> list[str]:
    """What the applicant's own page says: stage, track, next date, in her language."""
    procedure = panels.current_procedure(cast.case)
    if procedure is None:
        return []
    language = reader_language(cast.people["applicant"].language)
    with translation.override(language):
        stage = str(procedure.phase.label)
        if procedure.track != Track.GENERAL and procedure.is_open:
            stage += f" · {Track(procedure.track).label}"
        coming = panels.next_date(procedure, today=on, role=Role.APPLICANT)
        lines = [f"the applicant reads ({language}): {_ISOLATE}{stage}{_POP}"]
        if coming is not None:
            moment = coming.moment
            when = dates.long_datetime(moment) if isinstance(moment, datetime) else dates.long_date(moment)
            lines.append(f"    {_ISOLATE}{when}: {coming.title}{_POP}")
    return lines
