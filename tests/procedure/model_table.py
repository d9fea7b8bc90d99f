"""The steps of the procedure as the model lists them (C2): one line for each of its rows, written by hand.

The words are those of the model, so that a lawyer can lay the two side by side: its numbers, its states (C1.1
and C1.2) and its actors. Below the tables the words are put into those of the portal: a state of the model is
a state in a track, an actor is one or more roles. Nothing is taken from the machine that is held against it.

Before the arrow: a name with * stands for all that begin so, a name after - is left out again, `open` for
every state that is no end, `any` for every state of that machine, `(new)` for what does not exist yet, and
NAME/track for one track of a state that several have. After it: `=` stays where it is, `before` goes back to
where it was.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from asylum_portal.accounts.models import Role
from procedure.states import State, Track

# The procedure itself (C1.1)

PROCEDURE = """
T01  | express_wish                 | IND-R POL KMAR | (new) -> INTENT_EXPRESSED
T02  | start_registration           | IND-R POL KMAR | INTENT_EXPRESSED -> REGISTRATION
T03  | lodge_application            | IND-R          | REGISTRATION -> APPLICATION_LODGED
T04  | start_application_interview  | IND-R          | APPLICATION_LODGED -> APPLICATION_INTERVIEW
T05  | finish_application_interview | IND-R          | APPLICATION_INTERVIEW -> TRIAGE
T06  | begin_preparation            | IND-R IND-B    | TRIAGE -> RVT
T07  | refer_to_dublin              | IND-B          | TRIAGE RVT AA_READY -> DUBLIN_INTERVIEW
T07  | refer_to_dublin              | IND-B          | AA_INTERVIEW AA_CORRECTIONS -> DUBLIN_INTERVIEW
T07  | refer_to_dublin              | IND-B          | AA_ASSESSMENT -> DUBLIN_INTERVIEW
T08  | refer_to_accelerated         | IND-B          | TRIAGE -> ACC_INTERVIEW
T09  | complete_preparation         | IND-P          | RVT -> AA_READY
T10  | choose_nine_days             | IND-P IND-B    | RVT AA_READY -> =
T11  | start_general_procedure      | IND-P IND-H    | AA_READY -> AA_INTERVIEW
T12  | close_interview              | IND-H          | AA_INTERVIEW -> AA_CORRECTIONS
T13  | close_corrections            | LAW IND-B SYS  | AA_CORRECTIONS -> AA_ASSESSMENT
T14  | grant                        | IND-B IND-S    | AA_ASSESSMENT AA_INTENTION AA_DECISION -> GRANTED
T15  | issue_intended_decision      | IND-B          | AA_ASSESSMENT -> AA_INTENTION
T16  | refer_to_extended            | IND-B          | AA_* -AA_READY -> VA_INVESTIGATION
T17  | extend_general_procedure     | IND-B          | AA_* -AA_READY -> =
T18  | close_response               | LAW SYS        | AA_INTENTION -> AA_DECISION
T19  | refuse                       | IND-B          | AA_INTENTION AA_DECISION -> REFUSED
T20  | reconsider                   | IND-B          | AA_DECISION -> AA_INTENTION
T20  | reconsider                   | IND-B          | VA_DECISION -> VA_INTENTION
T20  | reconsider                   | IND-B          | DUBLIN_DECISION -> DUBLIN_INTENTION
T20  | reconsider                   | IND-B          | ACC_DECISION -> ACC_INTENTION
T20  | reconsider                   | IND-B          | HASA_DECISION -> HASA_INTENTION
T21  | plan_extended_interview      | IND-P          | VA_INVESTIGATION -> =
T22  | close_extended_interview     | IND-H          | VA_INVESTIGATION -> VA_CORRECTIONS
T23  | close_corrections            | LAW IND-B SYS  | VA_CORRECTIONS -> VA_ASSESSMENT
T24  | skip_extended_interview      | IND-B          | VA_INVESTIGATION -> VA_ASSESSMENT
T25  | issue_intended_decision      | IND-B          | VA_ASSESSMENT -> VA_INTENTION
T26  | close_response               | LAW SYS        | VA_INTENTION -> VA_DECISION
T27  | grant                        | IND-B IND-S    | VA_ASSESSMENT VA_INTENTION VA_DECISION -> GRANTED
T28  | refuse                       | IND-B          | VA_INTENTION VA_DECISION -> REFUSED
T29  | extend_decision_period       | IND-B          | VA_* AA_* -> =
T30  | extend_response_term         | IND-B          | AA_INTENTION VA_INTENTION -> =
T30  | extend_response_term         | IND-B          | DUBLIN_INTENTION ACC_INTENTION -> =
T31  | close_dublin_interview       | IND-H          | DUBLIN_INTERVIEW -> DUBLIN_CLAIM
T31a | send_claim                   | IND-B          | DUBLIN_CLAIM -> =
T32  | accept_claim                 | IND-B          | DUBLIN_CLAIM -> DUBLIN_INTENTION
T33  | take_responsibility          | IND-B          | DUBLIN_CLAIM DUBLIN_INTENTION -> RVT
T34  | close_response               | LAW SYS        | DUBLIN_INTENTION -> DUBLIN_DECISION
T35  | decide_not_to_consider       | IND-B          | DUBLIN_INTENTION DUBLIN_DECISION -> REFUSED
T36  | confirm_transfer             | DTV POL KMAR   | REFUSED/dublin -> CLOSED
T37  | record_lapsed_transfer       | IND-B          | REFUSED/dublin -> RVT
T38  | mark_absconded               | DTV POL        | REFUSED/dublin -> =
T39  | issue_intended_decision      | IND-B          | ACC_INTERVIEW -> ACC_INTENTION
T40  | close_response               | LAW SYS        | ACC_INTENTION -> ACC_DECISION
T41  | move_to_general              | IND-B          | ACC_INTERVIEW ACC_INTENTION -> RVT
T42  | grant                        | IND-B          | ACC_INTERVIEW ACC_INTENTION ACC_DECISION -> GRANTED
T43  | refuse                       | IND-B          | ACC_INTENTION ACC_DECISION -> REFUSED
T44  | announce_repeat_application  | LAW APP IND-R  | (new) -> HASA_NOTIFIED
T45  | find_incomplete              | IND-R          | HASA_NOTIFIED -> HASA_INCOMPLETE
T46  | complete_application         | LAW APP        | HASA_INCOMPLETE -> HASA_NOTIFIED
T47  | refuse_incomplete            | IND-B          | HASA_INCOMPLETE -> REFUSED
T48  | plan_one_day_test            | IND-P          | HASA_NOTIFIED -> HASA_PLANNED
T49  | hold_one_day_test            | IND-H          | HASA_PLANNED -> HASA_DAY1
T50  | issue_intended_decision      | IND-B          | HASA_DAY1 -> HASA_INTENTION
T51  | continue_in_six_days         | IND-B          | HASA_DAY1 HASA_INTENTION HASA_DECISION -> AA_ASSESSMENT
T52  | refer_to_extended            | IND-B          | HASA_DAY1 HASA_INTENTION -> VA_INVESTIGATION
T52  | refer_to_extended            | IND-B          | HASA_DECISION -> VA_INVESTIGATION
T53  | close_response               | LAW SYS        | HASA_INTENTION -> HASA_DECISION
T54  | refuse                       | IND-B          | HASA_INTENTION HASA_DECISION -> REFUSED
T55  | grant                        | IND-B          | HASA_DAY1 HASA_DECISION -> GRANTED
T56  | request_withdrawal           | APP LAW GRD    | open -> =
T56  | retract_withdrawal           | APP LAW GRD    | open -> =
T57  | confirm_withdrawal           | IND-B          | open -> WITHDRAWN
T58  | record_no_show               | IND-H          | AA_* VA_* DUBLIN_* ACC_* HASA_* -> =
T59  | accept_explanation           | IND-B          | open -DISCONTINUE_INTENTION -> =
T60  | intend_to_discontinue        | IND-B          | open -DISCONTINUE_INTENTION -> DISCONTINUE_INTENTION
T61  | drop_discontinuation         | IND-B          | DISCONTINUE_INTENTION -> before
T62  | discontinue                  | IND-B          | DISCONTINUE_INTENTION -> REFUSED
T63  | reopen_after_annulment       | IND-B CRT      | REFUSED -> VA_ASSESSMENT
T64  | close                        | IND-B          | GRANTED REFUSED WITHDRAWN -> CLOSED
T65  | assign_lawyer                | RVR            | any -> =
T66  | change_lawyer                | RVR LAW        | any -> =
"""

# How rows that can be read in more than one way are read, and why.
READINGS = {
    "T16": "The five running steps that the row names are all of AA_* but AA_READY.",
    "T17": "AA_* is here the five running steps: the grounds of Vb 3.115(1) lengthen days that are counted "
    "from day 1, and before day 1 there is none to count from.",
    "T18": "The lawyer or the clock, and not the officer who decides, unlike T13: nobody but the lawyer "
    "gives up the time that is left for the response. So for T26, T34, T40 and T53.",
    "T29": "AA_* is here also AA_READY: the decision period runs from the day of lodging. HASA_PLANNED is "
    "no AA_*.",
    "T36": "The transfer to another state: REFUSED in the Dublin track. So for T37 and T38.",
    "T51": "HASA_DECISION is not in the row, but C3 says of a missed third day (HAS-04): T51 or T52. The "
    "response is closed by then, so without it nothing but a grant would be left. So for T52.",
    "T55": "HASA_INTENTION is not in the row, as it is in T14, T27 and T42: a grant after the intention "
    "goes through the response (HASA_DECISION) or the six days (T51).",
    "T58": "Every state whose name begins so, also those before a meeting (AA_READY, HASA_PLANNED): it is "
    "the meeting of that very day that was missed, and a person can disappear before it (NOS-01).",
    "T59": "The row says: any state with a hold. A hold can be carried along by other steps (T33, T41), so "
    "every open state; that there is a hold is a condition. In DISCONTINUE_INTENTION it is T61 that "
    "ends it.",
    "T60": "As T59; what is intended already is not intended again.",
    "T62": "Also of a repeat application: the track stays.",
    "T63": "A decision of any track can be annulled.",
    "T65": "Any state is any state: also after CLOSED, as the withdrawal of a permit needs a lawyer (R10).",
}

# The small machines (C1.2)

SMALL = {
    "border": """
