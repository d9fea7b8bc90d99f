"""Plays a whole case through its days in seconds and prints who saw what and when; nothing is kept."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from asylum_portal import languages
from asylum_portal.home.plays import stage
from asylum_portal.home.plays.player import EarlierWentWrong, Player
from asylum_portal.home.plays.scenario import Scenario, ScenarioMistake, read
from asylum_portal.home.plays.telling import Teller
from asylum_portal.processes import ProcessFailed
from procedure.management.law_command import BAD_INPUT, PlainCommand

DIFFERENT, NO_DATABASE = 1, 3


class Command(PlainCommand):
    help = "Play a case through its days: play tests/scenarios/example-1-six-days-over-easter.toml"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the scenario, a TOML file (tests/scenarios/README.md)")
        parser.add_argument(
            "--language",
            choices=languages.ACTIVE,
            default="ti",
            help="what the applicant reads the portal in; ti unless given",
        )
        parser.add_argument("--quiet", action="store_true", help="print differences only, and the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        say = (lambda line: None) if options["quiet"] else self.stdout.write
        try:
            scenario = read(options["path"])
            with stage.database(say=say), stage.rolled_back():
                self._play(scenario, language=options["language"], say=say)
        except ScenarioMistake as mistake:
            raise CommandError(str(mistake), returncode=BAD_INPUT) from None
        except EarlierWentWrong as wrong:
            raise CommandError(str(wrong), returncode=DIFFERENT) from None
        except ProcessFailed as error:
            raise CommandError(str(error), returncode=NO_DATABASE) from None
        except (OperationalError, ProgrammingError) as error:
            what = "does not answer" if isinstance(error, OperationalError) else "lacks tables: migrate it"
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"The database {what}. ({reason})", returncode=NO_DATABASE) from error

    def _play(self, scenario: Scenario, *, language: str, say: Any) -> None:
        player = Player(scenario, language=language, prefix="play-")
        teller = Teller(scenario, say=say)
        teller.begin()
        for seen in player.play():
            teller.tell(seen, player.cast)
            if seen.differences:
                lines = [f"{scenario.file}, {seen.step.place}: {text}" for text in seen.differences]
                raise CommandError("\n".join(lines), returncode=DIFFERENT)
        count = scenario.steps[-1].number
        self.stdout.write(f"{scenario.file}: {count} steps, all as the file says. Nothing of it was kept.")
