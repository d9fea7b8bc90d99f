"""The ledger has a row for each change of the day that is shown; none is while the time stands still."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION procedure_date_has_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    {moved}
    IF moved AND NOT EXISTS (
        SELECT FROM procedure_datechange
        WHERE deadline_id = NEW.id AND recorded_in = pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'a change of date needs its row in the ledger'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""

FORWARDS = FUNCTION.format(
    moved="""
    shown_before date := CASE WHEN OLD.state <> 'suspended' THEN OLD.effective_due_on END;
    shown_now date := CASE WHEN NEW.state <> 'suspended' THEN NEW.effective_due_on END;
    -- Of what stood still and nobody needs to do any more no day is asked.
    dropped boolean := OLD.state = 'suspended' AND NEW.state = 'cancelled';
    moved boolean := shown_before IS DISTINCT FROM shown_now AND NOT dropped;
BEGIN
"""
)

BACKWARDS = FUNCTION.format(
    moved="""
    moved boolean := OLD.effective_due_on <> NEW.effective_due_on;
BEGIN
    IF NEW.settled_at IS NULL AND (OLD.state = 'suspended') <> (NEW.state = 'suspended') THEN
        moved := true;
    END IF;
"""
)


class Migration(migrations.Migration):
    dependencies = [("procedure", "0009_ways_on_after_the_court")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
