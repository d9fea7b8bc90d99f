"""The fixed cast of the suite: an applicant, her lawyer, her caseworker and the others, and their strangers.

`Cast.case` is theirs; everybody whose name begins with `other_` has a case or a role of the same kind and no
relation with it. `Cast.take` walks the case through the procedure as its people would, on the dates given.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from asylum_portal.accounts.models import Organisation, Role, Team, User
from cases import actions as case_actions
from cases.file_types import ProvenFile, prove
from cases.models import Applicant, Assignment, Case, PersonName
from procedure import filings
from procedure.actions import Letter, apply_transition, express_wish
from procedure.checks import DOCUMENT_OF_STEP, REASON_REQUIRED, TICKS
from procedure.effects import Meeting
from procedure.models import Procedure, RulePackage
from procedure.rules import PACKAGES, load_package
from tests.cases.samples import pdf_bytes

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PASSWORD = "a sentence that nobody guesses"


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of a day in Amsterdam."""
    return datetime.combine(day, time(hour, minute), tzinfo=AMSTERDAM)


def letter_file(text: str = "letter", name: str = "letter.pdf") -> ProvenFile:
    """A real PDF, proven."""
    return prove(BytesIO(pdf_bytes(text)), claimed_name=name, limit=10**7)


def load_law(name: str = "nl-2021") -> RulePackage:
    """The rule package in the database."""
    package = load_package(PACKAGES / f"{name}.toml")
    row, _ = RulePackage.objects.get_or_create(
        name=package.name,
        defaults={
            "title": package.title,
            "valid_from": package.valid_from,
            "status": package.status,
            "text": (PACKAGES / f"{name}.toml").read_text(encoding="utf-8"),
            "sha256": package.sha256,
            "loaded_at": at(date(2026, 1, 1)),
        },
    )
    return row


@dataclass
class Cast:
    """Everybody, and the case that is told about."""

    people: dict[str, User] = field(default_factory=dict)
    case: Case = None  # type: ignore[assignment]
    other_case: Case = None  # type: ignore[assignment]
    procedure: Procedure = None  # type: ignore[assignment]
    other_procedure: Procedure = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, name: str, on: date, *, by: str = "caseworker", hour: int = 10, **inputs: Any):
        """Take one step of the case on a day, with what the step usually needs unless given otherwise."""
        given = self.usual(name, on) | inputs
        return apply_transition(
            self.procedure, name, actor=self.people[by], on=on, at=given.pop("at", at(on, hour)), **given
        )

    def usual(self, name: str, on: date) -> dict[str, Any]:
        """What a step usually needs, as arguments of apply_transition."""
        return _usual(name, self, on)

    @staticmethod
    def usual_facts(name: str) -> dict[str, bool]:
        """The ticks of a step, all set; health advice is rarely there, and its refusal is."""
        facts = dict.fromkeys(TICKS.get(name, {}), True)
        return facts | {"no_medical_consent": True} if name == "complete_preparation" else facts

    def file(self, kind: str, on: date, *, by: str = "lawyer", hour: int = 15, **inputs: Any):
        """File a document as the lawyer on a day."""
        return filings.file_submission(
            self.procedure,
            kind,
            content=inputs.pop("content", None) or letter_file(kind),
            actor=self.people[by],
            at=inputs.pop("at", at(on, hour)),
            **inputs,
        )


def _usual(name: str, cast: Cast, on: date) -> dict[str, Any]:
    usual: dict[str, Any] = {"facts": cast.usual_facts(name)}
    if name in DOCUMENT_OF_STEP and name != "complete_preparation":
        usual["document"] = letter_file(name)
    if name in REASON_REQUIRED:
        usual["reason"] = "as the file shows"
    match name:
        case "begin_preparation":
            usual["schedule"] = "AA6"
        case "plan_extended_interview":
            usual["appointment"] = Meeting(at(on + timedelta(days=7), 9), "IND Zwolle", "Tigrinya")
        case "complete_preparation":
            usual["day_one_on"] = on
        case "grant":
            usual["outcome"] = "GRANT_A"
        case "refuse":
            usual["outcome"] = "UNFOUNDED"
        case "extend_general_procedure":
            usual["ground"] = "c"
        case "extend_decision_period":
            usual["ground"] = "42(4)(a)"
            usual["letter"] = Letter(on + timedelta(days=300), "complex")
        case "extend_response_term":
            usual["letter"] = Letter(on + timedelta(days=60), "lawyer ill")
        case "assign_lawyer" | "change_lawyer":
            usual["lawyer"] = cast.people["other_lawyer"]
    return usual


