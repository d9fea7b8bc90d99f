"""What a mail says, in each language, and what it must never say."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.utils import translation

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from asylum_portal.notices import actions
from asylum_portal.notices.kinds import KINDS
from asylum_portal.notices.models import Notice
from asylum_portal.notices.words import words

pytestmark = pytest.mark.django_db
MakeReader = Callable[..., User]

LANGUAGES = [code for code, _name in portal_settings.LANGUAGES]
RTL = {"ar", "fa", "prs", "ps"}
DUE = date(2026, 4, 8)

# By one of these words a bystander learns what the reader is here for, or how it stands. Latin script by
# whole words; the others by the stem, since articles and prepositions are written onto it.
FORBIDDEN = re.compile(
    r"""
    (?<!\w) (?:
        asiel\w* | vluchteling\w* | vreemdeling\w* | azc | ter.apel | immigratie\w* | naturalisatie\w*
        | gehoor | procedure\w* | verblijf\w* | advoca\w* | cli[eë]nt\w* | zaak | zaken | beschikking\w*
        | voornemen\w*
        | zienswijze\w* | besluit\w* | beslissing\w* | afwijz\w* | afgewezen | ingewilligd | inwilliging
        | meldplicht\w* | opvang\w* | nationaliteit\w* | herkomst | uitzett\w* | terugke\w* | voogd\w*
        | tolk\w*
        | v-nummer | politie
        | asylum | refugee\w* | immigra\w* | migra\w* | alien\w* | interview\w* | hearing\w* | residen\w*
        | permit\w* | lawyer\w* | client\w* | case | cases | caseworker\w* | decision\w* | decid\w* | refus\w*
        | reject\w* | grant\w* | intention\w* | application\w* | applicant\w* | reception | report\w*
        | nationalit\w* | deport\w* | remov\w* | return\w* | guardian\w* | interpreter\w* | police | v-number
        | (?-i:IND | COA)
    ) (?!\w)
    | لجوء | لاجئ | هجرة | مهاجر | محام | مقابلة | إقامة | ترحيل | جنسية | رفض | شرطة | مترجم
    | ዑቕባ | ስደት | ስደተኛ | ጠበቓ | መጠይቕ | ውሳነ | ዜግነት | ፖሊስ | ተርጓሚ | ኢሚግረሽን
    """,
    re.IGNORECASE | re.VERBOSE,
)


def forbidden_in(text: str) -> list[str]:
    """The words of all languages: a text without a translation falls back to another."""
    return FORBIDDEN.findall(text)


def mailed(reader: User, kind: str, now: datetime, **context: Any) -> mail.EmailMultiAlternatives:
    notice = actions.queue(
        recipient=reader,
        kind=kind,
        key=f"{kind}:{reader.pk}",
        context={"due_on": DUE, "path": "/cases/7/decision/", **context},
        about="case:7",
        due_at=now,
        now=now,
    )
    assert notice is not None
    assert actions.send(notice.pk, now=now)
    return mail.outbox[-1]


def seen(message: mail.EmailMultiAlternatives) -> str:
    """Everything that anybody sees who handles the mail, with headers, both bodies and no encoding."""
    headers = [f"{name}: {value}" for name, value in message.extra_headers.items()]
    bodies = [message.subject, message.body, message.alternatives[0].content]
    return "\n".join([message.from_email, *message.to, *headers, *bodies])


class Shape(HTMLParser):
    """Where languages and directions are declared, and what else a mail must not carry."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> dict[str, str | None]:
        return next(attributes for name, attributes in self.tags if name == tag)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_outs_or_names_anybody(
    make_reader: MakeReader, now: datetime, kind: str, language: str, settings: Any
) -> None:
    settings.QUIET_HOURS = None
    for role in (Role.APPLICANT, Role.LAWYER, Role.CASEWORKER):
        reader = make_reader(role=role, language=language)
        text = seen(mailed(reader, kind, now))
        assert forbidden_in(text) == []
        for name in (reader.username, *reader.display_name.split(), "Selamawit", "ሰላማዊት", "V999000111"):
            assert name not in text
        assert "/cases/" not in text  # the path says what it is about; it is opened after sign-in


