"""The catalogue tool finds every text and every fault, and changes a file only when a text changed."""

import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django import forms
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.functional import Promise

from asylum_portal import languages
from asylum_portal.home import borrowed_messages, catalogues
from asylum_portal.home.catalogues import Text

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plurals}\\n"\n\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small project with one text of each kind."""
    files = {
        "cases/views.py": """
            from django.utils.translation import gettext as _, ngettext, pgettext
            TITLE = _("Your " "case")
            def lines(n, name):
                return [ngettext("%(n)s day", "%(n)s days", n), pgettext("month", "May"), _(name)]
        """,
        "cases/migrations/0001_first.py": '_("not for people")',
        "templates/page.html": """{% load i18n %}
            <h1>{% translate "It's late" %}</h1>{# a note (with a bracket #}
              {% blocktranslate trimmed with a=b %}
                Hello {{ a }},
                  you owe 5 %.
              {% endblocktranslate %}
          {% blocktranslate count n=list|length %}one file{% plural %}{{ n }} files{% endblocktranslate %}
            {% include "x.html" with text=_("Send") %}
        """,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace("\n            ", "\n") if name.endswith(".py") else content)
    return tmp_path


def po(root: Path, language: str, body: str, *, plurals: str | None = None) -> None:
    path = catalogues.po_path(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(plurals=plurals or catalogues.PLURALS[language]) + body)


def problems(root: Path, language: str, *texts: Text) -> list[str]:
    return catalogues.check(root, language, texts=frozenset(texts))


def test_texts_of_code_templates_packages_and_libraries_are_found(house: Path) -> None:
    found = catalogues.source_texts(house)
    assert {
        Text("Your case"),
        Text("%(n)s day", "%(n)s days"),
        Text("May", context="month"),
        Text("It's late"),
        Text("Hello %(a)s, you owe 5 %%."),
        Text("one file", "%(n)s files"),
        Text("Send"),
        Text("This field is required."),
        Text("Corrections and additions (correcties en aanvullingen)"),
    } <= found
    assert Text("not for people") not in found


def test_a_template_that_cannot_be_read_is_named(house: Path) -> None:
    (house / "templates/page.html").write_text(
        "{% blocktranslate %}{% if a %}x{% endif %}{% endblocktranslate %}"
    )
    with pytest.raises(catalogues.CatalogueMistake, match=r"templates/page\.html"):
        catalogues.source_texts(house)


def test_update_keeps_translations_and_drops_what_is_gone(house: Path) -> None:
    po(house, "nl", 'msgid "Your case"\nmsgstr "Uw zaak"\n\nmsgid "Old"\nmsgstr "Oud"\n')
    new, gone = catalogues.update(house, "nl")
    assert (new, gone) == (len(catalogues.source_texts(house)) - 1, 1)
    path = catalogues.po_path(house, "nl")
    text = path.read_text()
    assert 'msgid "Your case"\nmsgstr "Uw zaak"' in text and "Oud" not in text
    before = path.stat()
    assert catalogues.update(house, "nl") == (0, 0)
    assert (path.read_text(), path.stat().st_mtime_ns) == (text, before.st_mtime_ns)


@pytest.mark.parametrize("language", languages.ALL)
def test_an_empty_catalogue_has_the_plural_forms_of_its_language(house: Path, language: str) -> None:
    catalogues.update(house, language)
    with catalogues.po_path(house, language).open("rb") as file:
        entry = read_po(file).get("%(n)s day")
    assert entry is not None and len(entry.string) == (6 if language == "ar" else 2)
    assert all(
        problem.startswith(f"{language}: not translated") for problem in catalogues.check(house, language)
    )


def test_a_language_without_a_catalogue_is_told_to_make_one(house: Path) -> None:
    assert problems(house, "ti", Text("Day")) == [
        "ti: no catalogue; run: manage.py catalogues update --language ti"
    ]


def test_english_is_complete_because_the_texts_are_english(house: Path) -> None:
    assert problems(house, "en", Text("Day")) == []


@pytest.mark.parametrize(
    ("body", "text", "fault"),
    [
        ('msgid "Day"\nmsgstr "Dag"\n', Text("Day"), None),
        ('msgid "Day"\nmsgstr ""\n', Text("Day"), "not translated"),
        ('#, fuzzy\nmsgid "Day"\nmsgstr "Dag"\n', Text("Day"), "fuzzy"),
        ('msgid "Day"\nmsgstr "Dag"\n', Text("Night"), "not in the catalogue"),
        ('#~ msgid "Day"\n#~ msgstr "Dag"\n', Text("Day"), "obsolete"),
        ('msgid "in %(n)s h"\nmsgstr "over %(n)s u"\n', Text("in %(n)s h"), None),
        ('msgid "in %(n)s h"\nmsgstr "over %(m)s u"\n', Text("in %(n)s h"), "other placeholders"),
        ('msgid "in %(n)s h"\nmsgstr "over %(n) u"\n', Text("in %(n)s h"), "other placeholders"),
        ('msgid "at %(n)s h"\nmsgstr "100 % om %(n)s u"\n', Text("at %(n)s h"), "lone % sign"),
        ('msgid "a <b>c</b>"\nmsgstr "a <b>c"\n', Text("a <b>c</b>"), "other markup"),
        ('msgid "Day"\nmsgstr " Dag"\n', Text("Day"), "spaces around"),
        ('msgid "Day"\nmsgstr "Dag\n', Text("Day"), "cannot be read"),
    ],
)
def test_each_fault_is_named(house: Path, body: str, text: Text, fault: str | None) -> None:
    po(house, "nl", body)
    found = problems(house, "nl", text)
    assert any(fault in line for line in found) if fault else found == []