B01  | impose_border_measure        | KMAR           | NONE -> IMPOSED
B02  | lift_border_measure          | IND-B KMAR     | IMPOSED -> LIFTED
B03  | record_entry_by_law          | KMAR IND-B     | IMPOSED -> ENTRY_BY_LAW
B04  | refuse_entry                 | IND-B          | IMPOSED -> ENTRY_REFUSED
""",
    "appeal": """
P01  | lodge_appeal                 | LAW APP        | WINDOW_OPEN -> LODGED
P02  | request_provisional_measure  | LAW            | WINDOW_OPEN LODGED -> =
P03  | record_provisional_ruling    | CRT IND-B      | LODGED -> =
P04  | record_ruling                | CRT IND-B      | LODGED -> RULED
P05  | open_higher_appeal           | SYS            | RULED -> HA_WINDOW_OPEN
P06  | lodge_higher_appeal          | LAW IND-B      | HA_WINDOW_OPEN -> HA_LODGED
P07  | record_higher_ruling         | CRT            | HA_LODGED -> HA_RULED
P08  | make_final                   | IND-B          | WINDOW_OPEN HA_WINDOW_OPEN HA_RULED RULED -> FINAL
""",
    "permit": """
R01  | announce_permit              | IND-D          | TO_PRODUCE -> READY
R02  | hand_out_permit              | IND-D          | READY -> ACTIVE
R03  | hand_out_at_once             | IND-D          | TO_PRODUCE -> ACTIVE
R04  | request_permit_extension     | APP LAW        | ACTIVE -> EXTENSION_PENDING
R05  | extend_permit                | IND-B          | EXTENSION_PENDING -> ACTIVE
R06  | request_permanent_permit     | APP LAW        | ACTIVE -> PERMANENT_PENDING
R07  | grant_permanent_permit       | IND-B          | PERMANENT_PENDING -> PERMANENT
R08  | report_loss                  | APP POL        | ACTIVE PERMANENT -> =
R10  | intend_permit_withdrawal     | IND-B          | ACTIVE PERMANENT -> WITHDRAWAL_INTENTION
R11  | close_withdrawal_response    | LAW APP SYS    | WITHDRAWAL_INTENTION -> WITHDRAWAL_ASSESSMENT
R12  | drop_permit_withdrawal       | IND-B          | WITHDRAWAL_* -> before
R13  | plan_withdrawal_hearing      | IND-P          | WITHDRAWAL_ASSESSMENT -> WITHDRAWAL_HEARING
R14  | withdraw_permit              | IND-B          | WITHDRAWAL_HEARING -> PERMIT_WITHDRAWN
R15  | renounce_permit              | APP IND-B      | ACTIVE -> RENOUNCED
""",
    "replacement": """
