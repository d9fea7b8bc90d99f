from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases import vault
from cases.models import Document


class Command(BaseCommand):
    """Seal every document anew that is not sealed with the current key."""

    help = (
        "Seal the documents with the first key of DOCUMENT_KEYS. The portal stays up: add the new key behind "
        "the current one and restart every process, so that all can read it; put it first and restart; run "
        "this; when it reports nothing left, take the old key away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only count what is sealed with an older key"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        sealed = 0
        broken: list[str] = []
        for row_id, path in Document.objects.values_list("id", "stored_path").iterator(chunk_size=1000):
            try:
                if dry_run:
                    sealed += vault.key_id_of(path) != vault.current_key_id()
                else:
                    sealed += vault.reseal(path, row_id)
            except vault.VaultError as problem:
                broken.append(f"{row_id}: {problem}")
        verb = "To be sealed anew" if dry_run else "Sealed anew"
        self.stdout.write(f"{verb} with key {vault.current_key_id()}: {sealed}.")
        if broken:
            for line in broken:
                self.stderr.write(line)
            raise CommandError(f"Could not be opened, and left as they are: {len(broken)}.")
