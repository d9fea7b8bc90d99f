"""What people type from a card or a keyboard of their own, brought to one spelling."""

import re
import unicodedata

# No letter or digit that looks like another one on a printed card: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
CODE_ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
CODE_LENGTH = 12

_NOT_TYPED = re.compile(r"[\s\-\u2010-\u2015\u2212._/\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


def plain_digits(text: str) -> str:
    """Full-width to plain, digits of any script to 0-9, no spaces, dashes or direction marks."""
    text = unicodedata.normalize("NFKC", text)
    digits = (str(unicodedata.digit(char)) if char.isdecimal() else char for char in text)
    return _NOT_TYPED.sub("", "".join(digits))


def normalise_code(text: str) -> str:
    """A card code as stored: capitals and digits alone."""
    return plain_digits(text).upper()


def normalise_v_number(text: str) -> str:
    """A V-number (V-nummer) as stored: plain digits, without the letter, spaces, dots or dashes."""
    plain = plain_digits(text).upper()
    return plain.removeprefix("V") if plain.removeprefix("V").isdecimal() else plain


def normalise_username(text: str) -> str:
    """A user name as stored: a V-number in plain digits, an address at work without outer spaces."""
    number = normalise_v_number(text)
    return number if number.isdecimal() else unicodedata.normalize("NFKC", text).strip()


def spaced_code(code: str) -> str:
    """A card code as printed, in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