R09  | replace_document             | IND-D          | REQUESTED -> REPLACED
""",
    "family": """
F01  | open_family_window           | SYS            | (new) -> WINDOW_OPEN
F02  | request_family_reunification | APP LAW        | WINDOW_OPEN WINDOW_PASSED -> REQUESTED
F03  | grant_family_reunification   | IND-B          | REQUESTED -> FR_GRANTED
F03  | refuse_family_reunification  | IND-B          | REQUESTED -> FR_REFUSED
""",
    "return": """
V01  | start_departure_term         | IND-B SYS      | NOT_STARTED -> TERM_RUNNING
V02  | suspend_departure_term       | SYS            | TERM_RUNNING -> TERM_SUSPENDED
V03  | resume_departure_term        | IND-B          | TERM_SUSPENDED -> TERM_RUNNING
V04  | begin_departure_guidance     | DTV            | TERM_RUNNING -> DTV_ACTIVE
V05  | choose_voluntary_departure   | IOM APP        | TERM_RUNNING DTV_ACTIVE -> IOM_VOLUNTARY
V06  | confirm_departure            | DTV IOM KMAR   | IOM_VOLUNTARY DTV_ACTIVE TRANSFER_PLANNED -> DEPARTED
V07  | record_unknown_destination   | DTV POL COA    | open -> UNKNOWN_DESTINATION
""",
    "reception": """
