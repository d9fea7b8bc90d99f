"""The database holds the ledger: no date of a term changes without its row, and confirmed changes stay."""

from django.db import migrations

FORWARDS = """
UPDATE procedure_deadline SET letter_says_on = letter_due_on, letter_by_id = opened_by_id
    WHERE letter_due_on IS NOT NULL;

-- In which database transaction a row was written; the check below asks for one of its own.
ALTER TABLE procedure_datechange ADD COLUMN recorded_in xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION procedure_date_has_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved boolean := OLD.effective_due_on <> NEW.effective_due_on;
BEGIN
    -- What a step ends no longer shows a date that could stand still.
    IF NEW.settled_at IS NULL AND (OLD.state = 'suspended') <> (NEW.state = 'suspended') THEN
        moved := true;
    END IF;
    IF moved AND NOT EXISTS (
        SELECT FROM procedure_datechange
        WHERE deadline_id = NEW.id AND recorded_in = pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'a change of date needs its row in the ledger'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER date_has_ledger AFTER UPDATE OF effective_due_on, state ON procedure_deadline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION procedure_date_has_ledger();

CREATE TRIGGER date_change_is_append_only BEFORE UPDATE OR DELETE ON procedure_datechange
    FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER date_change_is_not_truncated BEFORE TRUNCATE ON procedure_datechange
    FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();

CREATE TRIGGER confirmed_amendment_stays BEFORE UPDATE OR DELETE ON procedure_amendment
    FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION portal_refuse_change();

-- A published package takes confirmed changes beside its text, one after the other, and nothing else.
DROP TRIGGER published_package_is_immutable ON procedure_rulepackage;
CREATE TRIGGER published_package_is_not_deleted BEFORE DELETE ON procedure_rulepackage
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION portal_refuse_change();
CREATE TRIGGER published_package_is_immutable BEFORE UPDATE ON procedure_rulepackage
    FOR EACH ROW WHEN (
        OLD.status = 'published'
        AND (to_jsonb(OLD) - 'changes' <> to_jsonb(NEW) - 'changes'
             OR NOT (NEW.changes @> OLD.changes AND jsonb_array_length(NEW.changes) > jsonb_array_length(OLD.changes)))
    ) EXECUTE FUNCTION portal_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER published_package_is_immutable ON procedure_rulepackage;
DROP TRIGGER published_package_is_not_deleted ON procedure_rulepackage;
CREATE TRIGGER published_package_is_immutable BEFORE UPDATE OR DELETE ON procedure_rulepackage
    FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION portal_refuse_change();
DROP TRIGGER confirmed_amendment_stays ON procedure_amendment;
DROP TRIGGER date_change_is_not_truncated ON procedure_datechange;
DROP TRIGGER date_change_is_append_only ON procedure_datechange;
DROP TRIGGER date_has_ledger ON procedure_deadline;
DROP FUNCTION procedure_date_has_ledger();
ALTER TABLE procedure_datechange DROP COLUMN recorded_in;
"""


class Migration(migrations.Migration):
    dependencies = [("procedure", "0006_dates_that_move"), ("cases", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
