"""The cast of a play: an applicant, her lawyer, her caseworker and the others, and their strangers.

`Cast.case` is theirs; everybody whose name begins with `other_` has a case or a role of the same kind and no
relation with it. `Cast.take` walks the case through the procedure as its people would, on the dates given.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf

from asylum_portal.accounts.models import Organisation, Role, Team, User
from asylum_portal.home.plays import usual
from cases import actions as case_actions
from cases.file_types import ProvenFile, prove
from cases.models import Applicant, Assignment, Case, PersonName
from procedure import filings
from procedure.actions import apply_transition, express_wish
from procedure.models import Procedure, RulePackage
from procedure.rules import PACKAGES, load_package

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_A4 = (595, 842)

# code and kind, name
_ORGANISATIONS = [
    ("ind", "ind", "IND"),
    ("law-1", "law_firm", "Advocaten aan de Singel"),
    ("law-2", "law_firm", "Kantoor De Brug"),
    ("vwn", "vwn", "VluchtelingenWerk"),
    ("nidos", "nidos", "Nidos"),
    ("coa", "coa", "COA"),
    ("kmar", "kmar", "Koninklijke Marechaussee"),
    ("police", "police", "Politie (AVIM)"),
    ("dtv", "dtv", "Dienst Terugkeer en Vertrek"),
    ("court", "court", "Rechtbank"),
    ("rvr", "rvr", "Raad voor Rechtsbijstand"),
    ("iom", "iom", "IOM"),
    ("municipality", "municipality", "Gemeente"),
]
# name, role, organisation, team
_PEOPLE: list[tuple[str, Role, str, int | None]] = [
    ("lawyer", Role.LAWYER, "law-1", None),
    ("other_lawyer", Role.LAWYER, "law-2", None),
    ("caseworker", Role.CASEWORKER, "ind", 0),
    ("other_caseworker", Role.CASEWORKER, "ind", 0),
    ("planner", Role.PLANNER, "ind", 0),
    ("other_planner", Role.PLANNER, "ind", 1),
    ("supervisor", Role.SUPERVISOR, "ind", 0),
    ("other_supervisor", Role.SUPERVISOR, "ind", 1),
    ("counsellor", Role.COUNSELLOR, "vwn", None),
    ("other_counsellor", Role.COUNSELLOR, "vwn", None),
    ("guardian", Role.GUARDIAN, "nidos", None),
    ("other_guardian", Role.GUARDIAN, "nidos", None),
    ("reception", Role.RECEPTION, "coa", None),
    ("border_police", Role.BORDER_POLICE, "kmar", None),
    ("police", Role.POLICE, "police", None),
    ("return_officer", Role.RETURN_OFFICER, "dtv", None),
    ("court", Role.COURT, "court", None),
    ("desk", Role.DESK, "ind", None),
    ("legal_aid", Role.LEGAL_AID, "rvr", None),
    ("migration_adviser", Role.MIGRATION_ADVISER, "iom", None),
    ("municipality", Role.MUNICIPALITY, "municipality", None),
    ("auditor", Role.AUDITOR, "ind", None),
    ("administrator", Role.ADMINISTRATOR, "", None),
]
NAMES = frozenset({name for name, _role, _organisation, _team in _PEOPLE} | {"applicant", "other_applicant"})


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of a day in Amsterdam."""
    return datetime.combine(day, time(hour, minute), tzinfo=AMSTERDAM)


