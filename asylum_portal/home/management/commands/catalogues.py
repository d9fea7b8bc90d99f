"""manage.py catalogues: the message catalogues of all languages, without the gettext programs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from asylum_portal import languages
from asylum_portal.home import catalogues


class Command(BaseCommand):
    help = "Extract, update, compile or check the message catalogues in locale/."
    # Compiling comes before anything else of the portal can start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "job",
            choices=["extract", "update", "compile", "check"],
            help="extract: print all texts; update: bring the catalogues in step with them; "
            "compile: make them readable for Django; check: say what is missing or wrong",
        )
        parser.add_argument(
            "--language", choices=list(languages.ALL), metavar="CODE", help="this language instead of all"
        )

    def handle(self, *, job: str, language: str | None, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        try:
            getattr(self, f"_{job}")(root, language)
        except catalogues.CatalogueMistake as mistake:
            raise CommandError(str(mistake)) from mistake

    def _extract(self, root: Path, language: str | None) -> None:
        self.stdout.write(catalogues.template(root), ending="")

    def _update(self, root: Path, language: str | None) -> None:
        for code in [language] if language else self._translated():
            new, gone = catalogues.update(root, code)
            self.stdout.write(f"{code}: {new} new, {gone} gone")

    def _compile(self, root: Path, language: str | None) -> None:
        for code in [language] if language else catalogues.to_compile(root):
            catalogues.compile_language(root, code)

    def _check(self, root: Path, language: str | None) -> None:
        texts = catalogues.source_texts(root)
        codes = [language] if language else self._translated()
        problems = [problem for code in codes for problem in catalogues.check(root, code, texts=texts)]
        if problems:
            raise CommandError(
                "\n".join([*problems, f"{len(problems)} problems in the catalogues"]), returncode=1
            )
        self.stdout.write(f"{len(texts)} texts, complete in: {' '.join(codes)}")

    def _translated(self) -> list[str]:
        return [code for code in languages.ACTIVE if code != languages.SOURCE]
