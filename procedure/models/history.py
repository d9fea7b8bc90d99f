"""The legal history: one row for each step taken, never changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from procedure.states import State

from .procedure import Procedure


class Transition(models.Model):
    """One step of a procedure: who took it, for which day, recorded when, with what."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="transitions")
    name = models.CharField(max_length=40)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24, choices=State.choices)
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
        if self.name == "express_wish":
            return _("Wish to apply made known")
        method = getattr(Procedure, self.name)
        return next(iter(method._django_fsm.transitions.values())).custom["title"]
