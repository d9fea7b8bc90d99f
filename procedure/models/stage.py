"""What the applicant reads at each phase; staff edit these texts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from procedure.states import Phase, Variant


class StageText(models.Model):
    """The explanation of one phase: what happens, what to do, who helps. Translated, each with its trust."""

    class Trust(models.TextChoices):
        CHECKED = "checked", _("checked by a translator")
        UNCHECKED = "unchecked", _("not yet checked by a translator")
        OUTDATED = "outdated", _("the Dutch text has changed since")

    phase = models.CharField(max_length=30, choices=Phase.choices)
    variant = models.CharField(
        max_length=20,
        choices=Variant.choices,
        blank=True,
        default=Variant.USUAL,
        help_text=_("for whom the phase looks otherwise; empty: for everybody else"),
    )
    happens = models.TextField(help_text=_("what happens now"))
    to_do = models.TextField(help_text=_("what you must do"))
    helps = models.TextField(help_text=_("who helps you"))
    trust = models.JSONField(default=dict, help_text=_("language code: checked, unchecked or outdated"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["phase", "variant"], name="one_text_a_variant")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """How the content files name it: decision, decision-extended."""
        return f"{self.phase}-{self.variant}" if self.variant else self.phase
