"""The steps of the procedure as the model lists them (C2): one line for each of its rows, written by hand.

The words are those of the model, so that a lawyer can lay the two side by side: its numbers, its states (C1.1 and
C1.2) and its actors. Below the tables the words are put into those of the portal: a state of the model is a state
in a track, an actor is one or more roles. Nothing here is taken from the machine that it is compared with.

In the column From: a name with * stands for all that begin so, a name after - is left out again, `open` for
every state before an outcome, `any` for every state of that machine, `(new)` for what does not exist yet, and
NAME/track for one track of a state that several have. In the column To: `=` stays where it is, `before` goes back
to where the case came from.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from asylum_portal.accounts.models import Role
from procedure.states import State, Track

# The procedure itself (C1.1)

PROCEDURE = """
T01  | express_wish                 | (new)                                              | INTENT_EXPRESSED      | IND-R POL KMAR
T02  | start_registration           | INTENT_EXPRESSED                                   | REGISTRATION          | IND-R POL KMAR
T03  | lodge_application            | REGISTRATION                                       | APPLICATION_LODGED    | IND-R
T04  | start_application_interview  | APPLICATION_LODGED                                 | APPLICATION_INTERVIEW | IND-R
T05  | finish_application_interview | APPLICATION_INTERVIEW                              | TRIAGE                | IND-R
T06  | begin_preparation            | TRIAGE                                             | RVT                   | IND-R IND-B
T07  | refer_to_dublin              | TRIAGE RVT AA_READY AA_INTERVIEW AA_CORRECTIONS AA_ASSESSMENT | DUBLIN_INTERVIEW | IND-B
T08  | refer_to_accelerated         | TRIAGE                                             | ACC_INTERVIEW         | IND-B
T09  | complete_preparation         | RVT                                                | AA_READY              | IND-P
T10  | choose_nine_days             | RVT AA_READY                                       | =                     | IND-P IND-B
T11  | start_general_procedure      | AA_READY                                           | AA_INTERVIEW          | IND-P IND-H
T12  | close_interview              | AA_INTERVIEW                                       | AA_CORRECTIONS        | IND-H
T13  | close_corrections            | AA_CORRECTIONS                                     | AA_ASSESSMENT         | LAW IND-B SYS
T14  | grant                        | AA_ASSESSMENT AA_INTENTION AA_DECISION             | GRANTED               | IND-B IND-S
T15  | issue_intended_decision      | AA_ASSESSMENT                                      | AA_INTENTION          | IND-B
T16  | refer_to_extended            | AA_* -AA_READY                                     | VA_INVESTIGATION      | IND-B
T17  | extend_general_procedure     | AA_* -AA_READY                                     | =                     | IND-B
T18  | close_response               | AA_INTENTION                                       | AA_DECISION           | LAW SYS
T19  | refuse                       | AA_INTENTION AA_DECISION                           | REFUSED               | IND-B
T20  | reconsider                   | AA_DECISION                                        | AA_INTENTION          | IND-B
T20  | reconsider                   | VA_DECISION                                        | VA_INTENTION          | IND-B
T20  | reconsider                   | DUBLIN_DECISION                                    | DUBLIN_INTENTION      | IND-B
T20  | reconsider                   | ACC_DECISION                                       | ACC_INTENTION         | IND-B
T20  | reconsider                   | HASA_DECISION                                      | HASA_INTENTION        | IND-B
T21  | plan_extended_interview      | VA_INVESTIGATION                                   | =                     | IND-P
T22  | close_extended_interview     | VA_INVESTIGATION                                   | VA_CORRECTIONS        | IND-H
T23  | close_corrections            | VA_CORRECTIONS                                     | VA_ASSESSMENT         | LAW IND-B SYS
T24  | skip_extended_interview      | VA_INVESTIGATION                                   | VA_ASSESSMENT         | IND-B
T25  | issue_intended_decision      | VA_ASSESSMENT                                      | VA_INTENTION          | IND-B
T26  | close_response               | VA_INTENTION                                       | VA_DECISION           | LAW SYS
T27  | grant                        | VA_ASSESSMENT VA_INTENTION VA_DECISION             | GRANTED               | IND-B IND-S
T28  | refuse                       | VA_INTENTION VA_DECISION                           | REFUSED               | IND-B
T29  | extend_decision_period       | VA_* AA_*                                          | =                     | IND-B
T30  | extend_response_term         | AA_INTENTION VA_INTENTION DUBLIN_INTENTION ACC_INTENTION | =               | IND-B
T31  | close_dublin_interview       | DUBLIN_INTERVIEW                                   | DUBLIN_CLAIM          | IND-H
T31a | send_claim                   | DUBLIN_CLAIM                                       | =                     | IND-B
T32  | accept_claim                 | DUBLIN_CLAIM                                       | DUBLIN_INTENTION      | IND-B
T33  | take_responsibility          | DUBLIN_CLAIM DUBLIN_INTENTION                      | RVT                   | IND-B
T34  | close_response               | DUBLIN_INTENTION                                   | DUBLIN_DECISION       | LAW SYS
T35  | decide_not_to_consider       | DUBLIN_INTENTION DUBLIN_DECISION                   | REFUSED               | IND-B
T36  | confirm_transfer             | REFUSED/dublin                                     | CLOSED                | DTV POL KMAR
T37  | record_lapsed_transfer       | REFUSED/dublin                                     | RVT                   | IND-B
T38  | mark_absconded               | REFUSED/dublin                                     | =                     | DTV POL
T39  | issue_intended_decision      | ACC_INTERVIEW                                      | ACC_INTENTION         | IND-B
T40  | close_response               | ACC_INTENTION                                      | ACC_DECISION          | LAW SYS
T41  | move_to_general              | ACC_INTERVIEW ACC_INTENTION                        | RVT                   | IND-B
T42  | grant                        | ACC_INTERVIEW ACC_INTENTION ACC_DECISION           | GRANTED               | IND-B
T43  | refuse                       | ACC_INTENTION ACC_DECISION                         | REFUSED               | IND-B
T44  | announce_repeat_application  | (new)                                              | HASA_NOTIFIED         | LAW APP IND-R
T45  | find_incomplete              | HASA_NOTIFIED                                      | HASA_INCOMPLETE       | IND-R
T46  | complete_application         | HASA_INCOMPLETE                                    | HASA_NOTIFIED         | LAW APP
T47  | refuse_incomplete            | HASA_INCOMPLETE                                    | REFUSED               | IND-B
T48  | plan_one_day_test            | HASA_NOTIFIED                                      | HASA_PLANNED          | IND-P
T49  | hold_one_day_test            | HASA_PLANNED                                       | HASA_DAY1             | IND-H
T50  | issue_intended_decision      | HASA_DAY1                                          | HASA_INTENTION        | IND-B
T51  | continue_in_six_days         | HASA_DAY1 HASA_INTENTION                           | AA_ASSESSMENT         | IND-B
T52  | refer_to_extended            | HASA_DAY1 HASA_INTENTION                           | VA_INVESTIGATION      | IND-B
T53  | close_response               | HASA_INTENTION                                     | HASA_DECISION         | LAW SYS
T54  | refuse                       | HASA_INTENTION HASA_DECISION                       | REFUSED               | IND-B
T55  | grant                        | HASA_DAY1 HASA_DECISION                            | GRANTED               | IND-B
T56  | request_withdrawal           | open                                               | =                     | APP LAW GRD
T56  | retract_withdrawal           | open                                               | =                     | APP LAW GRD
T57  | confirm_withdrawal           | open                                               | WITHDRAWN             | IND-B
T58  | record_no_show               | AA_* VA_* DUBLIN_* ACC_* HASA_*                    | =                     | IND-H
T59  | accept_explanation           | open -DISCONTINUE_INTENTION                        | =                     | IND-B
T60  | intend_to_discontinue        | open -DISCONTINUE_INTENTION                        | DISCONTINUE_INTENTION | IND-B
T61  | drop_discontinuation         | DISCONTINUE_INTENTION                              | before                | IND-B
T62  | discontinue                  | DISCONTINUE_INTENTION                              | REFUSED               | IND-B
T63  | reopen_after_annulment       | REFUSED                                            | VA_ASSESSMENT         | IND-B CRT
T64  | close                        | GRANTED REFUSED WITHDRAWN                          | CLOSED                | IND-B
T65  | assign_lawyer                | any                                                | =                     | RVR
T66  | change_lawyer                | any                                                | =                     | RVR LAW
"""  # noqa: E501

# How rows that can be read in more than one way are read, and why.
READINGS = {
    "T16": "The five running steps that the row names are all of AA_* but AA_READY.",
    "T17": "AA_* is here the five running steps: the grounds of Vb 3.115(1) lengthen days that are counted from "
    "day 1, and before day 1 there is none to count from.",
    "T18": "The lawyer or the clock, and not the officer who decides, unlike T13: nobody but the lawyer gives up "
    "the time that is left for the response. So for T26, T34, T40 and T53.",
    "T29": "AA_* is here also AA_READY: the decision period runs from the day of lodging. HASA_PLANNED is no AA_*.",
    "T36": "The transfer to another state: REFUSED in the Dublin track. So for T37 and T38.",
    "T55": "HASA_INTENTION is not in the row, as it is in T14, T27 and T42: a grant after the intention goes "
    "through the response (HASA_DECISION) or the six days (T51).",
    "T58": "Every state whose name begins so, also those before a meeting (AA_READY, HASA_PLANNED): it is the "
    "meeting of that very day that was missed, and a person can disappear before it (NOS-01).",
    "T59": "The row says: any state with a hold. A hold can be carried along by other steps (T33, T41), so every "
    "open state; that there is a hold is a condition. In DISCONTINUE_INTENTION it is T61 that ends it.",
    "T60": "As T59; what is intended already is not intended again.",
    "T62": "Also of a repeat application: the track stays.",
    "T63": "A decision of any track can be annulled.",
    "T65": "Any state is any state: also after CLOSED, as the withdrawal of a permit needs a lawyer (R10).",
}

# The small machines (C1.2)

SMALL = {
    "border": """
