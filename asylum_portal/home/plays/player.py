"""Plays a scenario: takes its steps on its days, one after the other, and looks at what each brought.

Whoever plays wraps it in a transaction that is rolled back; nothing here commits or asks a clock.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from asylum_portal.home.plays import centre, usual
from asylum_portal.home.plays.cast import AMSTERDAM, Cast, load_law, make_cast
from asylum_portal.home.plays.comparing import differences
from asylum_portal.home.plays.keys import RECEPTION_STEPS, arguments_of, keys_of_step
from asylum_portal.home.plays.scenario import BEGINNINGS, Scenario, Step, check_given
from asylum_portal.home.plays.seen import Refusal, Seen, since, standing
from cases import actions as case_actions
from procedure import actions, machines
from procedure.actions import close_lapsed_steps, lapse_terms
from procedure.given import Letter
from procedure.guards import StateForbids
from procedure.models import Filing, Procedure
from procedure.reminders import remind_of_due

_REFUSALS = (StateForbids, PermissionDenied, ValidationError)
_CODES = {StateForbids: "409", PermissionDenied: "403", ValidationError: "400"}


@dataclass
class Player:
    """One scenario and the cast that plays it."""

    scenario: Scenario
    # What the applicant reads the portal in.
    language: str = "ti"
    # Put before every name, so that a cast can stand beside people who are there already.
    prefix: str = ""
    cast: Cast = field(init=False)

    def play(self) -> Iterator[Seen]:
        """Step by step; a step that does not go as the file says is the last one."""
        # The files quote the portal in the language of its sources.
        with translation.override("en"):
            self._set_the_stage()
            self._check_given()
        for step in self.scenario.steps:
            with translation.override("en"):
                seen = self._take(step)
            yield seen
            if seen.differences:
                return

    def _set_the_stage(self) -> None:
        scenario = self.scenario
        if scenario.earlier is not None:
            before = Player(scenario.earlier, language=self.language, prefix=self.prefix)
            for seen in before.play():
                if seen.differences:
                    raise EarlierWentWrong(seen, scenario.earlier)
            self.cast = before.cast
        else:
            self.cast = make_cast(
                on=scenario.begins,
                package=scenario.package,
                language=self.language,
                prefix=self.prefix,
                wish=False,
            )
        self._set_up_case()

    def _set_up_case(self) -> None:
        told, case, on = self.scenario.case, self.cast.case, self.scenario.begins
        at = datetime.combine(on, time(9), tzinfo=AMSTERDAM)
        case.special_needs = told.get("special_needs", case.special_needs)
        case.unaccompanied_minor = told.get("unaccompanied_minor", case.unaccompanied_minor)
        case.save()
        supervisor = self.cast.people["supervisor"]
        if told.get("guardian"):
            self._appoint_guardian(on=on, until=None, actor=supervisor, at=at)
        if not told.get("lawyer", True):
            case.mandates.all().delete()
        for role in told.get("involved", []):
            case_actions.involve(case, role=role, starts_on=on, actor=supervisor, at=at)

    def _check_given(self) -> None:
        """All of `with` before the first step: a mistake at the end of a file is told at once."""
        blank = copy.copy(self.cast.procedure) or Procedure(
            case=self.cast.case, package=load_law(self.scenario.package)
        )
        blank.border = True  # a form asks some things at the border only
        for step in self.scenario.steps:
            if step.what in machines.MODEL_OF_STEP or step.what in BEGINNINGS:
                check_given(self.scenario, step, keys_of_step(step.what, blank))

    def _take(self, step: Step) -> Seen:
        before = standing(self.cast)
        refusal, filing = None, None
        try:
            filing = self._act(step)
        except _REFUSALS as refused:
            refusal = _refusal(refused)
        if self.cast.procedure is not None:
            self.cast.procedure.refresh_from_db()
        seen = Seen(
            step=step,
            actor=self.cast.people[step.who],
            before=before,
            after=standing(self.cast),
            refusal=refusal,
            filing=filing,
            **since(before, self.cast),
        )
        found = [*differences(seen, self.cast), *self._of_package(step)]
        return replace(seen, differences=tuple(found))

    def _of_package(self, step: Step) -> Iterator[str]:
        """Which package serves a case follows from its day, not from what a file would like."""
        procedure, wanted = self.cast.procedure, self.scenario.package
        if step.what in BEGINNINGS and procedure is not None and procedure.package_id != wanted:
            yield f"the package is {procedure.package_id}, but the file says {wanted}"

    def _act(self, step: Step) -> Filing | None:
        cast, what, given = self.cast, step.what, step.given
        by: dict[str, Any] = {"actor": cast.people[step.who], "at": step.at}
        if what.startswith("file "):
            return cast.file(what.removeprefix("file "), step.on, by=step.who, at=step.at, **given)
        match what:
            case "the clock":
                self._let_time_pass(step.at)
            case "arrive":
                centre.arrive(cast, step, actor=by["actor"])
            case "report" | "excuse report":
                centre.settle_report(cast, step, actor=by["actor"])
            case _ if what in RECEPTION_STEPS:
                centre.take_step(cast, step, actor=by["actor"])
            case "involve":
                case_actions.involve(cast.case, role=given["role"], starts_on=step.on, **by)
            case "end involvement":
                case_actions.end_involvement(cast.case, role=given["role"], on=step.on, **by)
            case "appoint guardian":
                self._appoint_guardian(on=step.on, until=given.get("until"), **by)
            case "give consent":
                counsellor = cast.people["counsellor"]
                case_actions.give_consent(cast.case, counsellor=counsellor, starts_on=step.on, **by)
            case "add document":
                case_actions.file_document(
                    cast.case,
                    code=given["code"],
                    content=cast.letter(given["code"]),
                    conclusion=given.get("conclusion", ""),
                    **by,
                )
            case "express_wish":
                cast.procedure = actions.express_wish(cast.case, on=step.on, **by, **given)
            case "announce_repeat_application":
                inputs = usual.inputs(what, on=step.on, letter=cast.letter, people=cast.people)
                inputs |= self._inputs(step)
                cast.procedure = actions.announce_repeat_application(cast.case, on=step.on, **by, **inputs)
            case _:
                cast.take(what, step.on, by=step.who, at=step.at, **self._inputs(step))
        return None

    def _let_time_pass(self, now: datetime) -> None:
        """What the portal does by itself, in the order in which its timers do it."""
        case = self.cast.case
        lapse_terms(now=now, case=case)
        close_lapsed_steps(now=now, case=case)
        remind_of_due(now=now, case=case)
        centre.let_time_pass(self.cast, now)

    def _appoint_guardian(self, *, on: date, until: date | None, **by: Any) -> None:
        case_actions.appoint_guardian(
            self.cast.case, guardian=self.cast.people["guardian"], starts_on=on, ends_on=until, **by
        )

    def _inputs(self, step: Step) -> dict[str, Any]:
        """What the file gives, in the place of what the step usually needs."""
        given = dict(step.given)
        inputs: dict[str, Any] = {}
        facts: dict[str, Any] = dict.fromkeys(given.pop("unticked", []), False)
        if given.pop("document", True) is False:
            inputs["document"] = None
        if "lawyer" in given:
            inputs["lawyer"] = self.cast.people[given.pop("lawyer")]
        if "letter_due_on" in given:
            inputs["letter"] = Letter(given.pop("letter_due_on"), given.pop("letter_reason", ""))
        if "meeting_at" in given:
            inputs["appointment"] = usual.meeting(given.pop("meeting_at"))
        if "reason" in given:
            inputs["reason"] = given.pop("reason")
        if "term" in given:
            terms = self.cast.procedure.deadlines.filter(rule_code=given["term"])
            given["term"] = str(terms.order_by("opened_by_id", "pk").values_list("pk", flat=True).last())
        if "suspension" in given:
            pauses = self.cast.procedure.suspensions.filter(ground=given["suspension"])
            given["suspension"] = str(pauses.order_by("starts_on").values_list("pk", flat=True).last())
        if "proof" in given:
            # By its code, as a term by its own.
            given["proof"] = self.cast.case.documents.of_type(given["proof"]).order_by("-received_at").first()
        for key, value in given.items():
            if isinstance(value, datetime):
                value = value.replace(tzinfo=AMSTERDAM)
            (inputs if key in arguments_of(step.what) else facts)[key] = value
        if facts:
            inputs["facts"] = self.cast.usual_facts(step.what) | facts
        return inputs


class EarlierWentWrong(Exception):
    """The application that came before does not go as its own file says."""

    def __init__(self, seen: Seen, scenario: Scenario) -> None:
        super().__init__(f"{scenario.file}, {seen.step.place}: {'; '.join(seen.differences)}")


def _refusal(refused: Exception) -> Refusal:
    code = next(code for kind, code in _CODES.items() if isinstance(refused, kind))
    if isinstance(refused, StateForbids):
        return Refusal(code, " ".join(str(reason) for reason in refused.reasons))
    if isinstance(refused, ValidationError):
        fields = tuple(sorted(refused.error_dict)) if hasattr(refused, "error_dict") else ()
        return Refusal(code, " ".join(refused.messages), fields)
    return Refusal(code, "")
