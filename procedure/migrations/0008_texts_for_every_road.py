from django.db import migrations, models


def name_the_extended(apps, schema_editor):
    texts = apps.get_model("procedure", "StageText").objects
    texts.filter(extended=True).update(variant="extended")


def mark_the_extended(apps, schema_editor):
    texts = apps.get_model("procedure", "StageText").objects
    texts.exclude(variant__in=["", "extended"]).delete()
    texts.filter(variant="extended").update(extended=True)


VARIANTS = [
    ("", "as usual"),
    ("extended", "in the extended procedure"),
    ("dublin", "while it is examined which country is responsible"),
    ("claim", "while another country is asked to take the case"),
    ("accelerated", "in the accelerated procedure"),
    ("repeat", "for a repeat application"),
    ("incomplete", "while something is missing in a repeat application"),
    ("planned", "when the one-day test is planned"),
    ("border", "at the border"),
    ("discontinuation", "when the application is stopped, or may be"),
    ("court", "while the court looks at it"),
    ("judgment", "when the court has ruled"),
    ("granted", "after a permit was granted"),
    ("permit", "with the permit in hand"),
    ("withdrawal", "while the permit may be withdrawn"),
    ("permit_ended", "after the permit has ended"),
    ("refused", "after a refusal"),
    ("withdrawn", "after the application was withdrawn"),
    ("closed", "after the case was closed"),
]


class Migration(migrations.Migration):
    dependencies = [("procedure", "0007_dates_that_move_held")]

    operations = [
        migrations.AddField(
            model_name="stagetext",
            name="variant",
            field=models.CharField(
                blank=True,
                choices=VARIANTS,
                default="",
                help_text="for whom the phase looks otherwise; empty: for everybody else",
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint(model_name="stagetext", name="one_text_a_phase"),
        migrations.RunPython(name_the_extended, mark_the_extended),
        migrations.RemoveField(model_name="stagetext", name="extended"),
        migrations.AddConstraint(
            model_name="stagetext",
            constraint=models.UniqueConstraint(fields=("phase", "variant"), name="one_text_a_variant"),
        ),
    ]
