"""The legal history: one row for each step taken, never changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure


class Transition(models.Model):
    """One step of a procedure or a small machine beside it: who, for which day, recorded when, with what."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="transitions")
    machine = models.CharField(max_length=12, default="procedure")
    subject_id = models.BigIntegerField(
        null=True, blank=True, help_text=_("the row of the small machine; empty for the procedure itself")
    )
    name = models.CharField(max_length=40)
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=20)
    on = models.DateField(help_text=_("the day of the event"))
    at = models.DateTimeField(help_text=_("the moment at which it was recorded"))
    inputs = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    package_name = models.CharField(max_length=40)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"

    @property
    def title(self):
        """The step in the reader's language."""
        # The machines are made of models, of which this is one.
        from procedure import machines

        return machines.title_of(self.name)

    def get_to_state_display(self) -> str:
        """The state after the step, in the reader's language."""
        from procedure import machines

        return machines.state_label(self.machine, self.to_state)
