"""What applicants read is there in every language, short, in its script; loading keeps what staff edited."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from asylum_portal import languages
from asylum_portal.accounts.models import Organisation
from asylum_portal.home.management.commands.load_content import ORGANISATION_FIELDS, STAGE_FIELDS
from procedure.models import StageText
from procedure.states import VARIANTS, Phase, Variant

CONTENT: dict[str, dict[str, Any]] = {
    code: tomllib.loads(
        (Path(settings.BASE_DIR) / "locale" / code / "content.toml").read_text(encoding="utf-8")
    )
    for code in languages.ACTIVE
}
STAGES = {StageText(phase=phase, variant=variant).key for phase in Phase for variant in VARIANTS[phase]}
DIRECTORY = {
    "ind": Organisation.Kind.IND,
    "coa": Organisation.Kind.COA,
    "vwn": Organisation.Kind.VWN,
    "rvr": Organisation.Kind.RVR,
    "nidos": Organisation.Kind.NIDOS,
    "dtv": Organisation.Kind.DTV,
    "iom": Organisation.Kind.IOM,
    "rode-kruis": Organisation.Kind.OTHER,
    "comensha": Organisation.Kind.OTHER,
    "time4you": Organisation.Kind.OTHER,
}
MOST_CHARACTERS = 420
SCRIPTS = {"ar": "ARABIC", "ti": "ETHIOPIC"}
every_language = pytest.mark.parametrize("language", languages.ACTIVE)


def _texts(language: str) -> Iterator[tuple[str, str]]:
    """Each text of a language under a name such as stages.decision.helps."""
    for part, fields in (("stages", STAGE_FIELDS), ("organisations", ORGANISATION_FIELDS)):
        for key, texts in CONTENT[language][part].items():
            for field in fields:
                yield f"{part}.{key}.{field}", texts[field]


def _rows() -> list[dict[str, Any]]:
    """All columns; without rewrite(False) one would see those of the current language only."""
    tables = (model.objects.order_by("pk").rewrite(False) for model in (StageText, Organisation))
    return [row for table in tables for row in table.values()]


@every_language
def test_every_phase_says_what_happens_what_to_do_and_who_helps(language: str) -> None:
    stages = CONTENT[language]["stages"]
    assert set(stages) == STAGES
    assert {key: set(texts) for key, texts in stages.items() if set(texts) != set(STAGE_FIELDS)} == {}
    assert [name for name, text in _texts(language) if name.startswith("stages.") and not text.strip()] == []


@every_language
def test_the_same_organisations_are_described(language: str) -> None:
    organisations = CONTENT[language]["organisations"]
    assert set(organisations) == set(DIRECTORY)
    assert [code for code, texts in organisations.items() if not texts["description"].strip()] == []
    hours = {code for code, texts in organisations.items() if texts["opening_hours"]}
    assert hours == {code for code, texts in CONTENT["nl"]["organisations"].items() if texts["opening_hours"]}


@every_language
def test_no_text_is_too_long_for_a_phone(language: str) -> None:
    assert {name: len(text) for name, text in _texts(language) if len(text) > MOST_CHARACTERS} == {}


@every_language
def test_every_text_is_written_in_the_script_of_its_language(language: str) -> None:
    script = SCRIPTS.get(language, "LATIN")
    strange = []
    for name, text in _texts(language):
        letters = [character for character in text if character.isalpha()]
        right = [character for character in letters if unicodedata.name(character).startswith(script)]
        if letters and len(right) <= len(letters) * (0.6 if language in SCRIPTS else 0.99):
            strange.append(name)
    assert strange == []


# A Dutch term stands in the letters and is said by staff: once, in brackets, the same in every language.
_TERM = re.compile(r"\(([a-zé][^()0-9.]*|Dublin|Dublingehoor|spoor 2)\)")


@every_language
def test_a_dutch_term_stands_in_its_text_once(language: str) -> None:
    twice = {
        name: terms
        for name, text in _texts(language)
        if name.startswith("stages.") and len(terms := _TERM.findall(text)) != len(set(terms))
    }
    assert twice == {}


@every_language
def test_no_text_promises_an_outcome_or_weighs_a_story(language: str) -> None:
    words = {
        "nl": ("geloofwaardig", "garandeer", "zeker een vergunning"),
        "en": ("credib", "guarantee", "we promise"),
        "ar": ("مصداقي", "نضمن", "مضمون"),
        "ti": ("ተኣማንነት", "ውሕስና"),
    }[language]
    assert [name for name, text in _texts(language) if any(word in text.lower() for word in words)] == []


@every_language
def test_every_language_names_the_same_days_and_ages(language: str) -> None:
    source = dict(_texts("nl"))
    differing = {
        name: text
        for name, text in _texts(language)
        if sorted(re.findall(r"[0-9]+", text)) != sorted(re.findall(r"[0-9]+", source[name]))
    }
    assert differing == {}


@every_language
def test_a_text_says_how_far_it_can_be_trusted(language: str) -> None:
    # No translator has read a text of any language yet; who has one checked says so in its file and here.
    assert CONTENT[language]["trust"] == StageText.Trust.UNCHECKED


@pytest.mark.django_db
def test_loading_gives_every_phase_its_text_in_every_language() -> None:
    call_command("load_content")
    assert StageText.objects.count() == len(STAGES)
    for stage in StageText.objects.all():
        for language in languages.ACTIVE:
            with translation.override(language):
                shown = {field: getattr(stage, field) for field in STAGE_FIELDS}
            assert shown == CONTENT[language]["stages"][stage.key]
            assert stage.trust[language] == CONTENT[language]["trust"]


@pytest.mark.django_db
def test_loading_fills_the_directory_of_those_who_help() -> None:
    call_command("load_content")
    assert dict(Organisation.objects.filter(is_directory=True).values_list("code", "kind")) == DIRECTORY
    for organisation in Organisation.objects.filter(is_directory=True):
        assert organisation.name and not organisation.phone
        for language in languages.ACTIVE:
            with translation.override(language):
                texts = CONTENT[language]["organisations"][organisation.code]
                assert organisation.description == texts["description"]


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    call_command("load_content")
    before = _rows()
    call_command("load_content")
    assert before and _rows() == before


@pytest.mark.django_db
def test_what_staff_have_edited_stays() -> None:
    call_command("load_content")
    stage = StageText.objects.get(phase=Phase.DECISION, variant=Variant.USUAL)
    stage.to_do_ar, stage.trust["ar"] = "انتظر.", StageText.Trust.CHECKED
    stage.save()
    organisation = Organisation.objects.get(code="coa")
    organisation.name, organisation.phone, organisation.description_ti = "COA Budel", "000", "ሓገዝ።"
    organisation.save()
    edited = _rows()
    assert {"انتظر.", "ሓገዝ።"} <= {value for row in edited for value in row.values() if isinstance(value, str)}
    call_command("load_content")
    assert _rows() == edited


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[stages.waiting]\nhappens = 'x'\n", "stages.waiting"),
        ("[stages.decision-court]\nhappens = 'x'\n", "stages.decision-court"),
        ("[stages.decision-nowhere]\nhappens = 'x'\n", "stages.decision-nowhere"),
        ("[organisations.nobody]\ndescription = 'x'\n", "organisations.nobody"),
        ("[stages.decision\n", "en/content.toml"),
    ],
)
def test_a_mistake_in_a_file_is_named_and_loads_nothing(
    text: str, fault: str, tmp_path: Path, settings: Any
) -> None:
    for code, words in (("nl", "[stages.decision]\nhappens = 'x'\n"), ("en", text)):
        path = tmp_path / "locale" / code / "content.toml"
        path.parent.mkdir(parents=True)
        path.write_text(words)
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=re.escape(fault)) as refused:
        call_command("load_content")
    assert refused.value.returncode == 2
    assert StageText.objects.count() == 0