X01  | refer_to_reception           | COA            | REFERRED -> =
X02  | arrive_at_centre             | COA            | REFERRED TRANSFER_ORDERED -> IN_RECEPTION
X03  | order_move                   | COA            | IN_RECEPTION -> TRANSFER_ORDERED
X04  | wait_for_home                | COA            | IN_RECEPTION -> PERMIT_WAITING_HOME
X05  | offer_home                   | MUN COA        | PERMIT_WAITING_HOME -> HOUSING_OFFERED
X06  | move_into_home               | COA MUN        | HOUSING_OFFERED -> HOUSED
X07  | propose_end_of_reception     | COA            | IN_RECEPTION -> ENDING
X07  | end_reception                | COA            | ENDING -> ENDED
""",
}

SMALL_READINGS = {
    "B02": "SYS proposes: a task for a person, no step of the clock (C0.3 does not name it). So for P08.",
    "R09": "The row says `same`: the permit stays as it is. What moves is the replacement (C1.2), which "
    "has been asked for.",
    "R12": "The row says ACTIVE. A permanent permit from whose holder nothing is taken stays a permanent "
    "one, so: where the permit was before the intention (R10).",
    "R15": "`APP with LAW`: the applicant's own signed statement, her lawyer beside her. The lawyer does "
    "not renounce for her.",
    "F02": "VWN helps and does not ask in the person's place.",
    "V01": "The row names SYS; C0.3 does not list it among what the clock may do. It is read as a clock "
    "that a person's decision opens, as P05 and F01 are.",
    "X01": "The reception begins with T02 (REFERRED); here a centre is named.",
    "V07": "Any state from which somebody can still go: not one of the three ends.",
}

# What happens to the small machines without a row of its own in C2: as an effect that another row names,
# as a state of C1.2 that no row of C2 reaches, as an order that opens a term of C3, or as what T63 is for the
# application: a judgment that annuls leads on.
EFFECTS = """
P    | appeal      | open_appeal_window     | SYS            | (new) -> WINDOW_OPEN
R    | permit      | begin_permit           | SYS            | (new) -> TO_PRODUCE
R    | replacement | begin_replacement      | SYS            | (new) -> REPORTED
V    | return      | begin_return           | SYS            | (new) -> NOT_STARTED
R13  | permit      | send_hearing_report    | IND-H          | WITHDRAWAL_HEARING -> =
T63  | permit      | restore_permit         | IND-B CRT      | PERMIT_WITHDRAWN -> before
T63  | family      | reopen_family_request  | IND-B CRT      | FR_REFUSED -> REQUESTED
R    | replacement | request_replacement    | APP IND-D      | REPORTED -> REQUESTED
F    | family      | pass_family_window     | SYS            | WINDOW_OPEN -> WINDOW_PASSED
V    | return      | plan_transfer          | SYS            | NOT_STARTED -> TRANSFER_PLANNED
V    | return      | stop_return            | SYS            | open -> STOPPED
V    | return      | order_departure        | DTV            | TERM_RUNNING DTV_ACTIVE -> =
X07  | reception   | drop_end_of_reception  | COA            | ENDING -> IN_RECEPTION
B01  | reception   | hold_in_closed_centre  | SYS            | REFERRED IN_RECEPTION -> CLOSED_CENTRE
B01  | reception   | hold_in_closed_centre  | SYS            | TRANSFER_ORDERED -> CLOSED_CENTRE
B02  | reception   | leave_closed_centre    | SYS            | CLOSED_CENTRE -> REFERRED
T36  | reception   | end_with_departure     | SYS            | open -> ENDED
Q05  | reception   | miss_report            | SYS            | open -REFERRED -CLOSED_CENTRE -> =
Q05  | reception   | miss_report_again      | SYS            | open -REFERRED -CLOSED_CENTRE -> =
Q02  | reception   | report_again           | SYS            | open -REFERRED -CLOSED_CENTRE -> =
Q03  | reception   | excuse_missed_report   | SYS            | open -REFERRED -CLOSED_CENTRE -> =
"""

# Beside C2: steps without a row there, each with what the model says about it elsewhere.
BESIDE = """
C4.3 | announce_other_day_one       | IND-P          | AA_READY HASA_PLANNED -> =
C0.2 | set_letter_date              | IND-B          | any -> =
C3   | extend_term                  | IND-P DTV      | any -> =
C3   | pause                        | IND-B          | any -CLOSED -> =
C3   | resume                       | IND-B          | any -CLOSED -> =
C8   | give_notice_of_default       | APP LAW        | open -> =
C10  | move_to_package              | IND-S          | any -CLOSED -> =
"""
# Only in the draft nl-2026 (C10): under nl-2021 they start nowhere.
DRAFT_ONLY = {"open_preparation", "choose_track", "decide_without_intention"}

# The words of the model in those of the portal

GENERAL, EXTENDED, DUBLIN, ACCELERATED, REPEAT = (
    Track.GENERAL,
    Track.EXTENDED,
    Track.DUBLIN,
    Track.ACCELERATED,
    Track.REPEAT,
)
TRACKS = (GENERAL, EXTENDED, DUBLIN, ACCELERATED, REPEAT)
# Each state of C1.1: the portal's state, and the tracks in which the model has it.
STATES: dict[str, tuple[State, tuple[Track, ...]]] = {
    "INTENT_EXPRESSED": (State.WISH_EXPRESSED, (GENERAL,)),
    "REGISTRATION": (State.REGISTRATION, (GENERAL,)),
    "APPLICATION_LODGED": (State.LODGED, (GENERAL,)),
    "APPLICATION_INTERVIEW": (State.APPLICATION_INTERVIEW, (GENERAL,)),
    "TRIAGE": (State.TRIAGE, (GENERAL,)),
    "RVT": (State.PREPARATION, (GENERAL,)),
    "AA_READY": (State.READY, (GENERAL,)),
    "AA_INTERVIEW": (State.INTERVIEW, (GENERAL,)),
    "AA_CORRECTIONS": (State.CORRECTIONS, (GENERAL,)),
    "AA_ASSESSMENT": (State.ASSESSMENT, (GENERAL,)),
    "AA_INTENTION": (State.INTENDED_DECISION, (GENERAL,)),
    "AA_DECISION": (State.DECISION, (GENERAL,)),
    "VA_INVESTIGATION": (State.EXTENDED_INVESTIGATION, (EXTENDED,)),
    "VA_CORRECTIONS": (State.CORRECTIONS, (EXTENDED,)),
    "VA_ASSESSMENT": (State.ASSESSMENT, (EXTENDED,)),
    "VA_INTENTION": (State.INTENDED_DECISION, (EXTENDED,)),
    "VA_DECISION": (State.DECISION, (EXTENDED,)),
    "DUBLIN_INTERVIEW": (State.INTERVIEW, (DUBLIN,)),
    "DUBLIN_CLAIM": (State.CLAIM, (DUBLIN,)),
    "DUBLIN_INTENTION": (State.INTENDED_DECISION, (DUBLIN,)),
    "DUBLIN_DECISION": (State.DECISION, (DUBLIN,)),
    "ACC_INTERVIEW": (State.INTERVIEW, (ACCELERATED,)),
    "ACC_INTENTION": (State.INTENDED_DECISION, (ACCELERATED,)),
    "ACC_DECISION": (State.DECISION, (ACCELERATED,)),
    "HASA_NOTIFIED": (State.REPEAT_NOTIFIED, (REPEAT,)),
    "HASA_INCOMPLETE": (State.REPEAT_INCOMPLETE, (REPEAT,)),
    "HASA_PLANNED": (State.READY, (REPEAT,)),
    "HASA_DAY1": (State.INTERVIEW, (REPEAT,)),
    "HASA_INTENTION": (State.INTENDED_DECISION, (REPEAT,)),
    "HASA_DECISION": (State.DECISION, (REPEAT,)),
    "DISCONTINUE_INTENTION": (State.DISCONTINUATION, TRACKS),
    # No row grants in the Dublin track: what the Netherlands takes over goes to rest and preparation first.
    "GRANTED": (State.GRANTED, (GENERAL, EXTENDED, ACCELERATED, REPEAT)),
    "REFUSED": (State.REFUSED, TRACKS),
    "WITHDRAWN": (State.WITHDRAWN, TRACKS),
    "CLOSED": (State.CLOSED, TRACKS),
}
# Where nothing is open any more.
ENDS = {
    "procedure": ("GRANTED", "REFUSED", "WITHDRAWN", "CLOSED"),
    "return": ("DEPARTED", "UNKNOWN_DESTINATION", "STOPPED"),
    "reception": ("HOUSED", "ENDED"),
}
# The states of C1.2.
SMALL_STATES = {
    "border": "NONE IMPOSED LIFTED ENTRY_BY_LAW ENTRY_REFUSED",
    "appeal": "WINDOW_OPEN LODGED RULED HA_WINDOW_OPEN HA_LODGED HA_RULED FINAL",
    "permit": "TO_PRODUCE READY ACTIVE EXTENSION_PENDING PERMANENT_PENDING WITHDRAWAL_INTENTION "
    "WITHDRAWAL_ASSESSMENT WITHDRAWAL_HEARING PERMANENT PERMIT_WITHDRAWN EXPIRED RENOUNCED",
    "replacement": "REPORTED REQUESTED REPLACED",
    "family": "WINDOW_OPEN REQUESTED WINDOW_PASSED FR_GRANTED FR_REFUSED",
    "return": "NOT_STARTED TERM_RUNNING TERM_SUSPENDED DTV_ACTIVE IOM_VOLUNTARY TRANSFER_PLANNED DEPARTED "
    "UNKNOWN_DESTINATION STOPPED",
    "reception": "REFERRED IN_RECEPTION CLOSED_CENTRE TRANSFER_ORDERED PERMIT_WAITING_HOME HOUSING_OFFERED "
    "HOUSED ENDING ENDED",
}
# The actors. Caseworker stands for the registering, interviewing and deciding officers, and the supervisor
# may do what they may. The work of the planner is done by all three. What the Legal Aid Board decides, they
# record where it does not do so itself. A guardian acts for an unaccompanied child where the applicant may.
OFFICERS = {Role.CASEWORKER, Role.SUPERVISOR}
PLANNERS = {Role.CASEWORKER, Role.PLANNER, Role.SUPERVISOR}
ROLES: dict[str, set[Role]] = {
    "IND-R": OFFICERS,
    "IND-H": OFFICERS,
    "IND-B": OFFICERS,
    "IND-P": PLANNERS,
    "IND-S": {Role.SUPERVISOR},
    "IND-D": {Role.DESK},
    "APP": {Role.APPLICANT, Role.GUARDIAN},
    "GRD": {Role.GUARDIAN},
    "LAW": {Role.LAWYER},
    "POL": {Role.POLICE},
    "KMAR": {Role.BORDER_POLICE},
    "CRT": {Role.COURT},
    "DTV": {Role.RETURN_OFFICER},
    "IOM": {Role.MIGRATION_ADVISER},
    "RVR": {Role.LEGAL_AID} | PLANNERS,
    "MUN": {Role.MUNICIPALITY},
    "COA": {Role.RECEPTION},
    "SYS": {Role.SYSTEM},
}

Place = tuple[str, str]  # of the procedure: (state, track)


@dataclass(frozen=True)
class Row:
    """One row of the model: a step, from where it leads where, and who takes it."""

    number: str
    name: str
    machine: str
    sources: tuple[str, ...]  # names of the model, with a track where it narrows them; empty for (new)
    target: str
    actors: tuple[str, ...]

    @property
    def roles(self) -> set[Role]:
        return set().union(*(ROLES[actor] for actor in self.actors))

    @property
    def starts(self) -> list[Place]:
        """The places to which this row of the procedure leads from nothing."""
        return places(self.target)

    @property
    def moves(self) -> dict[Place, Place]:
        """Each place of the procedure from which this step starts, and where it leads; `before` stays out."""
        return {place: self._leads(place) for source in self.sources for place in places(source)}

    def _leads(self, place: Place) -> Place:
        if self.target in ("=", "before"):
            return place
        state, tracks = STATES[self.target]
        return (state, tracks[0] if len(tracks) == 1 else place[1])


def places(name: str) -> list[Place]:
    """The places of the portal that a state of C1.1 stands for."""
    name, _, track = name.partition("/")
    state, tracks = STATES[name]
    return [(str(state), str(each)) for each in tracks if track in ("", each)]


def _expanded(text: str, machine: str) -> tuple[str, ...]:
    every = tuple(SMALL_STATES[machine].split()) if machine in SMALL_STATES else tuple(STATES)
    found: list[str] = []
    for word in text.split():
        if word == "(new)":
            return ()
        if word.startswith("-"):
            found.remove(word[1:])
        elif word == "any":
            found += every
        elif word == "open":
            found += [name for name in every if name not in ENDS.get(machine, ())]
        elif "/" in word:
            found.append(word)
        else:
            matching = [name for name in every if fnmatchcase(name, word)]
            assert matching, f"no state of the model is called {word}"
            found += matching
    assert len(found) == len(set(found)), f"a state twice in: {text}"
    return tuple(found)


def _rows(text: str, machine: str) -> list[Row]:
    rows = []
    for line in text.strip().splitlines():
        number, *more = (cell.strip() for cell in line.split("|"))
        of = machine or more.pop(0)
        name, actors, moves = more
        sources, target = moves.split(" -> ")
        rows.append(Row(number, name, of, _expanded(sources, of), target, tuple(actors.split())))
    return rows


# Every row of C2, and the effects.
ROWS = [
    *_rows(PROCEDURE, "procedure"),
    *(row for machine, text in SMALL.items() for row in _rows(text, machine)),
]
EFFECT_ROWS = _rows(EFFECTS, "")
BESIDE_ROWS = _rows(BESIDE, "procedure")
EVERY_ROW = [*ROWS, *EFFECT_ROWS, *BESIDE_ROWS]
PLACES = [place for name in STATES for place in places(name)]
