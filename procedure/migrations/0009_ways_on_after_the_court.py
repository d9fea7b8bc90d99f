"""New pairs of states: a repeat application goes on after its third day, and the court gives something back."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("procedure.migrations.0005_every_road_held")
NEW_PAIRS = {
    "procedure": [("decision", "assessment")],
    "permit": [("permit_withdrawn", "active"), ("permit_withdrawn", "permanent")],
    "family": [("refused", "requested")],
}
RULINGS = [
    ("dismissed", "dismissed (ongegrond)"),
    ("annulled", "decision annulled (gegrond)"),
    ("partly", "decision annulled in part"),
    ("set_aside", "judgment set aside, the decision stands"),
]
ALLOWED_PAIRS = {
    machine: [*pairs, *NEW_PAIRS.get(machine, ())] for machine, pairs in BEFORE.ALLOWED_PAIRS.items()
}


def trigger(machine: str) -> str:
    table, first, _pairs = BEFORE.MACHINES[machine]
    pairs = ",".join(f"{before}>{after}" for before, after in ALLOWED_PAIRS[machine])
    return f"""
CREATE OR REPLACE TRIGGER allowed_state BEFORE INSERT OR UPDATE OF state ON {table}
    FOR EACH ROW EXECUTE FUNCTION procedure_allowed_state('{pairs}', '{",".join(first)}');
"""


class Migration(migrations.Migration):
    dependencies = [("procedure", "0008_texts_for_every_road")]

    operations = [
        migrations.RunSQL("".join(trigger(machine) for machine in NEW_PAIRS), migrations.RunSQL.noop),
        *(
            migrations.AlterField("appeal", name, models.CharField(blank=True, choices=RULINGS, max_length=12))
            for name in ("ruling", "higher_ruling")
        ),
    ]