@lru_cache
def letter(title: str) -> ProvenFile:
    """A page with nothing on it but its title in the file's own notes: a real PDF, proven like any upload."""
    target = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=_A4)
        pdf.docinfo["/Title"] = title
        pdf.save(target)
    return prove(BytesIO(target.getvalue()), claimed_name=f"{title}.pdf", limit=10**6)


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
    letter: Callable[[str], ProvenFile] = letter

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, name: str, on: date, *, by: str | None = None, hour: int = 10, **inputs: Any):
        """Take one step of the case on a day, with what the step usually needs unless given otherwise."""
        given = self.usual(name, on) | inputs
        return apply_transition(
            self.procedure,
            name,
            actor=self.people[by or usual.actor(name)],
            on=on,
            at=given.pop("at", at(on, hour)),
            **given,
        )

    def usual(self, name: str, on: date) -> dict[str, Any]:
        """What a step usually needs, as arguments of apply_transition."""
        return usual.inputs(name, on=on, letter=self.letter, people=self.people)

    @staticmethod
    def usual_facts(name: str) -> dict[str, Any]:
        """The facts that a step usually records, all ticks set."""
        return usual.facts(name)

    def file(self, kind: str, on: date, *, by: str = "lawyer", hour: int = 15, **inputs: Any):
        """File a document as the lawyer on a day."""
        return filings.file_submission(
            self.procedure,
            kind,
            content=inputs.pop("content", None) or self.letter(kind),
            actor=self.people[by],
            at=inputs.pop("at", at(on, hour)),
            **inputs,
        )

    def name_of(self, person: User) -> str:
        """What a play calls somebody: the name in the cast, or else the name on the account."""
        known = {member.pk: name for name, member in self.people.items()}
        return known.get(person.pk) or person.username


def make_cast(
    *,
    on: date = date(2026, 3, 17),
    package: str = "nl-2021",
    language: str = "ti",
    password: str | None = None,
    prefix: str = "",
    wish: bool = True,
) -> Cast:
    """The cast on the day before anything happens: the wish is expressed on `on`, unless it is told later.

    With a `prefix` the names stay apart from those of people who are there already.
    """
    load_law(package)
    cast = Cast()
    organisations = {
        code: Organisation(code=prefix + code, kind=kind, name=name) for code, kind, name in _ORGANISATIONS
    }
    Organisation.objects.bulk_create(organisations.values())
    teams = [
        Team.objects.create(organisation=organisations["ind"], name=name) for name in ("Team 1", "Team 2")
    ]
    for name, role, organisation, team in _PEOPLE:
        cast.people[name] = User(
            username=f"{prefix}{name}@portal.example",
            role=role,
            email=f"{prefix}{name}@portal.example",
            display_name=name.replace("_", " ").title(),
            language="nl",
            organisation=organisations.get(organisation),
            team=teams[team] if team is not None else None,
        )
        cast.people[name].set_password(password)
    User.objects.bulk_create(cast.people.values())
    numbers = [f"{prefix[:4]}V100000{last}".upper() for last in (1, 2)]
    cast.people["applicant"], cast.case = _case(
        cast, numbers[0], "Selam Tesfay", language, teams[0], on, password
    )
    cast.people["other_applicant"], cast.other_case = _case(
        cast, numbers[1], "Omar Haddad", "ar", teams[1], on, password
    )
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
    if wish:
        cast.procedure = express_wish(
            cast.case, actor=cast.people["caseworker"], on=on, at=moment, place="Ter Apel"
        )
        cast.other_procedure = express_wish(
            cast.other_case, actor=cast.people["other_caseworker"], on=on, at=moment, place="Ter Apel"
        )
    return cast


def _case(
    cast: Cast, v_number: str, name: str, language: str, team: Team, on: date, password: str | None
) -> tuple[User, Case]:
    user = User.objects.create_user(
        username=v_number,
        password=password,
        role=Role.APPLICANT,
        display_name=name,
        language=language,
        email=f"{v_number.lower()}@portal.example",
    )
    arabic = name.startswith("Omar")
    applicant = Applicant.objects.create(
        v_number=v_number,
        user=user,
        name=name,
        birth_year=1994,
        birth_month=5,
        nationality="SYR" if arabic else "ERI",
        reading_language=language,
        interpreter_language="Arabic" if arabic else "Tigrinya",
    )
    case = case_actions.open_case(applicant, actor=cast.people["caseworker"], on=on, at=at(on, 9), team=team)
    return user, case
