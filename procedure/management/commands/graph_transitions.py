"""Draws a state machine, without any tool beside Python; takes the place of the command of django-fsm."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models
from django.utils import translation

from procedure.access import ACTORS
from procedure.drawing import Machine, as_dot, as_mermaid, machine_of
from procedure.machines import MACHINE_LABELS, SMALL_MACHINES, title_of
from procedure.models import Procedure
from procedure.rules import PACKAGES, load_package
from procedure.states import OPEN, Track

_INTRODUCTION = """\
# The procedure, drawn

Written by `manage.py graph_transitions procedure.Procedure --output docs/procedure.md` from the machines
themselves (`procedure/models/roads/` and the small machines beside them); a test compares the two. What must
be true before a step stands with it in the code, what it sets in motion and until when in the rule packages
(`procedure/packages/`). Drawn is what package nl-2021 has; the draft for June 2026 has other steps.

One drawing a track, then the small machines. Steps that are possible on every road (withdrawing, stopping,
closing, lawyers, pauses, letters) stand in the table alone.
"""
# The package whose steps are drawn.
_PACKAGE = "nl-2021"


class Command(BaseCommand):
    help = "Draw a state machine: as DOT to the screen, or into a .dot, .mmd (Mermaid) or .md file."
    # The drawing needs the declarations alone, no database and no pages.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "model", nargs="?", default="procedure.Procedure", help="app.Model (procedure.Procedure)"
        )
        parser.add_argument("-o", "--output", type=Path, help="the file to write; its ending says how")
        parser.add_argument("--check", type=Path, help="compare with this file; exit code 1 when it differs")

    def handle(self, *args: Any, **options: Any) -> None:
        model = _model(options["model"])
        path: Path | None = options["check"] or options["output"]
        with translation.override("en"):
            try:
                machine = machine_of(model)
            except LookupError as problem:
                raise CommandError(str(problem)) from None
            drawn = _drawn(machine, model, path.suffix if path else ".dot")
        if path is None:
            self.stdout.write(drawn, ending="")
        elif options["output"] and not options["check"]:
            path.write_text(drawn, encoding="utf-8")
            self.stdout.write(f"Written: {path}")
        elif not path.exists() or path.read_text(encoding="utf-8") != drawn:
            raise CommandError(
                f"{path} is not the machine any more. Draw it anew: "
                f"manage.py graph_transitions {options['model']} --output {path}"
            )


def _model(label: str) -> type[models.Model]:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        raise CommandError(f"There is no model {label!r}; write app.Model, as procedure.Procedure.") from None


def _drawn(machine: Machine, model: type[models.Model], ending: str) -> str:
    match ending:
        case ".dot" | ".gv":
            return as_dot(machine)
        case ".mmd":
            return as_mermaid(machine)
        case ".md" if model is Procedure:
            return _all_machines()
        case ".md":
            return "\n".join([f"# {machine.title}\n", *_fenced(as_mermaid(machine)), *_table(machine)])
        case _:
            raise CommandError(f"Cannot draw a {ending or 'file without an ending'}: use .dot, .mmd or .md.")


def _all_machines() -> str:
    """Every track of the procedure, the table of all its steps, and each small machine."""
    graph = load_package(PACKAGES / f"{_PACKAGE}.toml").graph
    lines = [_INTRODUCTION]
    for track in Track:
        if track in graph.tracks:
            machine = machine_of(Procedure, track=track, steps=graph.steps)
            lines += [f"## {track.label}", "", *_fenced(as_mermaid(machine, begins=False))]
    lines += ["## All steps of the procedure", "", *_table(machine_of(Procedure, steps=graph.steps))]
    for name, model in SMALL_MACHINES.items():
        machine = machine_of(model)
        lines += [f"## {MACHINE_LABELS[name]}", "", *_fenced(as_mermaid(machine)), *_table(machine)]
    return "\n".join(lines)


def _fenced(mermaid: str) -> list[str]:
    return ["```mermaid", mermaid + "```", ""]


def _table(machine: Machine) -> list[str]:
    lines = ["| Step | What | Who | From | To |", "|---|---|---|---|---|"]
    steps = machine.steps()
    # The permissions stand in the order of the procedure.
    for name in [name for name in ACTORS if name in steps] or steps:
        edges = machine.of_step(name)
        targets = list(dict.fromkeys("stays" if edge.stays else edge.target for edge in edges))
        lines.append(
            f"| `{name}` | {title_of(name)} | {', '.join(sorted(ACTORS.get(name, ())))} "
            f"| {_sources(list(dict.fromkeys(edge.source for edge in edges)))} "
            f"| {', '.join(targets) if len(targets) < 8 else 'where it came from'} |"
        )
    return [*lines, ""]


def _sources(sources: list[str]) -> str:
    """The states by name; all of those that wait for a decision as one."""
    rest = [state for state in sources if state not in OPEN]
    if len(sources) - len(rest) == len(OPEN):
        return ", ".join(["any that is not decided yet", *rest])
    return ", ".join(sources)
