"""Load the texts that staff may edit later, of stages and organisations: locale/<language>/content.toml."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from asylum_portal import languages
from asylum_portal.accounts.models import Organisation
from procedure.models import StageText
from procedure.states import VARIANTS, Phase

STAGE_FIELDS = ("happens", "to_do", "helps")
ORGANISATION_FIELDS = ("description", "opening_hours")


class Command(BaseCommand):
    help = "Load stage explanations and organisations; what staff have edited since stays as it is."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for code in languages.MODELTRANSLATION_LANGUAGES:
            path = Path(settings.BASE_DIR) / "locale" / code / "content.toml"
            if path.exists():
                self._load(code, path)
        self.stdout.write("content: loaded")

    def _load(self, language: str, path: Path) -> None:
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise CommandError(f"{language}/content.toml: {error}", returncode=2) from None
        for key, texts in content.get("stages", {}).items():
            phase, _, variant = key.partition("-")
            if phase not in Phase.values or variant not in VARIANTS[Phase(phase)]:
                raise CommandError(
                    f"{language}/content.toml: stages.{key}: there is no such stage", returncode=2
                )
            stage, _ = StageText.objects.get_or_create(phase=phase, variant=variant)
            self._fill(stage, STAGE_FIELDS, language, texts)
            stage.trust.setdefault(language, content.get("trust", StageText.Trust.UNCHECKED))
            stage.save()
        for code, texts in content.get("organisations", {}).items():
            organisation = Organisation.objects.filter(code=code).first()
            if organisation is None:
                organisation = Organisation(code=code, is_directory=True)
            for field in ("name", "kind", "phone", "website"):
                if field in texts and not organisation.pk:
                    setattr(organisation, field, texts[field])
            if not organisation.name:
                raise CommandError(
                    f"{language}/content.toml: organisations.{code}: name is missing", returncode=2
                )
            self._fill(organisation, ORGANISATION_FIELDS, language, texts)
            organisation.save()

    def _fill(self, row: Any, fields: tuple[str, ...], language: str, texts: dict[str, str]) -> None:
        for field in fields:
            column = f"{field}_{language}"
            if texts.get(field) and not getattr(row, column):
                setattr(row, column, texts[field].strip())
