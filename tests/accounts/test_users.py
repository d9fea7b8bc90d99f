import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from asylum_portal.accounts.models import Organisation, Role, Team, User

pytestmark = pytest.mark.django_db


def organisation(code: str = "ind") -> Organisation:
    return Organisation.objects.create(kind="ind", code=code, name=code.upper())


def refused(**changes) -> bool:
    """Whether the database itself refuses these values."""
    user = User.objects.create_user("somebody", role=Role.CASEWORKER)
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(**changes)
    except IntegrityError:
        return True
    return False


def test_a_user_name_is_one_account_in_any_case_and_spelling():
    User.objects.create_user("A.Boer@IND.example", role=Role.CASEWORKER)
    assert User.objects.get_by_natural_key("a.boer@ind.EXAMPLE").username == "A.Boer@IND.example"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("a.boer@ind.example", role=Role.LAWYER)
    User.objects.create_user("V-287 123 4567", role=Role.APPLICANT)
    assert User.objects.get(username="٢٨٧١٢٣٤٥٦٧").username == "2871234567"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("2871234567", role=Role.APPLICANT)


def test_an_applicant_has_neither_team_nor_organisation():
    ind = organisation()
    team = Team.objects.create(organisation=ind, name="Den Bosch 1")
    assert refused(role=Role.APPLICANT, organisation=ind)
    User.objects.all().delete()
    assert refused(role=Role.APPLICANT, team=team)
    User.objects.all().delete()
    assert refused(role=Role.LAWYER, organisation=ind, team=team)
    User.objects.all().delete()
    assert not refused(role=Role.CASEWORKER, organisation=ind, team=team)


def test_an_unknown_role_is_refused():
    assert refused(role="superuser")


def test_a_team_of_another_organisation_is_refused_with_its_field():
    team = Team.objects.create(organisation=organisation("ind"), name="Den Bosch 1")
    user = User(username="x", role=Role.CASEWORKER, organisation=organisation("coa"), team=team)
    with pytest.raises(ValidationError) as refusal:
        user.clean()
    assert list(refusal.value.message_dict) == ["team"]


def test_there_is_one_system_account_and_nobody_can_sign_in_with_it(client):
    system = User.objects.system()
    assert User.objects.system() == system
    assert not system.has_usable_password()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("second", role=Role.SYSTEM)
    system.set_password("a usable password")
    with pytest.raises(IntegrityError), transaction.atomic():
        system.save()


@pytest.mark.parametrize("role", list(Role))
def test_the_admin_is_for_administrators_and_nobody_is_a_superuser(role: Role):
    user = User(username="x", role=role)
    assert user.is_staff == (role == Role.ADMINISTRATOR)
    assert user.is_superuser is False


def test_an_administrator_passes_no_permission_by_being_one():
    administrator = User.objects.create_superuser("root@portal.example")
    assert administrator.is_staff and not administrator.has_perm("cases.view_case")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_but_applicants_needs_a_second_factor(role: Role):
    assert User(role=role).needs_second_factor == (role not in (Role.APPLICANT, Role.SYSTEM))


@pytest.mark.parametrize(
    ("role", "minutes"),
    [
        (Role.APPLICANT, 15),
        (Role.GUARDIAN, 15),
        (Role.LAWYER, 30),
        (Role.CASEWORKER, 30),
        (Role.RECEPTION, 30),
    ],
)
def test_sessions_are_shorter_where_phones_are_shared(role: Role, minutes: int):
    assert User(role=role).idle_minutes == minutes


def test_a_language_that_the_portal_does_not_offer_yet_falls_back():
    assert User(language="so").reading_language == "nl"
    assert User(language="ti").reading_language == "ti"


def test_the_description_of_an_organisation_has_a_column_for_each_language():
    made = Organisation.objects.create(
        kind="vwn", code="vwn", name="VluchtelingenWerk", description_nl="Helpt u.", description_ar="يساعدك."
    )
    from django.utils.translation import override

    with override("ar"):
        assert Organisation.objects.get(pk=made.pk).description == "يساعدك."
    with override("ti"):
        assert Organisation.objects.get(pk=made.pk).description == "Helpt u."
