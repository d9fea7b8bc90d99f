from django.db import models
from django.utils.translation import gettext_lazy as _


# The translated columns bring a manager that only exists at run time.
class Organisation(models.Model):
    """An organisation that works with applicants, such as IND, COA or a law firm."""

    class Kind(models.TextChoices):
        IND = "ind", _("Immigration service (IND)")
        COA = "coa", _("Reception organisation (COA)")
        VWN = "vwn", _("Refugee council (VluchtelingenWerk)")
        LAW_FIRM = "law_firm", _("Law firm")
        NIDOS = "nidos", _("Guardianship organisation (Nidos)")
        RVR = "rvr", _("Legal Aid Board (Raad voor Rechtsbijstand)")
        POLICE = "police", _("Police (AVIM)")
        KMAR = "kmar", _("Border police (Koninklijke Marechaussee)")
        DTV = "dtv", _("Return service (DT&V)")
        COURT = "court", _("Court (rechtbank)")
        IOM = "iom", _("Organisation for migration (IOM)")
        MUNICIPALITY = "municipality", _("Municipality (gemeente)")
        PORTAL = "portal", _("This portal")
        OTHER = "other", _("Other organisation")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(
        _("what it does for applicants"), blank=True, help_text=_("Short and plain; applicants read this.")
    )
    opening_hours = models.TextField(_("opening hours"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    is_directory = models.BooleanField(
        _("shown to applicants"), default=False, help_text=_("Listed on the page about who helps.")
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="accounts_organisation_kind_known",
                condition=models.Q(
                    kind__in=[
                        "ind",
                        "coa",
                        "vwn",
                        "law_firm",
                        "nidos",
                        "rvr",
                        "police",
                        "kmar",
                        "dtv",
                        "court",
                        "iom",
                        "municipality",
                        "portal",
                        "other",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A group of colleagues that shares cases, such as a team of the immigration service."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="teams", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["organisation__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="accounts_team_unique_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation.name})"
