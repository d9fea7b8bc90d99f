"""The database holds the machine: allowed pairs of states, a history row for each change, published packages.

A test compares ALLOWED_PAIRS with the machine; a new transition needs a new migration of this kind.
"""

from django.db import migrations

ALLOWED_PAIRS = [
    ("application_interview", "triage"),
    ("application_interview", "withdrawn"),
    ("application_lodged", "application_interview"),
    ("application_lodged", "withdrawn"),
    ("assessment", "extended_investigation"),
    ("assessment", "granted"),
    ("assessment", "intended_decision"),
    ("assessment", "withdrawn"),
    ("corrections", "assessment"),
    ("corrections", "extended_investigation"),
    ("corrections", "withdrawn"),
    ("decision", "extended_investigation"),
    ("decision", "granted"),
    ("decision", "intended_decision"),
    ("decision", "refused"),
    ("decision", "withdrawn"),
    ("detailed_interview", "corrections"),
    ("detailed_interview", "extended_investigation"),
    ("detailed_interview", "withdrawn"),
    ("extended_investigation", "assessment"),
    ("extended_investigation", "corrections"),
    ("extended_investigation", "withdrawn"),
    ("granted", "closed"),
    ("intended_decision", "decision"),
    ("intended_decision", "extended_investigation"),
    ("intended_decision", "granted"),
    ("intended_decision", "refused"),
    ("intended_decision", "withdrawn"),
    ("ready", "detailed_interview"),
    ("ready", "withdrawn"),
    ("refused", "closed"),
    ("registration", "application_lodged"),
    ("registration", "withdrawn"),
    ("rest_and_preparation", "ready"),
    ("rest_and_preparation", "withdrawn"),
    ("triage", "rest_and_preparation"),
    ("triage", "withdrawn"),
    ("wish_expressed", "registration"),
    ("wish_expressed", "withdrawn"),
    ("withdrawn", "closed"),
]

FORWARDS = """
CREATE FUNCTION procedure_allowed_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'wish_expressed' THEN
            RAISE EXCEPTION 'a procedure begins with the wish, not with %', NEW.state
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'the procedure does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER allowed_state BEFORE INSERT OR UPDATE OF state ON procedure_procedure
    FOR EACH ROW EXECUTE FUNCTION procedure_allowed_state();

-- In which database transaction a step was written; the check below asks for one of its own.
ALTER TABLE procedure_transition ADD COLUMN recorded_in xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION procedure_has_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.state;
        IF before = NEW.state THEN
            RETURN NULL;
        END IF;
    END IF;
    IF NOT EXISTS (
        SELECT FROM procedure_transition
        WHERE procedure_id = NEW.id AND from_state = before AND to_state = NEW.state
          AND recorded_in = pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'a change of state needs its row in the history'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_history AFTER INSERT OR UPDATE OF state ON procedure_procedure
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION procedure_has_history();

CREATE TRIGGER transition_is_append_only BEFORE UPDATE OR DELETE ON procedure_transition
    FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER transition_is_not_truncated BEFORE TRUNCATE ON procedure_transition
    FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER filing_is_append_only BEFORE UPDATE OR DELETE ON procedure_filing
    FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER filing_is_not_truncated BEFORE TRUNCATE ON procedure_filing
    FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER published_package_is_immutable BEFORE UPDATE OR DELETE ON procedure_rulepackage
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION portal_refuse_change();
""".format(pairs=", ".join(f"'{before}>{after}'" for before, after in ALLOWED_PAIRS))

BACKWARDS = """
DROP TRIGGER published_package_is_immutable ON procedure_rulepackage;
DROP TRIGGER filing_is_not_truncated ON procedure_filing;
DROP TRIGGER filing_is_append_only ON procedure_filing;
DROP TRIGGER transition_is_not_truncated ON procedure_transition;
DROP TRIGGER transition_is_append_only ON procedure_transition;
DROP TRIGGER has_history ON procedure_procedure;
DROP FUNCTION procedure_has_history();
ALTER TABLE procedure_transition DROP COLUMN recorded_in;
DROP TRIGGER allowed_state ON procedure_procedure;
DROP FUNCTION procedure_allowed_state();
"""


class Migration(migrations.Migration):
    dependencies = [("procedure", "0001_initial"), ("cases", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
