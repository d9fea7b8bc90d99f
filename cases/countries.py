"""Countries by the three letters that stand in a passport, with their names in each language."""

from collections.abc import Mapping
from functools import cache

from babel.core import Locale, get_global

from asylum_portal import languages

# What the aliases also hold: states that are gone, parts of states, and what is no country at all.
_NO_COUNTRY = frozenset("ASC BUR CPT DDR DGA FXX QUU TAA TMP XAA XBB XKK YMD ZAR ZZZ".split())
# Kosovo has no letters in the standard; these are the ones in use.
_KOSOVO = "XKX"


@cache
def _territories() -> dict[str, str]:
    """Three letters -> the two under which names are kept."""
    found = {
        code: names[0]
        for code, names in get_global("territory_aliases").items()
        if len(code) == 3 and code.isalpha() and len(names) == 1 and len(names[0]) == 2
    }
    return found | {_KOSOVO: "XK"}


def name_of(code: str, *, language: str | None) -> str:
    """The name in a language; what is not a country stays as it was written."""
    return _names(language).get(_territories().get(code, code), code)


def choices(*, language: str | None) -> list[tuple[str, str]]:
    """All countries, by their names in a language."""
    names = _names(language)
    found = [
        (code, names[territory])
        for code, territory in _territories().items()
        if code not in _NO_COUNTRY and territory in names
    ]
    return sorted(found, key=lambda row: row[1].casefold())


def _names(language: str | None) -> Mapping[str, str]:
    return Locale.parse(languages.known(language).babel).territories
