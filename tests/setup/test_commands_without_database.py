"""Commands that find no database say so in one line."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"DJANGO_SETTINGS_MODULE": "asylum_portal.settings.demo", "PORTAL_STATE_DIR": str(state)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_without_a_database_a_command_ends_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    found = manage("load_packages", state=tmp_path)
    assert found.returncode == 1
    assert found.stderr.startswith("The database does not answer.")
    assert len(found.stderr.splitlines()) == 1 and not found.stdout
