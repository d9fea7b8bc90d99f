from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ..entry import normalise_username
from .organisation import Organisation, Team


class Role(models.TextChoices):
    """What somebody is in the portal; which files are open to them follows from relations, not from this."""

    APPLICANT = "applicant", _("Applicant")
    GUARDIAN = "guardian", _("Guardian")
    LAWYER = "lawyer", _("Lawyer")
    CASEWORKER = "caseworker", _("Caseworker")
    PLANNER = "planner", _("Planner")
    SUPERVISOR = "supervisor", _("Supervisor")
    RECEPTION = "reception", _("Reception staff")
    COUNSELLOR = "counsellor", _("Counsellor")
    AUDITOR = "auditor", _("Auditor")
    BORDER_POLICE = "border_police", _("Border police (Koninklijke Marechaussee)")
    POLICE = "police", _("Police (AVIM)")
    RETURN_OFFICER = "return_officer", _("Return officer (DT&V)")
    COURT = "court", _("Court registry (griffie)")
    DESK = "desk", _("Service desk (IND-loket)")
    LEGAL_AID = "legal_aid", _("Legal Aid Board (Raad voor Rechtsbijstand)")
    MIGRATION_ADVISER = "migration_adviser", _("Return adviser (IOM)")
    MUNICIPALITY = "municipality", _("Municipality (gemeente)")
    ADMINISTRATOR = "administrator", _("Administrator")
    SYSTEM = "system", _("The portal itself")


# Whose application it is, and who speaks for them.
OWN_SIDE = frozenset({Role.APPLICANT, Role.GUARDIAN, Role.LAWYER})
# Bodies that do a part of the work: a file is open to them while they are involved in it, and only in part.
PARTNER_ROLES = frozenset(
    {
        Role.BORDER_POLICE,
        Role.POLICE,
        Role.RETURN_OFFICER,
        Role.COURT,
        Role.DESK,
        Role.LEGAL_AID,
        Role.MIGRATION_ADVISER,
        Role.MUNICIPALITY,
    }
)
STAFF_ROLES = PARTNER_ROLES | {
    Role.CASEWORKER,
    Role.PLANNER,
    Role.SUPERVISOR,
    Role.RECEPTION,
    Role.COUNSELLOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
}
TEAM_ROLES = (Role.CASEWORKER, Role.PLANNER, Role.SUPERVISOR)


class UsernameField(models.CharField):
    """A user name in one spelling, in what is stored and in what is looked up."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else normalise_username(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        setattr(model_instance, self.attname, self.get_prep_value(getattr(model_instance, self.attname)))
        return super().pre_save(model_instance, add)


class UserManager(BaseUserManager["User"]):
    use_in_migrations = False

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account; without a password nobody can sign in until a card code is used."""
        if not username:
            raise ValueError("an account needs a username")
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator: reference data and accounts, never case data."""
        return self.create_user(username, password, **{**fields, "role": Role.ADMINISTRATOR})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=normalise_username(username or ""))

    def system(self) -> "User":
        """The one account under which timers act."""
        user, _created = self.get_or_create(
            role=Role.SYSTEM,
            defaults={
                "username": "system",
                "display_name": "Portal",
                "password": UNUSABLE_PASSWORD_PREFIX + "system",
            },
        )
        return user


class User(AbstractUser):
    """A person who signs in, or the portal itself."""

    # One name as the person writes it; a split into first and last does not fit most people here.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    username = UsernameField(
        _("V-number or user name"),
        max_length=150,
        unique=True,
        help_text=_("Applicants: the V-number. Others: their address at work."),
        error_messages={"unique": _("This V-number or user name is in use already.")},
    )
    display_name = models.CharField(_("name on the page"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("organisation"),
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("team")
    )
    language = models.CharField(_("language"), max_length=10, default="nl")
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    # Part of what a session is tied to: raising it ends every session of this person.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["username"]
        constraints = [
            # UPPER, since that is what a case-insensitive look-up asks PostgreSQL for: this index serves it.
            models.UniqueConstraint(Upper("username"), name="accounts_user_username_any_case"),
            models.CheckConstraint(
                name="accounts_user_role_known",
                condition=Q(role__in=[value for value, _label in Role.choices]),
            ),
            models.CheckConstraint(
                name="accounts_user_team_for_casework",
                condition=Q(team__isnull=True)
                | Q(role__in=[str(role) for role in TEAM_ROLES], organisation__isnull=False),
            ),
            models.CheckConstraint(
                name="accounts_user_applicant_alone",
                condition=~Q(role=Role.APPLICANT.value) | Q(organisation__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["role"], condition=Q(role=Role.SYSTEM.value), name="accounts_user_one_system"
            ),
            models.CheckConstraint(
                name="accounts_user_system_cannot_sign_in",
                condition=~Q(role=Role.SYSTEM.value) | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def clean(self) -> None:
        self.username = normalise_username(self.username)
        self.email = type(self).objects.normalize_email(self.email)
        if self.team and self.team.organisation_id != self.organisation_id:
            raise ValidationError({"team": _("This team belongs to another organisation.")})
        if self.language not in dict(settings.LANGUAGES):
            raise ValidationError({"language": _("The portal does not know this language.")})

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django's one hashes the password alone.
        return salted_hmac(
            "asylum_portal.accounts.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def is_staff(self) -> bool:  # type: ignore[override]
        """Whether the Django admin is open: administrators alone."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_superuser(self) -> bool:  # type: ignore[override]
        """Nobody: a superuser would pass every permission, that of each case included."""
        return False

    @property
    def is_staff_role(self) -> bool:
        """Works for an organisation in the procedure; lawyers, guardians and applicants do not."""
        return self.role in STAFF_ROLES

    @property
    def is_partner(self) -> bool:
        """Works for a body that does a part of the work, and sees of a file what that part needs."""
        return self.role in PARTNER_ROLES

    @property
    def needs_second_factor(self) -> bool:
        """Everybody who can open more than the own file."""
        return self.role not in (Role.APPLICANT, Role.SYSTEM)

    @property
    def reading_language(self) -> str:
        """The language to answer in: the chosen one, while the portal offers it."""
        return self.language if self.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    @property
    def idle_minutes(self) -> int:
        """Minutes without a request after which the session ends; shorter where phones are shared."""
        return 15 if self.role in (Role.APPLICANT, Role.GUARDIAN) else 30
