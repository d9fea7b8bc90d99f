"""The message catalogues without the gettext programs: what must be translated, and whether it is.

The files hold no line numbers, dates or names, so that they change only when a text does.
"""

import gettext
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

from asylum_portal import languages
from asylum_portal.home import borrowed_messages
from procedure import rules

ROOMS = ("asylum_portal", "cases", "procedure", "reception")
TEMPLATES = (*ROOMS, "templates")
TEMPLATE_SUFFIXES = frozenset({".html", ".txt", ".svg", ".xml"})

KEYWORDS = (  # what their arguments mean is said in _extracted, for templates and code alike
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "npgettext",
    "npgettext_lazy",
    "pgettext",
    "pgettext_lazy",
)

# As in Django's own catalogues, and for the languages that it does not have as in the CLDR.
_TWO_FORMS, _NOUGHT_IS_ONE = "nplurals=2; plural=(n != 1);", "nplurals=2; plural=(n > 1);"
PLURALS = {
    "nl": _TWO_FORMS,
    "en": _TWO_FORMS,
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);",
    "ti": _NOUGHT_IS_ONE,
    "so": _TWO_FORMS,
    "tr": _NOUGHT_IS_ONE,
    "fa": _NOUGHT_IS_ONE,
    "prs": _NOUGHT_IS_ONE,
    "ps": _TWO_FORMS,
    "fr": _NOUGHT_IS_ONE,
}

_PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%[sdr]|(?<!\{)\{\w*\}(?!\})")
_LINE = re.compile(r'(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?) )?"([^"\\]|\\.)*")?')
_MARKUP = re.compile(r"</?[a-z][^>]*>")


@dataclass(frozen=True, order=True)
class Text:
    """One text of the portal as its source writes it."""

    msgid: str
    plural: str = ""
    context: str = ""


class CatalogueMistake(ValueError):
    """A source file cannot be read for its texts; the message names the file."""


def source_texts(root: Path) -> frozenset[Text]:
    """Every text that people can meet: in code, templates, rule packages, and borrowed from libraries."""
    found = {*_from_python(root), *_from_templates(root), *_from_packages()}
    found |= {Text(message) for message in borrowed_messages.MESSAGES}
    found |= {Text(one, many) for one, many in borrowed_messages.COUNTS}
    # A text that is counted somewhere is one entry, which serves the plain use as well.
    counted = {(text.context, text.msgid) for text in found if text.plural}
    return frozenset(text for text in found if text.plural or (text.context, text.msgid) not in counted)


