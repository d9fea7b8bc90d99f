"""Draws a state machine, without any tool beside Python; takes the place of the command of django-fsm."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models
from django.utils import translation

from procedure.access import ACTORS
from procedure.drawing import Machine, as_dot, as_mermaid, machine_of
from procedure.machines import title_of
from procedure.models import Procedure
from procedure.states import OPEN

_INTRODUCTION = """\
# The procedure, drawn

Written by `manage.py graph_transitions procedure.Procedure --output docs/procedure.md` from the machine
itself (`procedure/models/procedure.py`); a test compares the two. What must be true before a step stands with
it in the code, what it sets in motion and until when in the rule packages (`procedure/packages/`).
"""


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
    is_procedure = model is Procedure
    group = [str(state) for state in OPEN] if is_procedure else []
    match ending:
        case ".dot" | ".gv":
            return as_dot(machine)
        case ".mmd":
            return as_mermaid(machine, group=group, group_label="Not decided yet")
        case ".md":
            mermaid = as_mermaid(machine, group=group, group_label="Not decided yet")
            head = _INTRODUCTION if is_procedure else f"# {machine.title}\n"
            return "\n".join([head, "```mermaid", mermaid + "```", "", *_table(machine, is_procedure)])
        case _:
            raise CommandError(f"Cannot draw a {ending or 'file without an ending'}: use .dot, .mmd or .md.")


def _table(machine: Machine, is_procedure: bool) -> list[str]:
    who = "Who | " if is_procedure else ""
    lines = [f"| Step | What | {who}From | To |", f"|---|---|{'---|' if is_procedure else ''}---|---|"]
    # The permissions stand in the order of the procedure.
    for name in ACTORS if is_procedure else machine.steps():
        edges = machine.of_step(name)
        title = str(title_of(name)) if is_procedure else name.replace("_", " ")
        actors = f"{', '.join(sorted(ACTORS[name]))} | " if is_procedure else ""
        targets = ["stays" if edge.stays else edge.target for edge in edges]
        lines.append(
            f"| `{name}` | {title} | {actors}{_sources([edge.source for edge in edges])} "
            f"| {', '.join(dict.fromkeys(targets))} |"
        )
    return [*lines, ""]


def _sources(sources: list[str]) -> str:
    """The states by name; all of those that wait for a decision as one."""
    rest = [state for state in sources if state not in OPEN]
    if len(sources) - len(rest) == len(OPEN):
        return ", ".join(["any that is not decided yet", *rest])
    return ", ".join(sources)
