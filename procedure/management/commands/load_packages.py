"""Load rule packages: a draft may be replaced, a published package never changes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from asylum_portal import clock
from procedure import rules
from procedure.machine_checks import check_machine
from procedure.models import RulePackage


class Command(BaseCommand):
    help = "Load rule packages (TOML) into the database; drafts may be replaced, published ones never change."

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
        check_machine(package, path.name)
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
        same_day = RulePackage.objects.filter(valid_from=package.valid_from).exclude(pk=package.name).first()
        if same_day is not None:
            raise CommandError(
                f"{path.name}: package.valid_from: {package.valid_from} is the first day of "
                f"{same_day.name!r} already; two packages cannot begin on one day",
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
        done = "loaded" if loaded is None else "draft replaced"
        if package.status == "draft":
            done += " (a draft: no case is treated under it before it is published)"
        self.stdout.write(f"{package.name}: {done}")