B01  | impose_border_measure       | NONE                                  | IMPOSED               | KMAR
B02  | lift_border_measure         | IMPOSED                               | LIFTED                | IND-B KMAR
B03  | record_entry_by_law         | IMPOSED                               | ENTRY_BY_LAW          | KMAR IND-B
B04  | refuse_entry                | IMPOSED                               | ENTRY_REFUSED         | IND-B
""",
    "appeal": """
P01  | lodge_appeal                | WINDOW_OPEN                           | LODGED                | LAW APP
P02  | request_provisional_measure | WINDOW_OPEN LODGED                    | =                     | LAW
P03  | record_provisional_ruling   | LODGED                                | =                     | CRT IND-B
P04  | record_ruling               | LODGED                                | RULED                 | CRT IND-B
P05  | open_higher_appeal          | RULED                                 | HA_WINDOW_OPEN        | SYS
P06  | lodge_higher_appeal         | HA_WINDOW_OPEN                        | HA_LODGED             | LAW IND-B
P07  | record_higher_ruling        | HA_LODGED                             | HA_RULED              | CRT
P08  | make_final                  | WINDOW_OPEN HA_WINDOW_OPEN HA_RULED RULED | FINAL             | IND-B
""",
    "permit": """
R01  | announce_permit             | TO_PRODUCE                            | READY                 | IND-D
R02  | hand_out_permit             | READY                                 | ACTIVE                | IND-D
R03  | hand_out_at_once            | TO_PRODUCE                            | ACTIVE                | IND-D
R04  | request_permit_extension    | ACTIVE                                | EXTENSION_PENDING     | APP LAW
R05  | extend_permit               | EXTENSION_PENDING                     | ACTIVE                | IND-B
R06  | request_permanent_permit    | ACTIVE                                | PERMANENT_PENDING     | APP LAW
R07  | grant_permanent_permit      | PERMANENT_PENDING                     | PERMANENT             | IND-B
R08  | report_loss                 | ACTIVE PERMANENT                      | =                     | APP POL
R10  | intend_permit_withdrawal    | ACTIVE PERMANENT                      | WITHDRAWAL_INTENTION  | IND-B
R11  | close_withdrawal_response   | WITHDRAWAL_INTENTION                  | WITHDRAWAL_ASSESSMENT | LAW APP SYS
R12  | drop_permit_withdrawal      | WITHDRAWAL_INTENTION WITHDRAWAL_ASSESSMENT WITHDRAWAL_HEARING | ACTIVE | IND-B
R13  | plan_withdrawal_hearing     | WITHDRAWAL_ASSESSMENT                 | WITHDRAWAL_HEARING    | IND-P
R14  | withdraw_permit             | WITHDRAWAL_HEARING                    | PERMIT_WITHDRAWN      | IND-B
R15  | renounce_permit             | ACTIVE                                | RENOUNCED             | APP IND-B
""",
    "replacement": """
