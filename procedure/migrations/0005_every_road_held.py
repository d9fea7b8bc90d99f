"""The database holds every machine: allowed pairs of states, and a row in the history for each change.

A test compares ALLOWED_PAIRS with the machines; a new transition needs a new migration of this kind. The two
functions serve all tables: which pairs and which first states is said by each trigger.
"""

from django.db import migrations

# Machine: table, first states, allowed pairs.
MACHINES = {
    "procedure": (
        "procedure_procedure",
        ["wish_expressed", "repeat_notified"],
        {
            "application_interview": ["discontinuation_intended", "triage", "withdrawn"],
            "application_lodged": [
                "application_interview",
                "discontinuation_intended",
                "rest_and_preparation",
                "withdrawn",
            ],
            "assessment": [
                "decision",
                "detailed_interview",
                "discontinuation_intended",
                "extended_investigation",
                "granted",
                "intended_decision",
                "withdrawn",
            ],
            "claim": ["discontinuation_intended", "intended_decision", "rest_and_preparation", "withdrawn"],
            "corrections": [
                "assessment",
                "detailed_interview",
                "discontinuation_intended",
                "extended_investigation",
                "withdrawn",
            ],
            "decision": [
                "discontinuation_intended",
                "extended_investigation",
                "granted",
                "intended_decision",
                "refused",
                "withdrawn",
            ],
            "detailed_interview": [
                "assessment",
                "claim",
                "corrections",
                "discontinuation_intended",
                "extended_investigation",
                "granted",
                "intended_decision",
                "rest_and_preparation",
                "withdrawn",
            ],
            "discontinuation_intended": [
                "application_interview",
                "application_lodged",
                "assessment",
                "claim",
                "corrections",
                "decision",
                "detailed_interview",
                "extended_investigation",
                "intended_decision",
                "ready",
                "refused",
                "registration",
                "repeat_incomplete",
                "repeat_notified",
                "rest_and_preparation",
                "triage",
                "wish_expressed",
                "withdrawn",
            ],
            "extended_investigation": ["assessment", "corrections", "discontinuation_intended", "withdrawn"],
            "granted": ["closed"],
            "intended_decision": [
                "assessment",
                "decision",
                "discontinuation_intended",
                "extended_investigation",
                "granted",
                "refused",
                "rest_and_preparation",
                "withdrawn",
            ],
            "ready": ["detailed_interview", "discontinuation_intended", "withdrawn"],
            "refused": ["assessment", "closed", "rest_and_preparation"],
            "registration": ["application_lodged", "discontinuation_intended", "withdrawn"],
            "repeat_incomplete": ["discontinuation_intended", "refused", "repeat_notified", "withdrawn"],
            "repeat_notified": ["discontinuation_intended", "ready", "repeat_incomplete", "withdrawn"],
            "rest_and_preparation": ["detailed_interview", "discontinuation_intended", "ready", "withdrawn"],
            "triage": ["detailed_interview", "discontinuation_intended", "rest_and_preparation", "withdrawn"],
            "wish_expressed": ["discontinuation_intended", "registration", "withdrawn"],
            "withdrawn": ["closed"],
        },
    ),
    "border": (
        "procedure_bordermeasure",
        ["imposed"],
        {
            "imposed": ["entry_by_law", "entry_refused", "lifted"],
            "none": ["imposed"],
        },
    ),
    "appeal": (
        "procedure_appeal",
        ["window_open"],
        {
            "higher_lodged": ["higher_ruled"],
            "higher_ruled": ["final"],
            "higher_window_open": ["final", "higher_lodged"],
            "lodged": ["ruled"],
            "ruled": ["final", "higher_window_open"],
            "window_open": ["final", "lodged"],
        },
    ),
    "permit": (
        "procedure_permit",
        ["to_produce"],
        {
            "active": ["extension_pending", "permanent_pending", "renounced", "withdrawal_intention"],
            "extension_pending": ["active"],
            "permanent": ["withdrawal_intention"],
            "permanent_pending": ["permanent"],
            "ready": ["active"],
            "to_produce": ["active", "ready"],
            "withdrawal_assessment": ["active", "permanent", "withdrawal_hearing"],
            "withdrawal_hearing": ["active", "permanent", "permit_withdrawn"],
            "withdrawal_intention": ["active", "permanent", "withdrawal_assessment"],
        },
    ),
    "replacement": (
        "procedure_replacement",
        ["reported"],
        {
            "reported": ["requested"],
            "requested": ["replaced"],
        },
    ),
    "family": (
        "procedure_familyreunification",
        ["window_open"],
        {
            "requested": ["granted", "refused"],
            "window_open": ["requested", "window_passed"],
            "window_passed": ["requested"],
        },
    ),
    "return": (
        "procedure_returntrack",
        ["not_started"],
        {
            "dtv_active": ["departed", "iom_voluntary", "stopped", "unknown_destination"],
            "iom_voluntary": ["departed", "stopped", "unknown_destination"],
            "not_started": ["stopped", "term_running", "transfer_planned", "unknown_destination"],
            "term_running": [
                "dtv_active",
                "iom_voluntary",
                "stopped",
                "term_suspended",
                "unknown_destination",
            ],
            "term_suspended": ["stopped", "term_running", "unknown_destination"],
            "transfer_planned": ["departed", "stopped", "unknown_destination"],
        },
    ),
}
ALLOWED_PAIRS = {
    machine: [(before, after) for before, targets in pairs.items() for after in targets]
    for machine, (_table, _first, pairs) in MACHINES.items()
}

