"""`manage.py healthcheck web|worker|beat`: exit code 0 when that part is alive, for containers."""

import http.client
import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from asylum_portal import health


class Command(BaseCommand):
    help = "Ask whether web, worker or beat is alive; exit code 0 or 1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=["web", "worker", "beat"])
        parser.add_argument("--port", type=int, default=8000, help="where web listens on this machine")

    def handle(self, *args: Any, part: str, port: int, **options: Any) -> None:
        if part == "web":
            report = _ask_web(port=port)
            # Web is well when it answers and reaches its database; worker and beat have checks of their own.
            part = "database"
        else:
            report = health.signs_of_life()
        if not report[part]["ok"]:
            raise CommandError(json.dumps(report))
        self.stdout.write(json.dumps(report))


def _ask_web(*, port: int) -> health.Report:
    host = next((name for name in settings.ALLOWED_HOSTS if name != "*"), "localhost").lstrip(".")
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/healthz", headers={"Host": host})
        answer = asked.getresponse()
        if answer.status not in {200, 503}:
            raise CommandError(f"web answers with status {answer.status}")
        return json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CommandError(f"web does not answer: {error}") from error
    finally:
        asked.close()