R09  | replace_document            | REQUESTED                             | REPLACED              | IND-D
""",
    "family": """
F01  | open_family_window          | (new)                                 | WINDOW_OPEN           | SYS
F02  | request_family_reunification | WINDOW_OPEN WINDOW_PASSED            | REQUESTED             | APP LAW
F03  | grant_family_reunification  | REQUESTED                             | FR_GRANTED            | IND-B
F03  | refuse_family_reunification | REQUESTED                             | FR_REFUSED            | IND-B
""",
    "return": """
V01  | start_departure_term        | NOT_STARTED                           | TERM_RUNNING          | IND-B SYS
V02  | suspend_departure_term      | TERM_RUNNING                          | TERM_SUSPENDED        | SYS
V03  | resume_departure_term       | TERM_SUSPENDED                        | TERM_RUNNING          | IND-B
V04  | begin_departure_guidance    | TERM_RUNNING                          | DTV_ACTIVE            | DTV
V05  | choose_voluntary_departure  | TERM_RUNNING DTV_ACTIVE               | IOM_VOLUNTARY         | IOM APP
V06  | confirm_departure           | IOM_VOLUNTARY DTV_ACTIVE TRANSFER_PLANNED | DEPARTED          | DTV IOM KMAR
V07  | record_unknown_destination  | any -DEPARTED -UNKNOWN_DESTINATION -STOPPED | UNKNOWN_DESTINATION | DTV POL COA
""",
}

SMALL_READINGS = {
    "B02": "SYS proposes: a task for a person, no step of the clock (C0.3 does not name it). So for P08.",
    "R09": "The row says `same`: the permit stays as it is. What moves is the replacement (C1.2), from REQUESTED.",
    "R15": "`APP with LAW`: the applicant's own signed statement, her lawyer beside her. The lawyer does not "
    "renounce for her.",
    "F02": "VWN helps and does not ask in the person's place.",
    "V01": "The row names SYS; C0.3 does not list it among what the clock may do. It is read as a clock that a "
    "person's decision opens, as P05 and F01 are.",
    "V07": "Any state from which somebody can still go: not one of the three ends.",
}

# What happens to the small machines without a row of its own in C2: as an effect that another row names,
# as a state of C1.2 that no row of C2 reaches, or as an order that opens a term of C3.
EFFECTS = """
P    | open_appeal_window          | appeal      | (new)                              | WINDOW_OPEN         | SYS
R    | begin_permit                | permit      | (new)                              | TO_PRODUCE          | SYS
R    | request_replacement         | replacement | REPORTED                           | REQUESTED           | APP IND-D
F    | pass_family_window          | family      | WINDOW_OPEN                        | WINDOW_PASSED       | SYS
V    | plan_transfer               | return      | NOT_STARTED                        | TRANSFER_PLANNED    | SYS
V    | stop_return                 | return      | any -DEPARTED -UNKNOWN_DESTINATION -STOPPED | STOPPED    | SYS
V    | order_departure             | return      | TERM_RUNNING DTV_ACTIVE            | =                   | DTV
"""

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
    # No row grants in the Dublin track: whose case the Netherlands takes over goes to rest and preparation first.
    "GRANTED": (State.GRANTED, (GENERAL, EXTENDED, ACCELERATED, REPEAT)),
    "REFUSED": (State.REFUSED, TRACKS),
    "WITHDRAWN": (State.WITHDRAWN, TRACKS),
    "CLOSED": (State.CLOSED, TRACKS),
}
OUTCOMES = ("GRANTED", "REFUSED", "WITHDRAWN", "CLOSED")
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
}
# The actors. Caseworker stands for the registering, interviewing and deciding officers, and the supervisor may do
# what they may. The planner's work is done by all three. What the Legal Aid Board decides, the planners record
# where it does not do so itself. A guardian acts for an unaccompanied child wherever the applicant may.
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


def _expanded(text: str, every: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for word in text.split():
        if word == "(new)":
            return ()
        if word.startswith("-"):
            found.remove(word[1:])
        elif word == "any":
            found += every
        elif word == "open":
            found += [name for name in every if name not in OUTCOMES]
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
        number, name, *more = (cell.strip() for cell in line.split("|"))
        of = more.pop(0) if len(more) == 4 else machine
        every = tuple(STATES) if of == "procedure" else tuple(SMALL_STATES[of].split())
        rows.append(Row(number, name, of, _expanded(more[0], every), more[1], tuple(more[2].split())))
    return rows


# Every row of C2, and the effects.
ROWS = [
    *_rows(PROCEDURE, "procedure"),
    *(row for machine, text in SMALL.items() for row in _rows(text, machine)),
]
EFFECT_ROWS = _rows(EFFECTS, "")
PLACES = [place for name in STATES for place in places(name)]