FUNCTIONS = """
-- TG_ARGV: the allowed pairs as "before>after", the first states; both with commas.
CREATE FUNCTION procedure_allowed_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT (NEW.state = ANY (string_to_array(TG_ARGV[1], ','))) THEN
            RAISE EXCEPTION '% does not begin with %', TG_TABLE_NAME, NEW.state
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.state <> OLD.state
        AND NOT ((OLD.state || '>' || NEW.state) = ANY (string_to_array(TG_ARGV[0], ','))) THEN
        RAISE EXCEPTION '% does not go from % to %', TG_TABLE_NAME, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- TG_ARGV: the machine. A border measure begins with its first step, from a state that has no row.
CREATE FUNCTION procedure_has_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := '';
    the_procedure uuid;
    the_subject bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.state;
        IF before = NEW.state THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_ARGV[0] = 'procedure' THEN
        the_procedure := NEW.id;
    ELSE
        the_procedure := NEW.procedure_id;
        the_subject := NEW.id;
    END IF;
    IF NOT EXISTS (
        SELECT FROM procedure_transition
        WHERE procedure_id = the_procedure AND machine = TG_ARGV[0]
          AND subject_id IS NOT DISTINCT FROM the_subject
          AND (from_state = before OR (TG_OP = 'INSERT' AND from_state = 'none')) AND to_state = NEW.state
          AND recorded_in = pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'a change of state needs its row in the history'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def triggers(machine: str) -> str:
    table, first, _pairs = MACHINES[machine]
    pairs = ",".join(f"{before}>{after}" for before, after in ALLOWED_PAIRS[machine])
    return f"""
CREATE TRIGGER allowed_state BEFORE INSERT OR UPDATE OF state ON {table}
    FOR EACH ROW EXECUTE FUNCTION procedure_allowed_state('{pairs}', '{",".join(first)}');
CREATE CONSTRAINT TRIGGER has_history AFTER INSERT OR UPDATE OF state ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION procedure_has_history('{machine}');
"""


class Migration(migrations.Migration):
    dependencies = [("procedure", "0004_every_road")]

    # Not reversible: the functions of before know one machine alone.
    operations = [migrations.RunSQL(FUNCTIONS + "".join(triggers(machine) for machine in MACHINES))]
