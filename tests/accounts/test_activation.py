import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from asylum_portal import clock
from asylum_portal.accounts.actions import (
    ActivationRefused,
    Refusal,
    activate,
    issue_activation_code,
)
from asylum_portal.accounts.entry import CODE_ALPHABET
from asylum_portal.accounts.models import ActivationCode, ActivationTries, Role, User

from .conftest import NOW, PASSWORD

WRONG = "ACDE-3467-XYQW"
UNKNOWN = "2999999999"


def refusal(v_number: str, code: str, *, now=NOW) -> Refusal:
    with pytest.raises(ActivationRefused) as refused:
        activate(v_number, code, PASSWORD, now=now)
    return refused.value.reason


def test_a_card_code_is_twelve_characters_and_not_in_the_database(applicant: User):
    code = issue_activation_code(applicant, by=None, now=NOW)
    assert re.fullmatch(rf"[{CODE_ALPHABET}]{{4}}(-[{CODE_ALPHABET}]{{4}}){{2}}", code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM accounts_activationcode c")
        stored = cursor.fetchone()[0]
    assert code not in stored and code.replace("-", "") not in stored


def test_the_right_card_opens_the_account_once(applicant: User):
    code = issue_activation_code(applicant, by=None, now=NOW)
    user = activate(
        "v 287-123-4567", code.lower().replace("-", " "), "another password", now=NOW, language="ti"
    )
    user.refresh_from_db()
    assert user == applicant and user.check_password("another password") and user.language == "ti"
    assert refusal(applicant.username, code) == Refusal.USED
    user.refresh_from_db()
    assert user.check_password("another password")


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"])
def test_number_and_code_may_be_typed_in_the_digits_of_ones_own_script(applicant: User, digits: str):
    table = str.maketrans("0123456789", digits)
    code = issue_activation_code(applicant, by=None, now=NOW)
    assert (
        activate(applicant.username.translate(table), code.translate(table), PASSWORD, now=NOW) == applicant
    )


def test_after_ten_wrong_tries_the_right_code_is_burnt_too(applicant: User):
    code = issue_activation_code(applicant, by=None, now=NOW)
    for _try in range(10):
        assert refusal(applicant.username, WRONG) == Refusal.NOT_RIGHT
    assert refusal(applicant.username, code) == Refusal.BURNT
    assert not ActivationCode.objects.get().is_open(at=NOW)


def test_after_nine_wrong_tries_the_right_code_still_works(applicant: User):
    code = issue_activation_code(applicant, by=None, now=NOW)
    for _try in range(9):
        refusal(applicant.username, WRONG)
    assert activate(applicant.username, code, PASSWORD, now=NOW) == applicant


def test_a_new_card_gives_ten_new_tries_and_ends_the_old_one(applicant: User):
    old = issue_activation_code(applicant, by=None, now=NOW)
    for _try in range(11):
        refusal(applicant.username, WRONG)
    new = issue_activation_code(applicant, by=None, now=NOW)
    assert refusal(applicant.username, old) == Refusal.REPLACED
    assert activate(applicant.username, new, PASSWORD, now=NOW) == applicant


def test_a_code_ends_after_thirty_days_and_not_before(applicant: User):
    code = issue_activation_code(applicant, by=None, now=NOW)
    last = NOW + timedelta(days=30) - timedelta(seconds=1)
    assert refusal(applicant.username, code, now=NOW + timedelta(days=30)) == Refusal.EXPIRED
    assert activate(applicant.username, code, PASSWORD, now=last) == applicant


def test_an_unknown_number_is_refused_exactly_like_a_wrong_code(applicant: User):
    issue_activation_code(applicant, by=None, now=NOW)
    known = [refusal(applicant.username, WRONG) for _try in range(12)]
    unknown = [refusal(UNKNOWN, WRONG) for _try in range(12)]
    assert known == unknown == [Refusal.NOT_RIGHT] * 10 + [Refusal.BURNT] * 2


def test_an_unknown_number_costs_the_same_statements_as_a_known_one(applicant: User):
    issue_activation_code(applicant, by=None, now=NOW)
    counts = []
    for number in (applicant.username, UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            refusal(number, WRONG)
        counts.append([query["sql"].split(" ", 1)[0] for query in queries])
    assert counts[0] == counts[1]


def test_an_ended_account_is_refused_like_an_unknown_one(applicant: User):
    code = issue_activation_code(applicant, by=None, now=NOW)
    User.objects.filter(pk=applicant.pk).update(is_active=False)
    assert refusal(applicant.username, code) == Refusal.NOT_RIGHT
    applicant.refresh_from_db()
    with pytest.raises(ValueError, match="ended"):
        issue_activation_code(applicant, by=None, now=NOW)


def test_tried_numbers_are_not_kept_readable(applicant: User):
    refusal(UNKNOWN, WRONG)
    assert UNKNOWN not in ActivationTries.objects.get().number_hash


def test_a_weak_password_is_refused_in_plain_words_and_is_no_try(applicant: User):
    issue_activation_code(applicant, by=None, now=NOW)
    for weak in ("short", "2871234567", "password123"):
        with pytest.raises(ValidationError) as refused:
            activate(applicant.username, WRONG, weak, now=NOW)
        assert all(message.endswith((".", "።")) for message in refused.value.messages)
    assert not ActivationTries.objects.exists()


def test_a_new_card_lets_an_applicant_in_who_has_lost_the_phone(applicant: User):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=applicant, type="totp", data={"secret": "x"})
    activate(applicant.username, issue_activation_code(applicant, by=None, now=NOW), PASSWORD, now=NOW)
    assert not Authenticator.objects.exists()


def test_a_new_card_does_not_take_the_second_factor_from_staff(person: Callable[..., User]):
    from allauth.mfa.models import Authenticator

    lawyer = person(Role.LAWYER)
    Authenticator.objects.create(user=lawyer, type="totp", data={"secret": "x"})
    activate(lawyer.username, issue_activation_code(lawyer, by=None, now=NOW), PASSWORD, now=NOW)
    assert Authenticator.objects.exists()


def test_the_command_prints_a_card_and_names_an_unknown_number(applicant: User, capsys):
    call_command("issue_card", "V-287 123 4567")
    code = re.search(r"\w{4}-\w{4}-\w{4}", capsys.readouterr().out).group()
    assert activate(applicant.username, code, PASSWORD, now=clock.now()) == applicant
    with pytest.raises(CommandError, match=UNKNOWN) as refused:
        call_command("issue_card", UNKNOWN)
    assert refused.value.returncode == 2


# With real threads and real commits.


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    barrier = Barrier(count)

    def run(number: int) -> object:
        try:
            barrier.wait(timeout=20)
            return act(number)
        except ActivationRefused as refused:
            return refused.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def committed_applicant(transactional_db: None) -> User:
    return User.objects.create_user("2871234567", PASSWORD, role=Role.APPLICANT)


def test_of_two_activations_at_once_one_wins(committed_applicant: User):
    for _round in range(3):
        code = issue_activation_code(committed_applicant, by=None, now=NOW)
        passwords = ["first long password", "second long password", "third long password"]
        answers = at_once(
            3,
            lambda n, code=code, passwords=passwords: (
                activate(committed_applicant.username, code, passwords[n], now=NOW) and n
            ),
        )
        winners = [answer for answer in answers if not isinstance(answer, Refusal)]
        assert len(winners) == 1 and answers.count(Refusal.USED) == 2
        committed_applicant.refresh_from_db()
        assert committed_applicant.check_password(passwords[winners[0]])


def test_thirty_guesses_at_once_are_thirty_tries(committed_applicant: User):
    issue_activation_code(committed_applicant, by=None, now=NOW)
    answers = at_once(30, lambda _n: activate(committed_applicant.username, WRONG, PASSWORD, now=NOW))
    assert answers.count(Refusal.NOT_RIGHT) == 10 and answers.count(Refusal.BURNT) == 20


def test_two_cards_made_at_once_leave_one_that_works(committed_applicant: User):
    at_once(4, lambda _n: issue_activation_code(committed_applicant, by=None, now=NOW))
    assert ActivationCode.objects.filter(revoked_at=None, used_at=None).count() == 1


def test_a_rollback_around_does_not_forget_the_try(committed_applicant: User):
    issue_activation_code(committed_applicant, by=None, now=NOW)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        activate(committed_applicant.username, WRONG, PASSWORD, now=NOW)
    refusal(committed_applicant.username, WRONG)
    assert ActivationTries.objects.get().count == 1 and ActivationCode.objects.get().attempts == 1


# The page.


def post(client, *, v_number="2871234567", code=WRONG, password=PASSWORD, again=None, language="en"):
    data = {"v_number": v_number, "code": code, "password1": password, "password2": again or password}
    return client.post(f"/{language}/activate/", data)


def text_of(response) -> str:
    # The token of the form differs at each answer, the typed number by itself.
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return page.replace("2871234567", "N").replace(UNKNOWN, "N")


def test_the_page_takes_the_number_from_the_card_but_never_the_code(client, db):
    page = client.get("/ar/activate/?v=2871234567&code=ACDE3467XYQW").content.decode()
    assert 'value="2871234567"' in page and 'value="ACDE' not in page and 'dir="rtl"' in page


def test_the_page_signs_in_and_keeps_the_language_of_the_page(client, applicant: User):
    code = issue_activation_code(applicant, by=None, now=clock.now())
    response = post(client, code=code, language="ar")
    assert (response.status_code, response["Location"]) == (302, "/ar/")
    applicant.refresh_from_db()
    assert applicant.language == "ar"
    assert client.get("/api/ping").json() == {"signed_in": True, "language": "ar"}


def test_wrong_and_unknown_get_the_same_page(client, applicant: User):
    issue_activation_code(applicant, by=None, now=clock.now())
    for status in [400] * 11:
        wrong, unknown = post(client), post(client, v_number=UNKNOWN)
        assert wrong.status_code == unknown.status_code == status
        assert text_of(wrong) == text_of(unknown)
    assert "Ask at the desk for a new card" in wrong.content.decode()


def test_only_the_right_code_learns_that_it_was_used(client, applicant: User):
    code = issue_activation_code(applicant, by=None, now=clock.now())
    post(client, code=code)
    client.post("/en/account/logout/")
    assert "has been used already" in post(client, code=code).content.decode()
    assert "has been used already" not in post(client).content.decode()


def test_the_page_names_what_is_wrong_beside_its_field(client, applicant: User):
    response = post(client, password="short", again="other")
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {"password2"}
    response = post(client, password="short")
    assert set(response.context["form"].errors) == {"password1"}
    response = post(client, code="ACDE-3467")
    assert "You typed 8" in response.content.decode()
    response = post(client, code="ACDO-3467-XYQW")
    assert "never in a code: O" in response.content.decode()
    response = client.post("/en/activate/", {})
    assert set(response.context["form"].errors) == {"v_number", "code", "password1", "password2"}


def test_a_card_on_a_shared_phone_signs_the_other_person_out(client, applicant: User, person):
    other = person(Role.APPLICANT, "2870000001")
    client.force_login(other)
    code = issue_activation_code(applicant, by=None, now=clock.now())
    post(client, code=code)
    assert client.session["_auth_user_id"] == str(applicant.pk)


@pytest.mark.parametrize("nasty", ["\x00", "a" * 5000, "'; DROP TABLE accounts_user; --", "\u202e123", "½²"])
def test_nasty_input_is_wrong_input(client, applicant: User, nasty: str):
    assert post(client, v_number=nasty).status_code == 400
    assert post(client, code=nasty).status_code == 400
    assert post(client, password=nasty).status_code == 400