def make_cast(*, on: date = date(2026, 3, 17)) -> Cast:
    """The cast on the day before anything happens: the wish is expressed on `on`."""
    load_law()
    cast = Cast()
    ind, law, other_law, vwn, nidos, coa = (
        Organisation.objects.create(code=code, kind=kind, name=name)
        for code, kind, name in (
            ("ind", "ind", "IND"),
            ("law-1", "law_firm", "Advocaten aan de Singel"),
            ("law-2", "law_firm", "Kantoor De Brug"),
            ("vwn", "vwn", "VluchtelingenWerk"),
            ("nidos", "nidos", "Nidos"),
            ("coa", "coa", "COA"),
        )
    )
    team, other_team = (Team.objects.create(organisation=ind, name=name) for name in ("Team 1", "Team 2"))
    roles: list[tuple[str, str, dict[str, Any]]] = [
        ("lawyer", Role.LAWYER, {"organisation": law}),
        ("other_lawyer", Role.LAWYER, {"organisation": other_law}),
        ("caseworker", Role.CASEWORKER, {"organisation": ind, "team": team}),
        ("other_caseworker", Role.CASEWORKER, {"organisation": ind, "team": team}),
        ("planner", Role.PLANNER, {"organisation": ind, "team": team}),
        ("other_planner", Role.PLANNER, {"organisation": ind, "team": other_team}),
        ("supervisor", Role.SUPERVISOR, {"organisation": ind, "team": team}),
        ("other_supervisor", Role.SUPERVISOR, {"organisation": ind, "team": other_team}),
        ("counsellor", Role.COUNSELLOR, {"organisation": vwn}),
        ("other_counsellor", Role.COUNSELLOR, {"organisation": vwn}),
        ("guardian", Role.GUARDIAN, {"organisation": nidos}),
        ("other_guardian", Role.GUARDIAN, {"organisation": nidos}),
        ("reception", Role.RECEPTION, {"organisation": coa}),
        ("auditor", Role.AUDITOR, {"organisation": ind}),
        ("administrator", Role.ADMINISTRATOR, {}),
    ]
    for name, role, more in roles:
        cast.people[name] = User.objects.create_user(
            username=f"{name}@portal.example",
            password=PASSWORD,
            role=role,
            email=f"{name}@portal.example",
            display_name=name.replace("_", " ").title(),
            language="nl",
            **more,
        )
    cast.case = _case(cast, "applicant", "V1000001", "Selam Tesfay", "ti", team, on)
    cast.other_case = _case(cast, "other_applicant", "V1000002", "Omar Haddad", "ar", other_team, on)
    PersonName.objects.create(applicant=cast.case.applicant, script="Ethi", name="ሰላም ተስፋይ")
    moment = at(on, 9)
    for case, worker, lawyer in (
        (cast.case, "caseworker", "lawyer"),
        (cast.other_case, "other_caseworker", "other_lawyer"),
    ):
        case_actions.assign(
            case,
            worker=cast.people[worker],
            duty=Assignment.Duty.DECISION,
            starts_on=on,
            actor=cast.people["supervisor"],
            at=moment,
        )
        case_actions.give_mandate(
            case, lawyer=cast.people[lawyer], starts_on=on, actor=cast.people["planner"], at=moment
        )
    cast.procedure = express_wish(
        cast.case, actor=cast.people["caseworker"], on=on, at=moment, place="Ter Apel"
    )
    cast.other_procedure = express_wish(
        cast.other_case, actor=cast.people["other_caseworker"], on=on, at=moment, place="Ter Apel"
    )
    return cast


def _case(cast: Cast, key: str, v_number: str, name: str, language: str, team: Team, on: date) -> Case:
    user = User.objects.create_user(
        username=v_number,
        password=PASSWORD,
        role=Role.APPLICANT,
        display_name=name,
        language=language,
        email=f"{v_number.lower()}@portal.example",
    )
    cast.people[key] = user
    applicant = Applicant.objects.create(
        v_number=v_number,
        user=user,
        name=name,
        birth_year=1994,
        birth_month=5,
        nationality="ERI" if language == "ti" else "SYR",
        reading_language=language,
        interpreter_language="Tigrinya" if language == "ti" else "Arabic",
    )
    return case_actions.open_case(applicant, actor=cast.people["caseworker"], on=on, at=at(on, 9), team=team)


# The main road of worked example 1: (step, day, who).
MAIN_ROAD: list[tuple[str, date]] = [
    ("start_registration", date(2026, 3, 17)),
    ("lodge_application", date(2026, 3, 17)),
    ("start_application_interview", date(2026, 3, 19)),
    ("finish_application_interview", date(2026, 3, 19)),
    ("begin_preparation", date(2026, 3, 19)),
    ("complete_preparation", date(2026, 4, 1)),
    ("start_general_procedure", date(2026, 4, 1)),
    ("close_interview", date(2026, 4, 1)),
    ("file corrections", date(2026, 4, 2)),
    ("close_corrections", date(2026, 4, 2)),
    ("issue_intended_decision", date(2026, 4, 3)),
    ("file response", date(2026, 4, 7)),
    ("close_response", date(2026, 4, 7)),
    ("refuse", date(2026, 4, 9)),
]


def take_road(cast: Cast, road: list[tuple[str, date]]) -> None:
    """Take these steps and file these documents, each on its day."""
    for name, on in road:
        if name.startswith("file "):
            cast.file(name.removeprefix("file "), on)
        else:
            cast.take(name, on)


def walk(cast: Cast, *, until: str) -> Cast:
    """Walk the main road up to and with this step."""
    names = [name for name, _on in MAIN_ROAD]
    take_road(cast, MAIN_ROAD[: names.index(until) + 1])
    return cast