def test_the_list_of_forbidden_words_finds_them() -> None:
    assert forbidden_in("Uw asielaanvraag") == ["asielaanvraag"]
    assert forbidden_in("The IND has taken a Decision") == ["IND", "Decision"]
    assert forbidden_in("you will find it") == []
    assert forbidden_in("موعد مع المحامي") == ["محام"]
    assert forbidden_in("ጠበቓኻ") == ["ጠበቓ"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_whole_in_its_language_and_direction(
    make_reader: MakeReader, now: datetime, kind: str, language: str
) -> None:
    message = mailed(make_reader(language=language), kind, now)
    notice = Notice.objects.get()
    html, media_type = message.alternatives[0]
    assert media_type == "text/html"
    shape = Shape(html)
    direction = "rtl" if language in RTL else "ltr"
    for tag in ("html", "body"):
        assert (shape.of(tag)["lang"], shape.of(tag)["dir"]) == (language, direction)
    link = f"http://localhost:8000/{language}/notices/{notice.pk}/"
    assert (shape.of("a")["href"], shape.of("a")["dir"]) == (link, "ltr")
    # Nothing that is fetched, run or styled when the mail is opened.
    assert not {"img", "script", "style", "link", "form"} & {tag for tag, _attributes in shape.tags}
    assert not any("style" in attributes for _tag, attributes in shape.tags)
    with translation.override(language):
        no_details = translation.gettext(
            "This message has no details on purpose, to keep what is yours private. You cannot answer it."
        )
        help_line = translation.gettext(
            "Do you need help? Ask the person who helps you, or go to the desk with your card."
        )
    for body in (message.body, html):
        assert "%(" not in body
        assert "{{" not in body
        assert link in body
        assert help_line in body
        assert no_details in body
        if "due_on" in KINDS[kind].needs:
            assert dates.long_date(DUE, language=language) in body
    assert message.body.rstrip().endswith(no_details)
    assert f"\n{link}\n" in message.body  # on a line of its own, or right-to-left text turns it round
    assert "\n" not in message.subject


def test_people_at_work_are_sent_to_other_help(make_reader: MakeReader, now: datetime) -> None:
    message = mailed(make_reader(role=Role.LAWYER, language="en"), "deadline_today", now)
    assert "Ask the people who manage the portal at your work." in message.body


def test_a_language_that_is_not_complete_yet_is_written_in_english(
    make_reader: MakeReader, now: datetime
) -> None:
    reader = make_reader(language="en")
    User.objects.filter(pk=reader.pk).update(language="xx")
    reader.refresh_from_db()
    message = mailed(reader, "step_taken", now)
    assert message.subject == "There is news"
    assert "/en/notices/" in message.body


def test_a_reminder_that_was_held_up_counts_from_the_day_on_which_it_goes_out(now: datetime) -> None:
    context: dict[str, str | int] = {"due_on": "2026-04-08", "days": 7}
    on = dates.wall_day(now)

    def said(later: int, kind: str = "deadline_coming") -> str:
        return words(kind, context, language="en", on=on + timedelta(days=later)).body

    assert "That is in 7 days." in said(0)
    assert "That is in 3 days." in said(4)
    assert "That is in 1 day." in said(6)
    assert said(7) == "Something must be done today, Wednesday 8 April 2026, before midnight."
    assert "today" in said(7, "reporting_tomorrow")
    assert "today" in said(7, "staff_coming")


def test_the_mail_is_made_without_leaving_its_language_behind(make_reader: MakeReader, now: datetime) -> None:
    with translation.override("nl"):
        mailed(make_reader(language="ar"), "step_taken", now)
        assert translation.get_language() == "nl"
