import django.db.models.deletion
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_partners'),
        ('procedure', '0007_dates_that_move_held'),
        ('reception', '0002_held_by_the_database'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reception',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('state', django_fsm.FSMField(choices=[('referred', 'referred to a centre'), ('in_reception', 'lives at a centre'), ('closed_centre', 'in a closed centre at the border'), ('transfer_ordered', 'moves to another centre'), ('permit_waiting_home', 'waits for a home'), ('housing_offered', 'a home is offered'), ('housed', 'lives in a home'), ('ending', 'the stay is about to end'), ('ended', 'the stay has ended')], default='referred', editable=False, max_length=32)),
                ('home_address', models.CharField(blank=True, max_length=200)),
                ('child_ground', models.CharField(blank=True, choices=[('removal', 'The child leaves the Netherlands under guidance'), ('care', 'The child goes to other care (vervolgopvang)'), ('eighteen', 'The child has turned eighteen')], max_length=10)),
            ],
        ),
        migrations.AddField(
            model_name='reportingduty',
            name='every_weeks',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='reportingduty',
            name='exempt_from',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='reportingduty',
            name='exempt_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='reportingslot',
            name='reason',
            field=models.CharField(blank=True, choices=[('interview', 'interview'), ('ill', 'ill or in hospital'), ('appointment', 'another appointment of the procedure'), ('other', 'another good reason'), ('exempted', 'need not report'), ('left', 'does not live here any more'), ('other_day', 'another weekday from now on'), ('rhythm', 'every two weeks from now on')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='reportingduty',
            constraint=models.CheckConstraint(condition=models.Q(('every_weeks__in', [1, 2])), name='duty_each_week_or_two'),
        ),
        migrations.AddConstraint(
            model_name='reportingduty',
            constraint=models.CheckConstraint(condition=models.Q(('exempt_until__isnull', True), ('exempt_from__isnull', False), _connector='OR'), name='exemption_says_from_when'),
        ),
        migrations.AddField(
            model_name='reception',
            name='expected_at',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='expected', to='reception.centre'),
        ),
        migrations.AddField(
            model_name='reception',
            name='municipality',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='reception',
            name='procedure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_set', to='procedure.procedure'),
        ),
        migrations.AddIndex(
            model_name='reception',
            index=models.Index(fields=['state'], name='reception_state'),
        ),
    ]
