"""The house keeps its shape: imports one way, one clock, one place for each kind of code."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("asylum_portal", "cases", "procedure", "reception")
APPS = (
    "asylum_portal/accounts",
    "asylum_portal/notices",
    "asylum_portal/home",
    "cases",
    "procedure",
    "reception",
)
LONGEST = 450
# A name must say what is inside.
NAMELESS = {"utils", "helpers", "services", "managers", "signals", "constants", "common", "misc"}

FILES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts and "__pycache__" not in path.parts
)
# What takes requests and answers them, or runs by the clock. It calls actions; nothing below knows of it.
FRONT = {
    "views",
    "api",
    "admin",
    "tasks",
    "urls",
    "forms",
    "serializers",
    "bodies",
    "templatetags",
    "middleware",
}
# Facts about rows and the names of states: below the actions, and never above them.
BELOW_ACTIONS = (
    "models",
    "states",
    "guards",
    "audit",
    "document_types",
    "vault",
    "calendars",
    "terms",
    "rules",
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it, relative ones spelt out."""
    package = name_of(path).split(".")[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parts(module: str) -> set[str]:
    return set(module.split("."))


def mine(module: str) -> bool:
    return module.split(".")[0] in ROOMS


def test_imports_between_the_rooms_run_one_way() -> None:
    command = "from importlinter.cli import lint_imports_command as run; run()"
    result = subprocess.run(
        [sys.executable, "-c", command, "--no-logo"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_facts_and_actions_know_nothing_of_pages_requests_and_timers() -> None:
    """In an app: views, api, admin and tasks call actions, actions call what is below, and never upwards."""
    wrong = [
        (name_of(path), module)
        for path in FILES
        if not parts(name_of(path)) & (FRONT | {"asylum_portal", "management"})
        for module in imports_of(path)
        if mine(module) and parts(module) & FRONT
    ]
    assert wrong == []


def test_models_states_and_law_do_not_act() -> None:
    wrong = [
        (name_of(path), module)
        for path in FILES
        if parts(name_of(path)) & set(BELOW_ACTIONS) and path.relative_to(ROOT).parts[0] != "asylum_portal"
        for module in imports_of(path)
        if mine(module) and parts(module) & {"actions", "filings", "effects", "reminders", "deadlines"}
    ]
    assert wrong == []


def test_no_app_listens_to_signals_of_django() -> None:
    """What follows from a change stands in its action, to be read from top to bottom."""
    forbidden = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django_fsm.signals")
    found = [
        (name_of(path), module)
        for path in FILES
        for module in imports_of(path)
        if module.startswith(forbidden)
    ]
    assert found == []


def test_one_clock() -> None:
    """Whatever asks the machine for the time would stay behind when the demo's clock is moved."""
    asks = {"timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    found = {
        name_of(path)
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ".".join(ast.unparse(node.func).split(".")[-2:]) in asks
    }
    assert found == {"asylum_portal.clock"}


# Who reads the clock: what takes requests or runs by itself, and permissions, which nobody can hand a day.
READS_THE_CLOCK = FRONT | {"access", "management", "demo_views", "context", "urls"}


def test_below_pages_timers_and_permissions_the_time_is_an_argument() -> None:
    readers = {
        name_of(path)
        for path in FILES
        if any(module.endswith("asylum_portal.clock") for module in imports_of(path))
        and not parts(name_of(path)) & READS_THE_CLOCK
    }
    assert readers == set()


@pytest.mark.parametrize("app", APPS)
def test_pages_and_addresses_write_nothing_themselves(app: str) -> None:
    """A view that saves would go round lock, permission, audit trail and notices."""
    writes = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete"}
    found = []
    for path in FILES:
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(f"{app}/") or not parts(name_of(path)) & {
            "views",
            "api",
            "serializers",
            "forms",
        }:
            continue
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in writes
            ):
                found.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    assert found == []


def test_nobody_assigns_a_state() -> None:
    """A machine's state is changed by its steps; only terms, which are no machine, are settled by name."""
    found = {
        name_of(path)
        for path in FILES
        if not name_of(path).startswith("asylum_portal.")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assign)
        for target in ast.walk(ast.Tuple(node.targets, ast.Store()))
        if isinstance(target, ast.Attribute) and target.attr == "state"
    }
    assert found == {"procedure.deadlines", "procedure.ledger"}


def test_file_names_say_what_is_inside() -> None:
    assert [name_of(path) for path in FILES if path.stem in NAMELESS or path.parent.name in NAMELESS] == []


def test_no_module_is_too_long_to_read() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
