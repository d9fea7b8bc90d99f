"""Fill an empty demo with invented people and cases in every state, dated relative to today."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from asylum_portal import clock
from asylum_portal.accounts.actions import issue_activation_code
from asylum_portal.accounts.models import Organisation, Role, Team, User
from asylum_portal.home.samples.cast import (
    CENTRES,
    LAW_FIRMS,
    ORGANISATIONS,
    PARTNERS_OF_STATE,
    STAFF,
    desk_texts,
)
from asylum_portal.home.samples.files import photo
from asylum_portal.home.samples.people import CHILD, COUPLE, COUPLES_CHILD, PEOPLE, Person
from asylum_portal.home.samples.plots import PLOTS
from asylum_portal.home.samples.story import Calendar, Story
from asylum_portal.notices.models import Notice
from cases import actions as case_actions
from cases.models import (
    Applicant,
    Assignment,
    Case,
    Channel,
    Family,
    FamilyMember,
    PersonName,
    SpecialNeed,
)
from procedure import filings
from procedure.models import Procedure, RulePackage
from procedure.states import OPEN, State
from reception import actions as reception_actions
from reception.models import Centre, Posting
from reception.steps import take_step

PASSWORD = "welcome-to-the-demo"
SCRIPTS = {"ar": "Arab", "ti": "Ethi"}


class Command(BaseCommand):
    help = "Load the sample cases of the demo; does nothing where there are cases already."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DEMO_MAIL_DIR is None:
            raise CommandError("sample cases belong in the demo alone")
        if Case.objects.exists():
            self.stdout.write("samples: already loaded")
            return
        self.now = clock.now()
        self.today = clock.today()
        with transaction.atomic():
            self._people_at_work()
            cases = [self._case(number, person) for number, person in enumerate(PEOPLE)]
            self._family(cases)
            self._conversation(cases[0])
            self._give_passwords(without=cases[4].applicant.user)
            # The past has been told in the past: only what is due from today on goes out.
            past = Notice.objects.waiting().filter(created_at__lt=self._morning())
            past.update(sent_at=F("created_at"), language="nl")
        reception_actions.keep_slots(now=self.now)
        accounts = self._accounts(cases)
        path = settings.STATE_DIR / "accounts.json"
        path.write_text(json.dumps(accounts, ensure_ascii=False, indent=1))
        self.stdout.write(f"samples: {len(cases)} cases")

    def _morning(self) -> datetime:
        return timezone.localtime(self.now).replace(hour=0, minute=0, second=0, microsecond=0)

    def _people_at_work(self) -> None:
        self.staff: dict[str, User] = {}
        organisations = {}
        for code, kind, name in (*ORGANISATIONS, *LAW_FIRMS):
            organisations[code], _ = Organisation.objects.get_or_create(
                code=code, defaults={"kind": kind, "name": name}
            )
        self.teams = [
            Team.objects.create(organisation=organisations["ind"], name=name)
            for name in ("Ter Apel 1", "Ter Apel 2")
        ]
        for key, role, name, organisation, team in STAFF:
            self.staff[key] = User.objects.create_user(
                username=f"{key}@portal.example",
                role=role,
                display_name=name,
                email=f"{key}@portal.example",
                phone="+31 00 000 00 00" if role == Role.LAWYER else "",
                language="en" if key.endswith("2") else "nl",
                organisation=organisations.get(organisation),
                team=self.teams[team] if team is not None else None,
            )
        self.centres = []
        for number, (code, name, address) in enumerate(CENTRES):
            centre = Centre.objects.create(code=code, name=name, address=address, **desk_texts())
            self.centres.append(centre)
            Posting.objects.create(
                centre=centre,
                worker=self.staff["desk" if number < 2 else "desk2"],
                starts_on=self.today - timedelta(days=400),
            )

    def _give_passwords(self, *, without: User | None) -> None:
        """One hash for all, since making one takes its time; one person has not used her card yet."""
        people = User.objects.exclude(role=Role.SYSTEM)
        if without is not None:
            people = people.exclude(pk=without.pk)
        people.update(password=make_password(PASSWORD))

    def _case(self, number: int, person: Person) -> Case:
        plot = PLOTS[number % len(PLOTS)]
        opened_on = self.today - timedelta(days=300)
        child = person.name == CHILD
        applicant = self._applicant(number, person, child=child)
        at = timezone.make_aware(datetime.combine(opened_on, datetime.min.time())) + timedelta(hours=9)
        worker = self.staff["caseworker" if number % 4 != 3 else "caseworker2"]
        lawyer = self.staff[("lawyer", "lawyer2", "lawyer", "lawyer3")[number % 4]]
        case = case_actions.open_case(
            applicant,
            actor=worker,
            on=opened_on,
            at=at,
            number=f"{opened_on.year}-{40211 + 17 * number:08}",
            team=self.teams[0 if number % 4 != 3 else 1],
            unaccompanied_minor=child,
            special_needs=[SpecialNeed.CHILD] if child else list(plot.needs),
        )
        case_actions.assign(
            case, worker=worker, duty=Assignment.Duty.DECISION, starts_on=opened_on, actor=worker, at=at
        )
        if plot.lawyer:
            case_actions.give_mandate(case, lawyer=lawyer, starts_on=opened_on, actor=worker, at=at)
        if child:
            case_actions.appoint_guardian(
                case,
                guardian=self.staff["guardian"],
                starts_on=opened_on,
                ends_on=date(self.today.year + 2, 1, 1),
                actor=worker,
                at=at,
            )
        if number % 5 == 0:
            case_actions.give_consent(
                case, counsellor=self.staff["counsellor"], starts_on=opened_on, actor=worker, at=at
            )
        if number % 10 == 0:
            case_actions.assign(
                case,
                worker=self.staff["auditor"],
                duty=Assignment.Duty.AUDIT,
                starts_on=opened_on,
                actor=worker,
                at=at,
            )
        package = RulePackage.objects.in_force(on=self.today).get()
        story = Story(case=case, worker=worker, lawyer=lawyer, now=self.now, schedule=plot.schedule)
        plot.tell(story, Calendar(package.law, self.today))
        for role in PARTNERS_OF_STATE.get(State(story.procedure.state), ()):
            case_actions.involve(case, role=role, starts_on=self.today, actor=worker, at=self.now)
        self._live_somewhere(number, story.procedure)
        return case

    def _applicant(self, number: int, person: Person, *, child: bool) -> Applicant:
        v_number = f"{2_851_000_017 + 7919 * number}"
        year, month, day = (self.today.year - 16, 5, 2) if child else person.birth
        user = User.objects.create_user(
            username=v_number,
            role=Role.APPLICANT,
            display_name=person.name,
            language=person.language,
            email=f"v{v_number}@portal.example" if number % 3 != 2 else "",
        )
        applicant = Applicant.objects.create(
            v_number=v_number,
            user=user,
            name=person.name,
            birth_year=year,
            birth_month=month,
            birth_day=day,
            nationality=person.nationality,
            stateless=not person.nationality,
            reading_language=person.language,
            interpreter_language=person.interpreter,
        )
        if person.own_name != person.name:
            PersonName.objects.create(applicant=applicant, script=person.script, name=person.own_name)
        return applicant

    def _live_somewhere(self, number: int, procedure: Procedure) -> None:
        if procedure.border or procedure.state not in {*OPEN, State.GRANTED}:
            return
        # Most have just moved in; a few have been there for some days and have missed a report.
        days = 6 if number % 9 == 0 and not procedure.transitions.filter(machine="reception").exists() else 0
        arrived_on = max(procedure.wish_expressed_on, self.today - timedelta(days=days))
        moment = min(self.now, timezone.make_aware(datetime.combine(arrived_on, datetime.min.time())))
        place = number % len(self.centres)
        desk = self.staff["desk" if place < 2 else "desk2"]
        by: dict[str, Any] = {"actor": desk, "on": arrived_on, "at": moment}
        take_step(procedure, "refer_to_reception", centre=self.centres[place], moment=moment, **by)
        take_step(procedure, "arrive_at_centre", weekday=number % 5 + 1, moment=moment, **by)
        if procedure.state == State.GRANTED:
            municipality = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).first()
            take_step(procedure, "wait_for_home", municipality=municipality, **by)

    def _family(self, cases: list[Case]) -> None:
        family = Family.objects.create()
        couple = [case for case in cases if case.applicant.name in COUPLE]
        child = self._applicant(len(PEOPLE), COUPLES_CHILD, child=False)
        for case in couple:
            FamilyMember.objects.create(
                family=family, applicant=case.applicant, relation=FamilyMember.Relation.PARENT
            )
        FamilyMember.objects.create(family=family, applicant=child, relation=FamilyMember.Relation.CHILD)
        couple[0].children.add(child)

    def _conversation(self, case: Case) -> None:
        """A few messages and a photo in the first case, so that its pages are not empty."""
        applicant = case.applicant.user
        assert applicant is not None
        procedure = case.procedures.latest("wish_expressed_on")
        filings.file_submission(procedure, "evidence", content=photo(), actor=applicant, at=self.now)
        for actor, channel, body in (
            (applicant, Channel.SERVICE, "ሰላም፡ ኣብ ዕለት ቆጸራይ ኣስተርጓሚ ክህሉ ድዩ?"),
            (self.staff["caseworker"], Channel.SERVICE, "Ja, de tolk Tigrinya is besteld."),
            (self.staff["lawyer"], Channel.LAWYER, "Neem uw papieren mee naar ons gesprek."),
        ):
            case_actions.send_message(case, channel=channel, body=body, actor=actor, at=self.now)

    def _accounts(self, cases: list[Case]) -> list[dict[str, str]]:
        accounts = []
        for user in self.staff.values():
            accounts.append(self._account(user))
        for case in cases:
            user = User.objects.get(applicant=case.applicant)
            state = case.procedures.latest("wish_expressed_on").state
            account = self._account(user) | {"case": case.number, "state": state}
            if not user.has_usable_password():
                account |= {
                    "password": "",
                    "card_code": issue_activation_code(user, by=None, now=self.now),
                }
            accounts.append(account)
        return accounts

    def _account(self, user: User) -> dict[str, str]:
        return {
            "role": user.role,
            "username": user.username,
            "password": PASSWORD,
            "language": user.language,
            "case": "",
        }
