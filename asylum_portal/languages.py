"""The languages of the portal: own names, direction, whose dates they use, and which are complete."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """One language that people read the portal in."""

    code: str
    own_name: str
    english_name: str
    babel: str
    rtl: bool = False


ALL: dict[str, Language] = {
    language.code: language
    for language in (
        Language("nl", "Nederlands", "Dutch", "nl"),
        Language("en", "English", "English", "en_GB"),
        Language("ar", "العربية", "Arabic", "ar", rtl=True),
        Language("ti", "ትግርኛ", "Tigrinya", "ti"),
        Language("so", "Soomaali", "Somali", "so"),
        Language("tr", "Türkçe", "Turkish", "tr"),
        Language("fa", "فارسی", "Persian", "fa", rtl=True),
        # prs is the ISO code of Dari; Babel and the browsers' date data file it under Persian of Afghanistan.
        Language("prs", "دری", "Dari", "fa_AF", rtl=True),
        Language("ps", "پښتو", "Pashto", "ps", rtl=True),
        Language("fr", "Français", "French", "fr"),
    )
}

# Adding a language: its catalogue in locale/<code>/ and its code here.
ACTIVE: tuple[str, ...] = ("nl", "en", "ar", "ti")

# The language of the message ids, and so complete without a catalogue.
SOURCE = "en"

LANGUAGES: list[tuple[str, str]] = [(code, ALL[code].own_name) for code in ACTIVE]

# Translated database columns exist for all ten, so that a new language needs no migration.
MODELTRANSLATION_LANGUAGES: tuple[str, ...] = tuple(ALL)

# Django's own list knows ar and fa, but neither Dari nor Pashto.
LANGUAGES_BIDI: list[str] = [code for code, language in ALL.items() if language.rtl]


def register() -> None:
    """Tell Django about the languages that it does not know; without this their pages raise KeyError."""
    from django.conf.locale import LANG_INFO

    for language in ALL.values():
        LANG_INFO.setdefault(
            language.code,
            {
                "bidi": language.rtl,
                "code": language.code,
                "name": language.english_name,
                "name_local": language.own_name,
            },
        )


def known(code: str | None) -> Language:
    """The language of a code, also of a regional one such as nl-be; English when it is none of ours."""
    if code and code in ALL:
        return ALL[code]
    return ALL.get((code or "").replace("_", "-").split("-")[0].lower(), ALL[SOURCE])


def is_rtl(code: str | None) -> bool:
    """Whether the language is written from right to left."""
    return known(code).rtl


def isolate(text: object) -> str:
    """Name, number or file name for plain text, fenced off so that it keeps its own direction."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
