"""Somebody who is new here: what is known of her when her file is opened."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person as she is registered; the birth date as far as it is known, from the year on."""

    v_number: str
    name: str
    reading_language: str
    interpreter_language: str
    own_name: str = ""
    script: str = ""
    birth: tuple[int, ...] = ()
    nationality: str = ""
    stateless: bool = False
