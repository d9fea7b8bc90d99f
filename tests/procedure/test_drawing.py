"""The machine draws itself, and the drawing that is kept is the machine's."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.utils import translation

from procedure.access import ACTORS
from procedure.drawing import as_dot, as_mermaid, machine_of
from procedure.machines import steps_of
from procedure.models import Procedure
from procedure.rules import PACKAGES, load_package
from procedure.states import State
from reception.models import ReportingSlot

KEPT = Path(settings.BASE_DIR, "docs", "procedure.md")


def draw(*arguments: str) -> str:
    out = StringIO()
    call_command("graph_transitions", *arguments, stdout=out)
    return out.getvalue()


def test_the_kept_drawing_is_the_machine_of_today() -> None:
    draw("--check", str(KEPT))


def test_a_drawing_that_is_not_the_machine_any_more_is_told(tmp_path: Path) -> None:
    old = tmp_path / "old.md"
    old.write_text(KEPT.read_text(encoding="utf-8").replace("refuse`", "reject`"), encoding="utf-8")
    for path in (old, tmp_path / "absent.md"):
        with pytest.raises(CommandError, match="Draw it anew"):
            draw("--check", str(path))


def test_dot_has_every_state_and_every_step_between_them() -> None:
    dot = draw()
    for state in State:
        assert f'  "{state}" [label=' in dot
    machine = machine_of(Procedure)
    for edge in machine.edges:
        line = next(
            line for line in dot.splitlines() if line.startswith(f'  "{edge.source}" -> "{edge.target}" ')
        )
        assert edge.name in line
    assert set(machine.steps()) == set(steps_of(Procedure))
    assert machine.final == {State.CLOSED} and machine.initial == State.WISH_EXPRESSED


def test_drawing_twice_gives_the_same_lines_in_any_language() -> None:
    with translation.override("ar"):
        first = draw()
    assert first == draw()


def test_each_track_is_drawn_with_its_own_steps() -> None:
    general, dublin = (as_mermaid(machine_of(Procedure, track=track)) for track in ("general", "dublin"))
    assert "triage --> rest_and_preparation : begin_preparation" in general
    assert "confirm_withdrawal" not in general and "close_dublin_interview" not in general
    assert general.count("refer_to_extended") == 5
    assert "detailed_interview --> claim : close_dublin_interview" in dublin
    assert "refused --> closed : confirm_transfer" in dublin and "close_interview" not in dublin


def test_the_page_has_a_row_for_each_step_with_those_who_take_it() -> None:
    lines = KEPT.read_text(encoding="utf-8").splitlines()
    drawn = load_package(PACKAGES / "nl-2021.toml").graph.steps
    for name, roles in ACTORS.items():
        rows = [line for line in lines if line.startswith(f"| `{name}` |")]
        if name in drawn:
            assert len(rows) == 1 and ", ".join(sorted(roles)) in rows[0]
        else:
            assert rows == []


def test_other_machines_are_drawn_too(tmp_path: Path) -> None:
    path = tmp_path / "slot.mmd"
    draw("reception.ReportingSlot", "-o", str(path))
    with translation.override("en"):
        assert path.read_text(encoding="utf-8") == as_mermaid(machine_of(ReportingSlot))
    assert "planned --> missed : miss" in path.read_text(encoding="utf-8")
    assert as_dot(machine_of(ReportingSlot)).startswith('digraph "ReportingSlot.state"')


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("procedure.Nothing",), "There is no model"),
        (("nothing",), "There is no model"),
        (("cases.Case",), "has no state machine"),
        (("-o", "drawing.png"), r"use .dot, .mmd or .md"),
    ],
)
def test_what_cannot_be_drawn_gets_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        draw(*arguments)


def test_our_command_goes_before_the_one_that_needs_graphviz() -> None:
    assert get_commands()["graph_transitions"] == "procedure"
