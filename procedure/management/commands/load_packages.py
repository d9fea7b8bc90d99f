"""Load the rule packages that the portal brings along; changed content under a published name is an error."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from asylum_portal import clock
from procedure import rules
from procedure.models import RulePackage


class Command(BaseCommand):
    help = "Load rule packages (TOML) into the database; published ones never change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path, help="package files; without any, those of the portal"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        paths = options["paths"] or [rules.PACKAGES / f"{name}.toml" for name in rules.package_names()]
        for path in paths:
            try:
                self._load(path)
            except rules.PackageMistake as mistake:
                raise CommandError(str(mistake), returncode=2) from None

    def _load(self, path: Path) -> None:
        package = rules.load_package(path)
        loaded = RulePackage.objects.filter(pk=package.name).first()
        if loaded is not None and loaded.sha256 == package.sha256:
            self.stdout.write(f"{package.name}: already loaded")
            return
        if loaded is not None and loaded.status == "published":
            raise CommandError(
                f"{path.name}: package.name: {package.name!r} is published with other content; "
                "give the changed rules a name and a valid_from of their own",
                returncode=2,
            )
        RulePackage.objects.update_or_create(
            name=package.name,
            defaults={
                "title": package.title,
                "valid_from": package.valid_from,
                "status": package.status,
                "text": path.read_text(encoding="utf-8"),
                "sha256": package.sha256,
                "loaded_at": clock.now(),
            },
        )
        self.stdout.write(f"{package.name}: loaded")
