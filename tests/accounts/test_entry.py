import pytest

from asylum_portal.accounts.entry import (
    CODE_ALPHABET,
    normalise_code,
    normalise_username,
    normalise_v_number,
    spaced_code,
)


@pytest.mark.parametrize(
    "typed",
    [
        "ACDE-3467-XYQW",
        "acde3467xyqw",
        " ACDE 3467 XYQW ",
        "acde–3467—xyqw",
        "ACDE-٣٤٦٧-XYQW",
        "ACDE-۳۴۶۷-XYQW",
        "ＡＣＤＥ３４６７ＸＹＱＷ",
        "\u200eACDE\u200f-3467-\u2066XYQW\u2069",
        "ACDE.3467.XYQW",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str):
    assert normalise_code(typed) == "ACDE3467XYQW"


@pytest.mark.parametrize(
    "typed",
    [
        "2871234567",
        "287 123 4567",
        "287-123-4567",
        "V2871234567",
        "v 287.123.4567",
        "٢٨٧١٢٣٤٥٦٧",
        "۲۸۷۱۲۳۴۵۶۷",
    ],
)
def test_a_v_number_is_read_however_it_is_typed(typed: str):
    assert normalise_v_number(typed) == "2871234567"
    assert normalise_username(typed) == "2871234567"


def test_a_work_address_keeps_its_dots_and_dashes():
    assert normalise_username(" a.de-boer@ind.example ") == "a.de-boer@ind.example"


def test_no_two_characters_of_a_code_look_alike():
    for group in ("0OQD", "1ILJ", "2Z", "5S", "8B", "UV"):
        assert len(set(group) & set(CODE_ALPHABET)) <= (2 if group in ("0OQD",) else 1), group
    assert not set("01ILOSUBZ258V") & set(CODE_ALPHABET)
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET)


def test_a_code_is_printed_in_groups_of_four():
    assert spaced_code("ACDE3467XYQW") == "ACDE-3467-XYQW"
