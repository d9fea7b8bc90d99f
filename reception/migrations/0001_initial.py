import django.db.models.deletion
import django_fsm
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0002_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Centre',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('address', models.CharField(max_length=200, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('desk', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', verbose_name='the desk')),
                ('desk_nl', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_en', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_ar', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_ti', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_so', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_tr', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_fa', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_prs', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_ps', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
                ('desk_fr', models.TextField(blank=True, help_text='Where the desk is and when it is open. Short and plain; applicants read this.', null=True, verbose_name='the desk')),
            ],
            options={
                'verbose_name': 'reception centre',
                'verbose_name_plural': 'reception centres',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('arrived_on', models.DateField()),
                ('left_on', models.DateField(blank=True, null=True)),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='cases.applicant')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='reception.centre')),
            ],
        ),
        migrations.CreateModel(
            name='ReportingDuty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday')])),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('stay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='reception.stay')),
            ],
            options={
                'verbose_name_plural': 'reporting duties',
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='reception.centre', verbose_name='reception centre')),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to=settings.AUTH_USER_MODEL, verbose_name='worker')),
            ],
            options={
                'verbose_name': 'posting',
                'verbose_name_plural': 'postings',
                'ordering': ['centre', 'worker', 'starts_on'],
                'indexes': [models.Index(fields=['worker', 'centre'], name='reception_p_worker__9d2188_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='posting_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('worker', 'centre'), name='one_open_posting_a_centre')],
            },
        ),
        migrations.CreateModel(
            name='ReportingSlot',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('iso_year', models.PositiveSmallIntegerField()),
                ('iso_week', models.PositiveSmallIntegerField()),
                ('on', models.DateField()),
                ('moved_over', models.JSONField(default=list)),
                ('due_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('state', django_fsm.FSMField(choices=[('planned', 'to come'), ('reported', 'reported'), ('excused', 'excused'), ('exempt', 'exempt'), ('missed', 'missed')], default='planned', editable=False, max_length=50)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, choices=[('interview', 'interview'), ('ill', 'ill or in hospital'), ('appointment', 'another appointment of the procedure'), ('other', 'another good reason'), ('exempted', 'need not report'), ('left', 'does not live here any more'), ('other_day', 'another weekday from now on')], max_length=20)),
                ('next_reminder_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_until', models.DateTimeField(blank=True, null=True)),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='reception.reportingduty')),
            ],
            options={
                'ordering': ['on'],
                'indexes': [models.Index(condition=models.Q(('next_reminder_at__isnull', False)), fields=['next_reminder_at'], name='slot_to_remind'), models.Index(fields=['on', 'state'], name='reception_r_on_9af24f_idx')],
                'constraints': [models.UniqueConstraint(fields=('duty', 'iso_year', 'iso_week'), name='one_slot_a_week'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'reported', 'excused', 'exempt', 'missed'])), name='slot_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('state__in', ['planned', 'reported', 'missed'])), models.Q(('state__in', ['excused', 'exempt']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='slot_says_why_not')],
            },
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('left_on__isnull', True), ('left_on__gte', models.F('arrived_on')), _connector='OR'), name='stay_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.UniqueConstraint(condition=models.Q(('left_on__isnull', True)), fields=('applicant',), name='one_open_stay_a_person'),
        ),
        migrations.AddConstraint(
            model_name='reportingduty',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('stay',), name='one_open_duty_a_stay'),
        ),
        migrations.AddConstraint(
            model_name='reportingduty',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__range', (1, 5))), name='duty_on_a_weekday'),
        ),
        migrations.AddConstraint(
            model_name='reportingduty',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='duty_ends_after_it_starts'),
        ),
    ]