def test_a_wrong_plural_rule_is_named(house: Path) -> None:
    po(house, "ti", 'msgid "Day"\nmsgstr "መዓልቲ"\n', plurals="nplurals=2; plural=(n != 1);")
    assert ["the plural rule is not" in line for line in problems(house, "ti", Text("Day"))] == [True]


@pytest.mark.parametrize(
    ("language", "forms", "right"),
    [
        # Arabic says nothing, one and two without a figure; the other forms serve many numbers.
        ("ar", ["لا أيام", "يوم واحد", "يومان", "%(n)s أيام", "%(n)s يومًا", "%(n)s يوم"], True),
        ("ar", ["لا أيام", "يوم واحد", "يومان", "أيام", "%(n)s يومًا", "%(n)s يوم"], False),
        ("nl", ["één dag", "%(n)s dagen"], True),
        # In Tigrinya the first form also serves nought, so it must say which.
        ("ti", ["ሓንቲ መዓልቲ", "%(n)s መዓልታት"], False),
        ("ti", ["%(n)s መዓልቲ", "%(n)s መዓልታት"], True),
    ],
)
def test_a_plural_form_may_leave_out_its_number_only_when_it_has_one(
    house: Path, language: str, forms: list[str], right: bool
) -> None:
    lines = [f'msgstr[{number}] "{form}"' for number, form in enumerate(forms)]
    po(house, language, "\n".join(['msgid "%(n)s day"', 'msgid_plural "%(n)s days"', *lines, ""]))
    assert (problems(house, language, Text("%(n)s day", "%(n)s days")) == []) is right


@pytest.mark.parametrize("language", ["ti", "prs"])
def test_what_is_compiled_is_what_gettext_reads(house: Path, language: str) -> None:
    entries = [
        'msgid "Day"\nmsgstr "D"',
        'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "0-1"\nmsgstr[1] "more"',
        "",
    ]
    po(house, language, "\n\n".join(entries))
    catalogues.compile_language(house, language)
    catalogue = gettext.translation("django", house / "locale", [language])
    assert catalogue.gettext("Day") == "D"
    assert [catalogue.ngettext("%(n)s day", "%(n)s days", n) for n in (0, 1, 2)] == ["0-1", "0-1", "more"]


def test_a_language_is_known_to_django_before_its_first_translation(house: Path) -> None:
    assert set(languages.ACTIVE) <= set(catalogues.to_compile(house))
    assert catalogues.compile_language(house, "prs").stat().st_size > 0


def test_the_command_ends_with_1_and_a_readable_list(house: Path, settings, capsys) -> None:
    settings.BASE_DIR = house
    call_command("catalogues", "update")
    with pytest.raises(CommandError, match=r"nl: not translated: 'Send'") as refused:
        call_command("catalogues", "check", "--language", "nl")
    assert refused.value.returncode == 1
    call_command("catalogues", "compile")
    assert (house / "locale/ar/LC_MESSAGES/django.mo").exists()


def test_borrowed_sentences_are_word_for_word_those_of_the_libraries() -> None:
    import allauth
    import django

    django_home, allauth_home = Path(django.__file__).parent, Path(allauth.__file__).parent
    known = set()
    for path in (
        django_home / "conf/locale/en/LC_MESSAGES/django.po",
        django_home / "contrib/auth/locale/en/LC_MESSAGES/django.po",
        allauth_home / "locale/nl/LC_MESSAGES/django.po",
    ):
        with path.open("rb") as file:
            known |= {message.id for message in read_po(file)}
    assert {*borrowed_messages.MESSAGES, *borrowed_messages.COUNTS} - known == set()


@pytest.mark.parametrize(
    "field",
    [
        forms.BooleanField,
        forms.CharField,
        forms.ChoiceField,
        forms.DateField,
        forms.DateTimeField,
        forms.EmailField,
        forms.FileField,
        forms.ImageField,
        forms.IntegerField,
        forms.ModelChoiceField,
        forms.ModelMultipleChoiceField,
        forms.MultipleChoiceField,
        forms.TimeField,
        forms.UUIDField,
    ],
)
def test_every_complaint_of_a_form_field_is_in_our_catalogues(field: type[forms.Field]) -> None:
    ours = {*borrowed_messages.MESSAGES, *(one for one, _many in borrowed_messages.COUNTS)}
    complaints = [
        message for part in field.__mro__ for message in getattr(part, "default_error_messages", {}).values()
    ]
    assert {_source(message) for message in complaints} - ours == set()


def _source(message: Promise) -> str:
    """The English text inside a lazy translation, from the arguments with which it would be pickled."""
    _unpickle, arguments = message.__reduce__()
    return arguments[3]["singular"] if isinstance(arguments[-1], dict) and arguments[-1] else arguments[1][0]


def test_all_catalogues_of_the_portal_are_complete() -> None:
    root = settings.BASE_DIR
    texts = catalogues.source_texts(root)
    faults = [fault for code in languages.ACTIVE for fault in catalogues.check(root, code, texts=texts)]
    assert faults == []
