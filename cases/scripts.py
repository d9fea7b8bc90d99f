"""In which script a name is written."""

import unicodedata

# How Unicode calls the letters of each script of PersonName.
_LETTERS = {"Latn": "LATIN", "Arab": "ARABIC", "Ethi": "ETHIOPIC", "Cyrl": "CYRILLIC"}
# Two marks that no one sees and that some names need (ZWNJ, ZWJ).
_JOINERS = "\u200c\u200d"


def is_written_in(text: str, script: str) -> bool:
    """Whether every letter is of this script, and there is one; marks and dashes belong to all."""
    # Letters that modify, as the apostrophe in a name from Arabic, have no script of their own.
    letters = [char for char in text if unicodedata.category(char) in ("Lu", "Ll", "Lt", "Lo")]
    return bool(letters) and all(_LETTERS[script] in unicodedata.name(char, "") for char in letters)


def is_readable(text: str) -> bool:
    """No character that cannot be seen, such as one that turns the direction of what follows."""
    return not any(unicodedata.category(char)[0] == "C" and char not in _JOINERS for char in text)
