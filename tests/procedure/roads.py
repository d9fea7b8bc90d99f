"""Roads to every place of the model: real steps on real days, from the wish onwards, each part walked once.

A place is named as in the model (C1.1, and C1.2 with its machine before it; `aside` stands before others) and
knows the place before it and the steps in between. `everywhere` goes through them as through a tree: into a
place, back out of it by a savepoint, and on to the next, so that no step is taken twice.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from asylum_portal.accounts.models import Role, User
from cases import actions as case_actions
from cases.models import Assignment
from procedure import machines
from procedure.access import ACTORS
from procedure.actions import announce_repeat_application, apply_transition
from procedure.given import Letter, Meeting
from procedure.guards import WAITING_TERMS
from procedure.models import Procedure
from procedure.states import REFUSALS_OF_TRACK, State, Track
from procedure.step_documents import DOCUMENT_OF_STEP
from procedure.ticks import TICKS, WARNED_TICKS
from tests.cast import Cast, at, make_cast

FIRST_DAY = date(2026, 3, 17)
# The hand that usually takes a step, where its roles leave a choice.
HANDS = {
    Role.CASEWORKER: "caseworker",
    Role.LAWYER: "lawyer",
    Role.APPLICANT: "applicant",
    Role.DESK: "desk",
    Role.COURT: "court",
    Role.RETURN_OFFICER: "return_officer",
    Role.MIGRATION_ADVISER: "migration_adviser",
    Role.BORDER_POLICE: "border_police",
    Role.POLICE: "police",
    Role.LEGAL_AID: "legal_aid",
    Role.RECEPTION: "reception",
    Role.MUNICIPALITY: "municipality",
    Role.SUPERVISOR: "supervisor",
    Role.PLANNER: "planner",
    Role.GUARDIAN: "guardian",
    Role.COUNSELLOR: "counsellor",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
    Role.SYSTEM: "system",
}
PARTNERS = (
    Role.DESK,
    Role.COURT,
    Role.RETURN_OFFICER,
    Role.MIGRATION_ADVISER,
    Role.BORDER_POLICE,
    Role.POLICE,
    Role.LEGAL_AID,
    Role.MUNICIPALITY,
)


@dataclass(frozen=True)
class Step:
    """One step or filing on a day, with what makes it differ from the usual."""

    name: str
    month: int
    day: int
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return date(2026, self.month, self.day)


@dataclass(frozen=True)
class Leg:
    """The way to a place from the one before it."""

    after: str
    steps: tuple[Step, ...]


def _leg(after: str, *steps: Any) -> Leg:
    """Each step is `name month-day`, and after it, where needed, what makes it differ from the usual."""
    found: list[Step] = []
    for part in steps:
        if isinstance(part, dict):
            found[-1].more.update(part)
            continue
        name, _, day = part.rpartition(" ")
        found.append(Step(name, *(int(number) for number in day.split("-"))))
    return Leg(after, tuple(found))


def _withdrawn(after: str, asked: str, confirmed: str) -> Leg:
    return _leg(after, f"request_withdrawal {asked}", f"confirm_withdrawal {confirmed}")


def _left(after: str, asked: str, gone: str) -> Leg:
    """Departure closes the case."""
    return _leg(after, f"choose_voluntary_departure {asked}", f"confirm_departure {gone}")


START = "INTENT_EXPRESSED"
ROADS: dict[str, Leg] = {
    "REGISTRATION": _leg(START, "start_registration 3-17"),
    "APPLICATION_LODGED": _leg("REGISTRATION", "lodge_application 3-17"),
    "APPLICATION_INTERVIEW": _leg("APPLICATION_LODGED", "start_application_interview 3-19"),
    "TRIAGE": _leg("APPLICATION_INTERVIEW", "finish_application_interview 3-19"),
    "RVT": _leg("TRIAGE", "begin_preparation 3-19"),
    # The general procedure in six days, as in worked example 1.
    "AA_READY": _leg("RVT", "complete_preparation 4-1"),
    "AA_INTERVIEW": _leg("AA_READY", "start_general_procedure 4-1"),
    "AA_CORRECTIONS": _leg("AA_INTERVIEW", "close_interview 4-1"),
    "AA_ASSESSMENT": _leg("AA_CORRECTIONS", "file corrections 4-2", "close_corrections 4-2"),
    "AA_INTENTION": _leg("AA_ASSESSMENT", "issue_intended_decision 4-3"),
    "AA_DECISION": _leg("AA_INTENTION", "file response 4-7", "close_response 4-7"),
    "GRANTED/general": _leg("AA_DECISION", "grant 4-9"),
    "REFUSED/general": _leg("AA_DECISION", "refuse 4-9"),
    "WITHDRAWN/general": _withdrawn("RVT", "3-20", "3-23"),
    "DISCONTINUE_INTENTION/general": _leg("AA_INTERVIEW", "record_no_show 4-1", "intend_to_discontinue 4-2"),
    "CLOSED/general": _left("WITHDRAWN/general", "3-30", "4-10"),
    # Day 1 is announced some days before.
    "aside.READY_EARLY": _leg("RVT", "complete_preparation 3-27", {"day_one_on": date(2026, 4, 1)}),
    # The extended procedure.
    "VA_INVESTIGATION": _leg("AA_ASSESSMENT", "refer_to_extended 4-3"),
    "VA_CORRECTIONS": _leg("VA_INVESTIGATION", "close_extended_interview 4-10"),
    "VA_ASSESSMENT": _leg("VA_CORRECTIONS", "file corrections 4-13", "close_corrections 4-13"),
    "VA_INTENTION": _leg("VA_ASSESSMENT", "issue_intended_decision 4-14"),
    "VA_DECISION": _leg("VA_INTENTION", "file response 4-16", "close_response 4-16"),
    "GRANTED/extended": _leg("VA_DECISION", "grant 4-20"),
    "REFUSED/extended": _leg("VA_DECISION", "refuse 4-20"),
    "WITHDRAWN/extended": _withdrawn("VA_INVESTIGATION", "4-7", "4-8"),
    "DISCONTINUE_INTENTION/extended": _leg(
        "VA_INVESTIGATION", "record_no_show 4-7", "intend_to_discontinue 4-8"
    ),
    "CLOSED/extended": _left("WITHDRAWN/extended", "4-13", "4-20"),
    # Which country is responsible.
    "DUBLIN_INTERVIEW": _leg("TRIAGE", "refer_to_dublin 3-19"),
    "DUBLIN_CLAIM": _leg("DUBLIN_INTERVIEW", "close_dublin_interview 3-24"),
    "DUBLIN_INTENTION": _leg("DUBLIN_CLAIM", "send_claim 3-25", "accept_claim 4-7"),
    "DUBLIN_DECISION": _leg("DUBLIN_INTENTION", "file response 4-14", "close_response 4-14"),
    "REFUSED/dublin": _leg("DUBLIN_DECISION", "decide_not_to_consider 4-15"),
    "WITHDRAWN/dublin": _withdrawn("DUBLIN_CLAIM", "3-25", "3-26"),
    "DISCONTINUE_INTENTION/dublin": _leg("DUBLIN_CLAIM", "record_no_show 3-25", "intend_to_discontinue 3-26"),
    "CLOSED/dublin": _leg("REFUSED/dublin", "confirm_transfer 5-11"),
    # Who did not come keeps the hold when the Netherlands takes over.
    "aside.HELD_RVT": _leg("DUBLIN_CLAIM", "record_no_show 3-25", "take_responsibility 3-26"),
    # Safe country.
    "ACC_INTERVIEW": _leg("TRIAGE", "refer_to_accelerated 3-19"),
    "ACC_INTENTION": _leg("ACC_INTERVIEW", "add DOC-REP-ACC 3-23", "issue_intended_decision 3-24"),
    "ACC_DECISION": _leg("ACC_INTENTION", "file response 3-26", "close_response 3-26"),
    "GRANTED/accelerated": _leg("ACC_DECISION", "grant 3-27"),
    "REFUSED/accelerated": _leg("ACC_DECISION", "refuse 3-27"),
    "WITHDRAWN/accelerated": _withdrawn("ACC_INTERVIEW", "3-20", "3-23"),
    "DISCONTINUE_INTENTION/accelerated": _leg(
        "ACC_INTERVIEW", "record_no_show 3-20", "intend_to_discontinue 3-23"
    ),
    "CLOSED/accelerated": _left("WITHDRAWN/accelerated", "3-30", "4-10"),
    # A repeat application after the first one was withdrawn and the person came back.
    "HASA_NOTIFIED": _leg("CLOSED/general", "announce_repeat_application 5-4"),
    "HASA_INCOMPLETE": _leg("HASA_NOTIFIED", "find_incomplete 5-6"),
    "HASA_PLANNED": _leg("HASA_NOTIFIED", "plan_one_day_test 5-11", {"day_one_on": date(2026, 5, 19)}),
    "HASA_DAY1": _leg("HASA_PLANNED", "hold_one_day_test 5-19"),
    "HASA_INTENTION": _leg("HASA_DAY1", "issue_intended_decision 5-19"),
    "HASA_DECISION": _leg("HASA_INTENTION", "file response 5-20", "close_response 5-20"),
    "GRANTED/repeat": _leg("HASA_DECISION", "grant 5-21"),
    "REFUSED/repeat": _leg("HASA_DECISION", "refuse 5-21"),
    "WITHDRAWN/repeat": _withdrawn("HASA_PLANNED", "5-12", "5-13"),
    "DISCONTINUE_INTENTION/repeat": _leg("HASA_DAY1", "record_no_show 5-19", "intend_to_discontinue 5-20"),
    "CLOSED/repeat": _left("WITHDRAWN/repeat", "5-20", "6-1"),
    # At the border; refused there on the sixth day, which is a holiday and counts all the same.
    "border.IMPOSED": _leg(START, "impose_border_measure 3-17"),
    "border.LIFTED": _leg("border.IMPOSED", "lift_border_measure 3-18"),
    "border.ENTRY_BY_LAW": _leg("border.IMPOSED", "record_entry_by_law 4-15"),
    "border.READY": _leg(
        "border.IMPOSED",
        "start_registration 3-17",
        "lodge_application 3-17",
        "start_application_interview 3-19",
        "finish_application_interview 3-19",
        "begin_preparation 3-19",
        "complete_preparation 4-1",
    ),
    "border.REFUSED": _leg(
        "border.READY",
        "start_general_procedure 4-1",
        "close_interview 4-1",
        "file corrections 4-2",
        "close_corrections 4-2",
        "issue_intended_decision 4-3",
        "file response 4-4",
        "close_response 4-4",
        "refuse 4-6",
    ),
    "border.ENTRY_REFUSED": _leg("border.REFUSED", "refuse_entry 4-6"),
    # The court. RULED lasts no time: the higher appeal opens with the judgment.
    "appeal.LODGED": _leg("REFUSED/general", "lodge_appeal 4-15"),
    "appeal.HA_WINDOW_OPEN": _leg("appeal.LODGED", "record_ruling 5-4"),
    "appeal.HA_LODGED": _leg("appeal.HA_WINDOW_OPEN", "lodge_higher_appeal 5-8"),
    "appeal.HA_RULED": _leg("appeal.HA_LODGED", "record_higher_ruling 6-1"),
    "appeal.FINAL": _leg("appeal.HA_RULED", "make_final 6-2"),
    # The permit and the family.
    "permit.READY": _leg("GRANTED/general", "announce_permit 4-20"),
    "permit.ACTIVE": _leg("permit.READY", "hand_out_permit 4-24"),
    "aside.ENDS_SOON": _leg("permit.READY", "hand_out_permit 4-24", {"valid_until": date(2026, 7, 1)}),
    "permit.EXTENSION_PENDING": _leg("aside.ENDS_SOON", "request_permit_extension 6-1"),
    "aside.HELD_LONG": _leg("permit.READY", "hand_out_permit 4-24", {"valid_from": date(2021, 5, 1)}),
    "permit.PERMANENT_PENDING": _leg("aside.HELD_LONG", "request_permanent_permit 5-11"),
    "permit.PERMANENT": _leg("permit.PERMANENT_PENDING", "grant_permanent_permit 6-1"),
    "permit.WITHDRAWAL_INTENTION": _leg("permit.ACTIVE", "intend_permit_withdrawal 5-4"),
    "permit.WITHDRAWAL_ASSESSMENT": _leg(
        "permit.WITHDRAWAL_INTENTION", "file response 5-11", "close_withdrawal_response 5-11"
    ),
    "permit.WITHDRAWAL_HEARING": _leg("permit.WITHDRAWAL_ASSESSMENT", "plan_withdrawal_hearing 5-18"),
    "permit.PERMIT_WITHDRAWN": _leg("permit.WITHDRAWAL_HEARING", "withdraw_permit 6-1"),
    "permit.RENOUNCED": _leg("permit.ACTIVE", "renounce_permit 5-4"),
    "replacement.REPORTED": _leg("permit.ACTIVE", "report_loss 5-4"),
    "replacement.REQUESTED": _leg("replacement.REPORTED", "request_replacement 5-6"),
    "replacement.REPLACED": _leg("replacement.REQUESTED", "replace_document 5-11"),
    "family.WINDOW_PASSED": _leg("GRANTED/general", "pass_family_window 7-13"),
    "family.REQUESTED": _leg("GRANTED/general", "request_family_reunification 5-4"),
    "family.FR_GRANTED": _leg("family.REQUESTED", "grant_family_reunification 6-1"),
    "family.FR_REFUSED": _leg("family.REQUESTED", "refuse_family_reunification 6-1"),
    # Return. The departure term runs from the refusal (REFUSED/general).
    "return.NOT_STARTED": _leg("permit.ACTIVE", "renounce_permit 5-4"),
    "return.DTV_ACTIVE": _leg("REFUSED/general", "begin_departure_guidance 5-11"),
    "return.IOM_VOLUNTARY": _leg("return.DTV_ACTIVE", "choose_voluntary_departure 5-18"),
    "return.UNKNOWN_DESTINATION": _leg("return.DTV_ACTIVE", "record_unknown_destination 5-18"),
    "return.STOPPED": _leg(
        "appeal.LODGED", "record_ruling 5-4", {"ruling": "annulled"}, "reopen_after_annulment 5-6"
    ),
}
CHILDREN: dict[str, list[str]] = {}
for _name, _way in ROADS.items():
    CHILDREN.setdefault(_way.after, []).append(_name)


# Taking steps


def people_on_the_road() -> Cast:
    """The cast with everybody related to the case who can be, on the first day."""
    cast = make_cast(on=FIRST_DAY)
    cast.people["system"] = User.objects.system()
    morning = at(FIRST_DAY, 9)
    case_actions.appoint_guardian(
        cast.case,
        guardian=cast.guardian,
        starts_on=FIRST_DAY,
        ends_on=None,
        actor=cast.supervisor,
        at=morning,
    )
    case_actions.give_consent(
        cast.case, counsellor=cast.counsellor, starts_on=FIRST_DAY, actor=cast.applicant, at=morning
    )
    case_actions.assign(
        cast.case,
        worker=cast.auditor,
        duty=Assignment.Duty.AUDIT,
        starts_on=FIRST_DAY,
        actor=cast.supervisor,
        at=morning,
    )
    involve_partners(cast, FIRST_DAY)
    return cast


def involve_partners(cast: Cast, on: date) -> None:
    """Every partner has a part in the case on this day, whatever the steps before have ended."""
    current = set(cast.case.involvements.current(on=on).values_list("role", flat=True))
    for role in PARTNERS:
        if role not in current:
            case_actions.involve(cast.case, role=role, starts_on=on, actor=cast.supervisor, at=at(on, 9))


def hand_for(name: str) -> str:
    """Who usually takes this step."""
    roles = ACTORS.get(name, {Role.CASEWORKER})
    return next(person for role, person in HANDS.items() if role in roles)


def given(cast: Cast, name: str, on: date, **more: Any) -> dict[str, Any]:
    """What a step needs at the place where the case stands, as arguments of apply_transition."""
    inputs: dict[str, Any] = {
        "reason": "as the file shows",
        "facts": dict.fromkeys({**TICKS.get(name, {}), **WARNED_TICKS.get(name, {})}, True),
    }
    if name in DOCUMENT_OF_STEP:
        inputs["document"] = cast.letter(name)
    track = Track(cast.procedure.track)
    match name:
        case "begin_preparation":
            inputs["schedule"] = "AA6"
        case "complete_preparation" | "announce_other_day_one" | "plan_one_day_test":
            inputs["day_one_on"] = on
        case "issue_intended_decision" | "reconsider" if track == Track.ACCELERATED:
            # Its term comes from the letter alone.
            inputs["letter"] = Letter(on + timedelta(days=7), "as the letter says")
        case "intend_to_discontinue":
            inputs["why"] = "no_show" if cast.procedure.hold == "no_show" else "information_ignored"
            inputs["letter"] = Letter(on + timedelta(days=28), "as the letter says")
        case "grant":
            inputs["outcome"] = "GRANT_A"
        case "refuse":
            inputs["outcome"] = REFUSALS_OF_TRACK.get(track, ["UNFOUNDED"])[0]
        case "extend_general_procedure":
            inputs["ground"] = "c"
        case "extend_decision_period":
            inputs |= {"ground": "42(4)(a)", "letter": Letter(on + timedelta(days=300), "complex")}
        case "extend_response_term":
            term = cast.procedure.latest_deadline(*WAITING_TERMS[State.INTENDED_DECISION])
            due_on = term.effective_due_on if term else on
            inputs |= {
                "ground": "lawyer_ill",
                "obstacle_ended_on": due_on,
                "until": due_on + timedelta(days=1),
            }
            inputs["proof"] = cast.case.documents.first()
        case "assign_lawyer" | "change_lawyer":
            inputs["lawyer"] = cast.other_lawyer
        case "plan_extended_interview" | "plan_withdrawal_hearing":
            inputs["appointment"] = Meeting(at(on + timedelta(days=7), 9), "IND Zwolle", "Tigrinya")
        case "send_claim":
            inputs["kind"] = "take_charge"
        case "confirm_transfer" | "confirm_departure":
            inputs["country"] = "Italy"
        case "impose_border_measure":
            inputs["handed_at"] = at(on, 9)
        case "record_provisional_ruling":
            inputs["granted"] = False
        case "record_ruling" | "record_higher_ruling":
            inputs["ruling"] = "dismissed"
        case "hand_out_permit" | "hand_out_at_once":
            inputs |= {"valid_from": on, "valid_until": on.replace(year=on.year + 2)}
        case "extend_permit":
            inputs["valid_until"] = date(on.year + 4, 1, 1)
        case "report_loss":
            inputs["what"] = "lost"
        case "intend_permit_withdrawal":
            inputs["ground"] = "a"
        case "order_departure":
            inputs["letter"] = Letter(on + timedelta(days=5), "as the order says")
    return inputs | more


def take(cast: Cast, name: str, on: date, *, by: str = "", hour: int = 16, **more: Any) -> None:
    """One part of a road: a step, a filing, or a document that is put on file."""
    kind, _, code = name.partition(" ")
    moment = at(on, hour)
    if kind == "file":
        cast.file(code, on, by=by or "lawyer", hour=hour)
    elif kind == "add":
        case_actions.file_document(
            cast.case, code=code, content=cast.letter(code), actor=cast.caseworker, at=moment
        )
    elif name == "announce_repeat_application":
        cast.procedure = announce_repeat_application(
            cast.case, actor=cast.people[by or "lawyer"], on=on, at=moment, **given(cast, name, on, **more)
        )
    else:
        person = by or hand_for(name)
        if HANDS_ROLE[person] in PARTNERS:
            involve_partners(cast, on)
        apply_transition(
            cast.procedure,
            name,
            actor=cast.people[person],
            on=on,
            at=moment,
            **given(cast, name, on, **more),
        )


HANDS_ROLE = {person: role for role, person in HANDS.items()}


@contextmanager
def and_back(cast: Cast) -> Iterator[None]:
    """What happens inside is undone, in the database and in memory."""
    pk = cast.procedure.pk
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)
        cast.procedure = Procedure.objects.select_related("case").get(pk=pk)
        cast.case = cast.procedure.case


def walk_to(cast: Cast, place: str) -> None:
    """The whole road to one place."""
    if place != START:
        walk_to(cast, ROADS[place].after)
        for step in ROADS[place].steps:
            take(cast, step.name, step.on, **step.more)


def in_order(place: str = START) -> Iterator[str]:
    """Every place in the order in which `everywhere` comes by: neighbours share most of their road."""
    yield place
    for child in CHILDREN.get(place, ()):
        yield from in_order(child)


def everywhere(cast: Cast, visit: Callable[[str], None], *, among: Collection[str] = frozenset()) -> None:
    """Go through every place, or each of those named, once, and do there what `visit` does with its name."""
    wanted = frozenset(among or in_order())

    def down(place: str) -> None:
        if place in wanted:
            visit(place)
        for child in CHILDREN.get(place, ()):
            if wanted.isdisjoint(in_order(child)):
                continue
            with and_back(cast):
                for step in ROADS[child].steps:
                    try:
                        take(cast, step.name, step.on, **step.more)
                    except Exception as error:
                        error.add_note(f"on the road to {child}, at {step.name} on {step.on}")
                        raise
                down(child)

    down(START)


def stands(procedure: Procedure) -> dict[str, str]:
    """The state of every machine of this procedure, by the names of the portal."""
    return {subject.machine: str(subject.state) for subject in machines.subjects(procedure)}
