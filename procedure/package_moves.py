"""Putting a case under another rule package, and which cases a difference between two packages touches."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from procedure import days, deadlines, machines, recompute
from procedure.calendars import CannotCompute
from procedure.circumstances import circumstances
from procedure.comparison import Comparison
from procedure.ledger import Because, Cause, enter
from procedure.machines import Subject
from procedure.models import Deadline, Procedure, RulePackage, Transition
from procedure.rules import Rule, StartFact
from procedure.rules import RulePackage as Law
from procedure.states import OPEN, State, Track

# These lead out of every state, so they say nothing about where a case can go on.
_FROM_ANYWHERE = frozenset({"confirm_withdrawal", "intend_to_discontinue", "close", "refer_to_dublin"})


def touched_by(comparison: Comparison, procedures: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Cases of the first package that the second treats otherwise: a running term, the state or the track."""
    terms = Deadline.objects.running().filter(
        procedure=OuterRef("pk"), rule_code__in=comparison.touched_rules
    )
    stands_apart = Q(state__in=comparison.part("states").only_first)
    stands_apart |= Q(track__in=comparison.part("tracks").only_first)
    return (
        procedures.filter(package=comparison.first.name)
        .exclude(state=State.CLOSED)
        .filter(Exists(terms) | Q(state__in=OPEN) & stands_apart)
    )


def check(procedure: Procedure, package: RulePackage, *, on: date) -> list[str]:
    """Why this case cannot be put under this package on this day; empty when it can."""
    name = {"name": package.name}
    if package.status != "published":
        return [_("%(name)s is a draft. A case can only be put under published rules.") % name]
    if package.pk == procedure.package_id:
        return [_("The case is under these rules already.")]
    if package.valid_from > on:
        return [_("%(name)s is not in force on this day yet.") % name]
    law = package.law
    errors = []
    states = {state for state in (procedure.state, procedure.held_state) if state}
    for state in sorted(states - law.graph.states):
        errors.append(
            _("%(name)s does not have the state in which the case is: %(state)s.")
            % {**name, "state": State(state).label}
        )
    if procedure.is_open and procedure.track not in law.graph.tracks:
        errors.append(
            _("%(name)s does not have this procedure: %(track)s.")
            % {**name, "track": Track(procedure.track).label}
        )
    return errors or [
        _("%(name)s has no step that leads on from here: %(state)s.")
        % {**name, "state": machines.state_label(subject.machine, subject.state)}
        for subject in machines.subjects(procedure)
        if _leads_on(subject, procedure.package.law) and not _leads_on(subject, law)
    ]


def _leads_on(subject: Subject, law: Law) -> bool:
    """Has this law a step of the machine that leads from here to another state?"""
    return any(
        name in law.graph.steps and _leaves(subject, name)
        for name in machines.steps_of(type(subject))
        if name not in _FROM_ANYWHERE
    )


def _leaves(subject: Subject, name: str) -> bool:
    method = getattr(type(subject), name)._django_fsm
    if not method.has_transition(subject.state):
        return False
    declared = method.get_transition(subject.state)
    places = declared.custom["places"]
    if places is not None and subject.state not in places.get(Track(subject.procedure.track), ()):
        return False
    return declared.target is not None and declared.target != subject.state


# The step itself


def move(procedure: Procedure, transition: Transition, *, package: RulePackage) -> None:
    """Put the case under this package: its running terms are closed and opened anew (model C10)."""
    procedure.package = package
    procedure.save(update_fields=["package"])
    law = package.law
    running = list(procedure.deadlines.running().select_related("opened_by"))
    known = {deadline.rule_code: law.rules.get(deadline.rule_code) for deadline in running}
    # Those that count from the end of another come after it.
    for former in sorted(running, key=lambda row: bool((rule := known[row.rule_code]) and rule.due_of)):
        former.procedure = procedure
        rule = known[former.rule_code]
        if rule is None:
            deadlines.end(former, at=transition.at)
        else:
            _anew(former, rule, transition)
    if procedure.days.filter(on__gte=transition.on).exists():
        if procedure.schedule in law.schedules:
            days.plan(procedure)
        else:
            procedure.days.filter(on__gte=transition.on).delete()


def _anew(former: Deadline, rule: Rule, transition: Transition) -> None:
    """Open a term under the law that holds now, from the day from which it always counted."""
    procedure = former.procedure
    said = former.derivation
    start: date | datetime = datetime.fromisoformat(said["start"])
    if "T" not in said["start"]:
        start = date.fromisoformat(said["start"])
    if rule.due_of and rule.fact_after(former.opened_by.name) == StartFact.DUE_OF_RULE:
        start = recompute.end_of_rule(procedure, rule.due_of) or start
    ground = said["ground"] or ""
    holding = circumstances(procedure, former.opened_by.name)
    options = {
        "ground": ground if ground in rule.grounds else "",
        "circumstances": holding,
        "start": start,
        "letter_due_on": former.letter_due_on,
        "letter_reason": former.letter_reason,
    }
    before = former.shown_on
    try:
        term = deadlines.open_term(procedure, rule, transition, **options)
    except CannotCompute:
        # This law gives it no length: it keeps the day that everybody knows, as a letter would.
        options |= {"letter_due_on": former.effective_due_on, "letter_reason": transition.reason[:300]}
        term = deadlines.open_term(procedure, rule, transition, **options)
    if term.letter_due_on is not None and former.letter_due_on is not None:
        term.letter_says_on, term.letter_by = former.letter_says_on, former.letter_by
    for name in ("extended_by", "extension", "extension_ground", "extension_proof"):
        setattr(term, name, getattr(former, name))
    term.save()
    if term.shown_on != before:
        enter(term, Because.of(transition, Cause.PACKAGE), from_on=before)
