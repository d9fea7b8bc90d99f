"""The database holds the machine of the weekly report: it begins planned, and only these pairs follow.

A test compares ALLOWED_PAIRS with the machine; a new transition needs a new migration of this kind.
"""

from django.db import migrations

ALLOWED_PAIRS = [
    ("missed", "excused"),
    ("missed", "reported"),
    ("planned", "excused"),
    ("planned", "exempt"),
    ("planned", "missed"),
    ("planned", "reported"),
]

FORWARDS = """
CREATE FUNCTION reception_allowed_slot_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' THEN
            RAISE EXCEPTION 'a weekly report begins as planned, not as %', NEW.state
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'a weekly report does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER allowed_slot_state BEFORE INSERT OR UPDATE OF state ON reception_reportingslot
    FOR EACH ROW EXECUTE FUNCTION reception_allowed_slot_state();
""".format(pairs=", ".join(f"'{before}>{after}'" for before, after in ALLOWED_PAIRS))

BACKWARDS = """
DROP TRIGGER allowed_slot_state ON reception_reportingslot;
DROP FUNCTION reception_allowed_slot_state();
"""


class Migration(migrations.Migration):
    dependencies = [("reception", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
