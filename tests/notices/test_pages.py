"""The inbox, the link in a mail, and the demo's post."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import translation

from asylum_portal import clock, dates
from asylum_portal.accounts.models import User
from asylum_portal.notices import actions
from asylum_portal.notices.kinds import KINDS
from asylum_portal.notices.mailbox import FolderBackend
from asylum_portal.notices.models import Notice
from asylum_portal.notices.views import demo_mail, in_language

pytestmark = pytest.mark.django_db
MakeReader = Callable[..., User]


def tell(reader: User, now: datetime, **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "recipient": reader,
        "kind": "deadline_missed",
        "key": f"deadline:{Notice.objects.count()}",
        "context": {"due_on": date(2026, 4, 8), "path": "/nl/my-case/"},
        "due_at": now,
        "now": now,
    }
    notice = actions.queue(**fields | changes)
    assert notice is not None
    return notice


@pytest.fixture
def now() -> datetime:
    return clock.now() - timedelta(minutes=1)


def signed_in(reader: User) -> Client:
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("language", ["nl", "en", "ar", "ti"])
def test_the_inbox_speaks_the_language_of_the_page(
    make_reader: MakeReader, now: datetime, language: str
) -> None:
    reader = make_reader(email="", language="nl")
    tell(reader, now)
    page = signed_in(reader).get(f"/{language}/notices/")
    assert page.status_code == 200
    text = page.content.decode()
    assert dates.long_date(date(2026, 4, 8), language=language) in text
    with translation.override(language):
        assert str(KINDS["deadline_missed"].subject) in text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in text
    assert "no-store" in page["Cache-Control"]


def test_the_inbox_shows_ones_own_notices_alone(make_reader: MakeReader, now: datetime) -> None:
    reader, stranger = make_reader(email=""), make_reader(email="")
    mine, other = tell(reader, now), tell(stranger, now)
    later = tell(reader, now, due_at=now + timedelta(days=1))
    taken_back = tell(make_reader(), now, about="deadline:9")
    actions.suppress(about="deadline:9", reason="met", now=now)
    text = signed_in(reader).get("/en/notices/").content.decode()
    assert str(mine.pk) in text
    for hidden in (other, later, taken_back):
        assert str(hidden.pk) not in text
    assert signed_in(stranger).get(f"/en/notices/{mine.pk}/").status_code == 404
    assert signed_in(taken_back.recipient).get(f"/en/notices/{taken_back.pk}/").status_code == 404
    assert signed_in(reader).get(f"/en/notices/{later.pk}/").status_code == 404


def test_a_mail_that_does_not_get_through_is_in_the_inbox_all_the_same(
    make_reader: MakeReader, now: datetime
) -> None:
    reader = make_reader()
    notice = tell(reader, now)
    assert notice.sent_at is None
    assert str(notice.pk) in signed_in(reader).get("/en/notices/").content.decode()


def test_a_notice_is_marked_as_read_by_posting_one_or_all(make_reader: MakeReader, now: datetime) -> None:
    reader, stranger = make_reader(email=""), make_reader(email="")
    first, second, other = tell(reader, now), tell(reader, now), tell(stranger, now)
    client = signed_in(reader)
    client.get("/en/notices/")
    assert Notice.objects.unread().count() == 3
    answer = client.post("/en/notices/", {"notice": [str(first.pk), str(other.pk)]})
    assert (answer.status_code, answer["Location"]) == (302, "/en/notices/")
    assert set(Notice.objects.unread()) == {second, other}
    client.post("/en/notices/")
    assert set(Notice.objects.unread()) == {other}
    before = Notice.objects.get(pk=first.pk).read_at
    client.post("/en/notices/", {"notice": str(first.pk)})
    assert Notice.objects.get(pk=first.pk).read_at == before


def test_a_number_that_is_none_is_a_plain_error(make_reader: MakeReader, now: datetime) -> None:
    reader = make_reader(email="")
    tell(reader, now)
    answer = signed_in(reader).post("/en/notices/", {"notice": "1 OR 1=1"})
    assert answer.status_code == 400
    assert "notice: this is not the number of a notice." in answer.content.decode()
    assert Notice.objects.unread().count() == 1


def test_the_link_in_a_mail_leads_on_in_the_language_of_the_reader(
    make_reader: MakeReader, now: datetime
) -> None:
    reader = make_reader()
    notice = tell(reader, now)
    answer = signed_in(reader).get(f"/ar/notices/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/ar/my-case/")
    notice.refresh_from_db()
    assert notice.read_at is not None
    plain = tell(reader, now, context={"due_on": date(2026, 4, 8)})
    assert signed_in(reader).get(f"/ti/notices/{plain.pk}/")["Location"] == "/ti/notices/"


def test_who_is_not_signed_in_is_sent_to_the_door_first(make_reader: MakeReader, now: datetime) -> None:
    notice = tell(make_reader(), now)
    for path in ("/en/notices/", f"/en/notices/{notice.pk}/"):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"?next={path}")


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/nl/my-case/", "/ar/my-case/"), ("/my-case/", "/ar/my-case/"), ("/nl/", "/ar/"), ("/", "/ar/")],
)
def test_a_stored_path_is_moved_below_the_language_of_the_page(path: str, expected: str) -> None:
    assert in_language(path, language="ar") == expected


def test_the_inbox_asks_the_database_the_same_few_questions_however_long_it_is(
    make_reader: MakeReader, now: datetime, django_assert_max_num_queries: Any
) -> None:
    reader = make_reader(email="")
    for _ in range(60):
        tell(reader, now)
    client = signed_in(reader)
    with django_assert_max_num_queries(8):
        page = client.get("/en/notices/")
    assert "?page=2" in page.content.decode()


def test_the_demo_shows_each_mail_in_its_own_direction(tmp_path: Path, settings: Any) -> None:
    settings.DEMO_MAIL_DIR = tmp_path
    message = EmailMessage(
        "خبر", "نص <b> http://localhost:8000/ar/", to=["a@post.example"], headers={"Content-Language": "ar"}
    )
    FolderBackend(tmp_path).send_messages([message])
    page = demo_mail(RequestFactory().get("/demo/mail/"))
    text = page.content.decode()
    assert 'lang="ar" dir="rtl"' in text
    assert "a@post.example" in text
    assert "&lt;b&gt;" in text
    assert 'href="http://localhost:8000/ar/"' in text


def test_without_a_demo_there_is_no_such_page(settings: Any) -> None:
    settings.DEMO_MAIL_DIR = None
    with pytest.raises(Http404):
        demo_mail(RequestFactory().get("/demo/mail/"))
