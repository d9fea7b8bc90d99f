"""Putting a case under another rule package, and which cases a difference between two packages touches."""

from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from asylum_portal import dates
from cases.audit import record
from procedure import days, deadlines, machines, recompute
from procedure.calendars import CalendarDataMissing, CannotCompute, NotAProcedureDay
from procedure.comparison import Comparison
from procedure.ledger import Because, Cause, enter
from procedure.models import Deadline, Procedure, RulePackage, Transition
from procedure.rules import Mode, Rule, StartFact
from procedure.rules import RulePackage as Law
from procedure.states import OPEN, State, Track
from procedure.terms import LetterDecides

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
    waits = procedure.state == State.DISCONTINUATION
    states = {procedure.state, procedure.held_state if waits else procedure.state}
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
    subjects: list[Any] = list(machines.subjects(procedure))
    errors = errors or [
        _("%(name)s has no step that leads on from here: %(state)s.")
        % {**name, "state": machines.state_label(subject.machine, subject.state)}
        for subject in subjects
        if _leads_on(subject, procedure.package.law) and not _leads_on(subject, law)
    ]
    return errors or _dates_unknown(procedure, law)


def _dates_unknown(procedure: Procedure, law: Law) -> list[str]:
    """Why a last day or the planned days cannot be worked out under this law; empty when they can."""
    try:
        recompute.work_out(procedure, law=law)
        if procedure.schedule in law.schedules:
            days.by_law(procedure, law=law, since=date.min)
    except CalendarDataMissing as missing:
        return [
            _("The calendar of %(name)s has no data for the year %(year)s. Ask an administrator to add it.")
            % {"name": law.name, "year": missing.year}
        ]
    except NotAProcedureDay as no_day:
        return [
            _("Under %(name)s %(day)s is no day of the procedure.")
            % {"name": law.name, "day": dates.long_date(no_day.on)}
        ]
    except (CannotCompute, LookupError):
        return [_("A last day of this case cannot be worked out under %(name)s.") % {"name": law.name}]
    return []


def _leads_on(subject: Any, law: Law) -> bool:
    """Has this law a step of the machine that leads from here to another state?"""
    return any(
        name in law.graph.steps and _leaves(subject, name)
        for name in machines.steps_of(type(subject))
        if name not in _FROM_ANYWHERE
    )


def _leaves(subject: Any, name: str) -> bool:
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
    """Put the case under this package: its running terms end, and open anew from the same starts (model C10).

    What a letter says stays. Where the package has no length and there is no letter, a term keeps the day
    that everybody knows, until the letter's is entered. A term that the package does not have is no longer
    needed; what the package asks in its place, by the same step, opens. Raises CannotCompute.
    """
    before, law = procedure.package.law, package.law
    procedure.package = package
    procedure.save(update_fields=["package"])
    running = list(procedure.deadlines.running().select_related("opened_by").order_by("due_at"))
    for former in running:
        former.procedure = procedure
    kept = [former for former in running if former.rule_code in law.rules]
    gone = [former for former in running if former.rule_code not in law.rules]
    for former in gone:
        deadlines.end(former, transition)
        _note("deadline.end", former, transition)
    # Those that count from the end of another come after it.
    for former in sorted(kept, key=lambda row: len(recompute.bases_of(row.rule_code, law))):
        _anew(former, law.rules[former.rule_code], transition)
    for former in gone:
        _in_its_place(former, law, transition)
    _plan_days(procedure, before, law, on=transition.on)


def _anew(former: Deadline, rule: Rule, transition: Transition) -> None:
    """Open a term under the law that holds now, from the day from which it always counted."""
    procedure = former.procedure
    said = former.derivation
    start: date | datetime = datetime.fromisoformat(said["start"])
    if "T" not in said["start"]:
        start = date.fromisoformat(said["start"])
    if rule.due_of and rule.fact_after(former.opened_by.name) == StartFact.DUE_OF_RULE:
        start = recompute.end_of_rule(procedure, rule.due_of) or start
    ground = recompute.chosen_ground(said) or ""
    options: dict[str, Any] = {
        "ground": ground if ground in rule.grounds else "",
        "circumstances": recompute.held(former.derivation),
        "start": start,
        "letter_due_on": former.letter_due_on,
        "letter_reason": former.letter_reason,
    }
    before = former.shown_on
    try:
        term = deadlines.open_term(procedure, rule, transition, **options)
    except LetterDecides:
        options |= _as_it_stood(former, transition)
        term = deadlines.open_term(procedure, rule, transition, **options)
    if term.letter_due_on is not None and former.letter_due_on is not None:
        term.letter_says_on, term.letter_by = former.letter_says_on, former.letter_by
    for name in ("extended_by", "extension", "extension_ground", "extension_proof"):
        setattr(term, name, getattr(former, name))
    term.save()
    _enter(term, transition, from_on=before)


def _in_its_place(former: Deadline, law: Law, transition: Transition) -> None:
    """Open the binding terms that this law opens with the step of a term which it does not have."""
    if former.soft:
        return
    procedure, step = former.procedure, former.opened_by
    later = set(procedure.transitions.filter(pk__gt=step.pk).values_list("name", flat=True))
    wanted = law.opened_by(
        step.name,
        track=procedure.decided_in_track or procedure.track,
        outcome=procedure.outcome or None,
        schedule=procedure.schedule,
        circumstances=recompute.held(former.derivation),
    )
    for rule in wanted:
        over = later & {*rule.met_by, *rule.cancelled_by}
        if rule.soft or over or procedure.deadlines.running().filter(rule_code=rule.code).exists():
            continue
        options: dict[str, Any] = {
            "circumstances": recompute.held(former.derivation),
            "start": deadlines.start_of(procedure, rule, step.on, name=step.name),
        }
        if rule.mode == Mode.HOURS_OR_LIBERTY:
            options["start"] = datetime.fromisoformat(former.derivation["start"])
        try:
            term = deadlines.open_term(procedure, rule, transition, **options)
        except LetterDecides:
            options |= _as_it_stood(former, transition)
            term = deadlines.open_term(procedure, rule, transition, **options)
        _enter(term, transition, from_on=None)


def _as_it_stood(former: Deadline, transition: Transition) -> dict[str, Any]:
    """The day that everybody knows, in the place of the letter's."""
    return {"letter_due_on": former.effective_due_on, "letter_reason": transition.reason[:300]}


def _enter(term: Deadline, transition: Transition, *, from_on: date | None) -> None:
    # A term that stands still under the new rules has its row already.
    if term.shown_on is not None and term.shown_on != from_on:
        enter(term, Because.of(transition, Cause.PACKAGE), from_on=from_on)
    _note("deadline.open", term, transition)


def _note(action: str, term: Deadline, transition: Transition) -> None:
    record(
        transition.actor,
        action,
        at=transition.at,
        case=term.procedure.case,
        target=term,
        rule=term.rule_code,
        package=term.package_name,
        due_on=term.effective_due_on.isoformat(),
        reason=transition.reason,
    )


def _plan_days(procedure: Procedure, before: Law, law: Law, *, on: date) -> None:
    """The planned days follow the new rules; what these do not know is no longer expected of anybody."""
    code = procedure.schedule
    coming = procedure.days.filter(on__gte=on)
    if code not in law.schedules:
        coming.delete()
    elif coming.exists() and (
        before.schedules.get(code) != law.schedules[code] or days.by_law(procedure, law=law, since=on)
    ):
        days.plan_by_other_rules(procedure)
