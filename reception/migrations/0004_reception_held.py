"""The database holds the machine of reception: allowed pairs, and a row in the history for each change.

It uses the functions that serve every machine beside a procedure. A test compares ALLOWED_PAIRS with the
machine; a new transition needs a new migration of this kind.
"""

from django.db import migrations

FIRST = ["referred", "closed_centre"]
PAIRS = {
    "closed_centre": ["ended", "referred"],
    "ending": ["ended", "in_reception"],
    "housing_offered": ["ended", "housed"],
    "in_reception": ["closed_centre", "ended", "ending", "permit_waiting_home", "transfer_ordered"],
    "permit_waiting_home": ["ended", "housing_offered"],
    "referred": ["closed_centre", "ended", "in_reception"],
    "transfer_ordered": ["closed_centre", "ended", "in_reception"],
}
ALLOWED_PAIRS = [(before, after) for before, targets in PAIRS.items() for after in targets]

FORWARDS = """
CREATE TRIGGER allowed_state BEFORE INSERT OR UPDATE OF state ON reception_reception
    FOR EACH ROW EXECUTE FUNCTION procedure_allowed_state('{pairs}', '{first}');
CREATE CONSTRAINT TRIGGER has_history AFTER INSERT OR UPDATE OF state ON reception_reception
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION procedure_has_history('reception');
""".format(pairs=",".join(f"{before}>{after}" for before, after in ALLOWED_PAIRS), first=",".join(FIRST))

BACKWARDS = """
DROP TRIGGER has_history ON reception_reception;
DROP TRIGGER allowed_state ON reception_reception;
"""


class Migration(migrations.Migration):
    dependencies = [("reception", "0003_reception"), ("procedure", "0005_every_road_held")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