def po_path(root: Path, language: str) -> Path:
    """The catalogue that translators write."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def template(root: Path) -> str:
    """All texts without translation, in the order of the catalogues."""
    return _written(languages.SOURCE, {text: None for text in source_texts(root)})


def update(root: Path, language: str) -> tuple[int, int]:
    """Bring a catalogue in step with the source; how many texts came and how many went.

    A text that changed comes anew and untranslated: a nearest guess at it would look like a translation.
    """
    path = po_path(root, language)
    old = {_text(message): message for message in _messages(path)} if path.exists() else {}
    texts = source_texts(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, _written(language, {text: old.get(text) for text in texts}).encode())
    return len(texts - old.keys()), len(old.keys() - texts)


def compile_language(root: Path, language: str) -> Path:
    """Write the .mo beside the .po; without a .po it is empty, so that Django knows the language."""
    path = po_path(root, language)
    catalog = _read(path) if path.exists() else _empty(language)
    # Without a locale that it knows, Babel leaves out the plural rule; it does not know prs.
    catalog.locale = languages.ALL[language].babel
    buffer = BytesIO()
    write_mo(buffer, catalog)
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_suffix(".mo")
    _replace(target, buffer.getvalue())
    return target


def to_compile(root: Path) -> list[str]:
    """The active languages, and those whose catalogue is being written."""
    return [code for code in languages.ALL if code in languages.ACTIVE or po_path(root, code).exists()]


def check(root: Path, language: str, *, texts: frozenset[Text] | None = None) -> list[str]:
    """What is wrong with a catalogue, a line each; nothing when it is complete and right."""
    if language == languages.SOURCE:
        return []
    path = po_path(root, language)
    if not path.exists():
        return [f"{language}: no catalogue; run: manage.py catalogues update --language {language}"]
    try:
        # Babel overlooks a missing quotation mark and cuts the text short.
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not _LINE.fullmatch(line):
                return [f"{language}: the file cannot be read: line {number}: {line}"]
        catalog = _read(path)
    except (PoFileError, ValueError) as error:
        return [f"{language}: the file cannot be read: {error}"]
    if texts is None:
        texts = source_texts(root)
    return [f"{language}: {problem}" for problem in _problems(catalog, language, texts)]


def _problems(catalog: Catalog, language: str, texts: frozenset[Text]) -> Iterator[str]:
    wanted = gettext.c2py(PLURALS[language].partition("plural=")[2].rstrip(";"))
    written = gettext.c2py(catalog.plural_expr)
    if any(wanted(n) != written(n) for n in range(201)):
        yield f"the plural rule is not {PLURALS[language]}"
        return
    held = {_text(message): message for message in catalog if message.id}
    for text in sorted(texts - held.keys()):
        yield f"not in the catalogue: {text.msgid!r}"
    for text in sorted(held.keys() - texts):
        yield f"no longer in the source: {text.msgid!r}"
    for message in catalog.obsolete.values():
        yield f"obsolete: {_text(message).msgid!r}"
    for text in sorted(texts & held.keys()):
        for problem in _problems_of(text, held[text], language):
            yield f"{problem}: {text.msgid!r}"


def _problems_of(text: Text, message: Message, language: str) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    forms = [message.string] if isinstance(message.string, str) else list(message.string or [])
    if not all(form.strip() for form in forms):
        yield "not translated"
        return
    for number, form in enumerate(forms):
        if text.plural:
            expected, optional = _tokens(text.plural), _says_its_number(language, number)
        else:
            expected, optional = _tokens(text.msgid), False
        found = _tokens(form)
        # "one day", "two days": a form for a single number may spell it out or leave it to the noun.
        if found != expected and not (optional and found < expected):
            yield f"other placeholders, {_list(found)} for {_list(expected)}"
        if _marks(form) != _marks(text.plural or text.msgid):
            yield "other markup"
        if "%(" in text.msgid and not _formats(form):
            yield "a broken placeholder or a lone % sign"
        if form.strip() != form and text.msgid.strip() == text.msgid:
            yield "spaces around the translation"


def _says_its_number(language: str, form: int) -> bool:
    """Whether a plural form belongs to a single number, as the first three Arabic ones to 0, 1 and 2."""
    rule = gettext.c2py(PLURALS[language].partition("plural=")[2].rstrip(";"))
    return sum(rule(n) == form for n in range(201)) == 1


def _tokens(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def _marks(text: str) -> list[str]:
    return sorted(_MARKUP.findall(text))


def _formats(form: str) -> bool:
    try:
        form % {name: 1 for name in re.findall(r"%\((\w+)\)", form)}
    except (ValueError, TypeError):
        return False
    return True


def _list(tokens: Iterable[str]) -> str:
    return " ".join(sorted(tokens)) or "none"


def _from_python(root: Path) -> Iterator[Text]:
    for path in _files(root, ROOMS, {".py"}):
        if "migrations" not in path.parts:
            yield from _extracted(path.read_bytes(), path)


def _from_templates(root: Path) -> Iterator[Text]:
    for path in _files(root, TEMPLATES, TEMPLATE_SUFFIXES):
        if "templates" not in path.parts:
            continue
        try:
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        except SyntaxError as error:
            raise CatalogueMistake(f"{path.relative_to(root)}: {error}") from error
        # In brackets the indentation of the page is not taken for that of a program.
        yield from _extracted(f"(\n{code}\n)".encode(), path)


def _from_packages() -> Iterator[Text]:
    for name in rules.package_names():
        for msgid in rules.find_package(name).msgids():
            yield Text(msgid)


def _files(root: Path, rooms: Iterable[str], suffixes: Iterable[str]) -> Iterator[Path]:
    for room in rooms:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def _extracted(source: bytes, path: Path) -> Iterator[Text]:
    try:
        found = list(extract_python(BytesIO(source), dict.fromkeys(KEYWORDS), (), {"encoding": "utf-8"}))
    except (SyntaxError, ValueError) as error:
        raise CatalogueMistake(f"{path}: {error}") from error
    for _line, function, arguments, _comments in found:
        name = str(function)
        texts = [str(text or "") for text in (arguments if isinstance(arguments, tuple) else [arguments])]
        context = texts.pop(0) if name.removeprefix("n").startswith("pgettext") else ""
        plural = texts[1] if name.startswith("n") else ""
        # A variable instead of a text stands for one that is marked where it is written.
        if texts and texts[0]:
            yield Text(texts[0], plural, context)


def _text(message: Message) -> Text:
    if isinstance(message.id, str):
        return Text(message.id, "", message.context or "")
    return Text(message.id[0], message.id[1], message.context or "")


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _messages(path: Path) -> list[Message]:
    return [message for message in _read(path) if message.id]


def _empty(language: str) -> Catalog:
    catalog = Catalog(charset="utf-8")
    catalog.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalog


def _written(language: str, entries: dict[Text, Message | None]) -> str:
    catalog = _empty(language)
    for text, old in entries.items():
        catalog.add(
            (text.msgid, text.plural) if text.plural else text.msgid,
            old.string if old else ("",) * catalog.num_plurals if text.plural else "",
            flags=["fuzzy"] if old and old.fuzzy else [],
            context=text.context or None,
        )
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    )
    return header + buffer.getvalue().decode().strip("\n") + "\n"


def _replace(path: Path, content: bytes) -> None:
    """Write whole or not at all: several test workers compile at the same moment."""
    if path.exists() and path.read_bytes() == content:
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
