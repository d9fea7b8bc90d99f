"""The ground of every page: light enough for a cheap phone, in both directions, by ear and keyboard."""

import re
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from asylum_portal import errors, languages
from asylum_portal.inputs import DayInput, MomentInput

CSS = Path(settings.BASE_DIR) / "asylum_portal" / "static" / "portal.css"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATUSES = (400, 403, 404, 409, 500, 503)


def test_the_stylesheet_is_at_most_12_kilobytes_and_fetches_nothing() -> None:
    css = CSS.read_text()
    assert len(css.encode()) <= 12_000
    assert "@import" not in css and "url(" not in css


def test_the_stylesheet_knows_no_left_and_no_right() -> None:
    assert re.findall(r"[^;{]*\b(?:left|right)\b[^;}]*", CSS.read_text()) == []


def test_every_colour_on_its_ground_can_be_read() -> None:
    tokens = dict(re.findall(r"--(?:utrecht|portal)-([\w-]+): (#[0-9a-f]{3,6});", CSS.read_text()))
    pairs = [
        *product(
            ("document-color", "muted", "link-color", "danger"), ("surface", "document-background-color")
        ),
        *((kind, f"{kind}-soft") for kind in ("danger", "warning", "success")),
        *((ink, "accent-soft") for ink in ("accent-dark", "link-color", "muted")),
        *(
            ("surface", ground)
            for ground in ("accent-dark", "danger", "button-primary-action-background-color")
        ),
    ]
    contrasts = {(ink, ground): _contrast(tokens[ink], tokens[ground]) for ink, ground in pairs}
    assert {pair: contrast for pair, contrast in contrasts.items() if contrast < 4.5} == {}
    assert _contrast(tokens["form-control-border-color"], tokens["surface"]) >= 3


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_no_template_has_style_or_script_of_its_own() -> None:
    # Strict CSP: the browser would ignore them.
    inline = re.compile(
        r'<style|\bstyle=|\son[a-z]+="|<script(?![^>]*(?:src=|type="application/json"))|javascript:',
        re.IGNORECASE,
    )
    assert [path.name for path in TEMPLATES.rglob("*.html") if inline.search(path.read_text())] == []


@pytest.mark.parametrize("language", languages.ACTIVE)
@pytest.mark.parametrize("status", STATUSES)
def test_an_error_page_needs_neither_session_nor_database(status: int, language: str) -> None:
    request = RequestFactory().get(f"/{language}/cases/7/")
    response = errors.page(request, status, reasons=["<b>Late</b>"])
    page = response.content.decode()
    assert response.status_code == status
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert "&lt;b&gt;Late&lt;/b&gt;" in page and page.count("<h1") == 1
    for code, name in languages.LANGUAGES:
        assert re.search(rf'<a href="/{code}/[^"]*" lang="{code}"[^>]*>{name}</a>', page)
    assert page.count('aria-current="true"') == 1


class Report(forms.Form):
    number = forms.IntegerField(label="Page", help_text="At the bottom.")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect, help_text="One.")
    read = forms.BooleanField(label="I have read it")
    since = forms.DateField(label="Since", widget=DayInput, required=False)
    at = forms.DateTimeField(label="At", widget=MomentInput, required=False)
    file = forms.FileField(label="File")


def form_page(form: forms.Form, language: str = "en") -> str:
    with translation.override(language):
        return render_to_string("components/form.html", {"form": form, "submit": "Send"})


def test_every_complaint_is_said_beside_its_field_and_leads_there_from_the_top() -> None:
    page = form_page(Report({"number": "x"}, auto_id="id_%s"))
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    assert len(ids) == len(re.findall(r'\bid="', page))
    for name in re.findall(r'(?:for|aria-describedby)="([^"]+)"', page):
        assert set(name.split()) <= ids
    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= ids and len(links) == 4
    assert 'aria-describedby="id_number_helptext id_number_error"' in page
    assert 'aria-describedby="id_kind_helptext id_kind_error"' in page
    assert page.count('aria-invalid="true"') >= 3
    assert 'enctype="multipart/form-data"' in page


@pytest.mark.parametrize("language", ["nl", "ar", "fr"])
def test_the_browsers_date_picker_gets_a_date_that_it_understands(language: str) -> None:
    moment = datetime(2026, 4, 2, 14, 0)
    page = form_page(Report(initial={"since": date(2026, 4, 2), "at": moment}), language)
    assert 'type="date" name="since" value="2026-04-02"' in page
    assert 'type="datetime-local" name="at" value="2026-04-02T14:00"' in page


def test_the_road_names_each_day_each_gap_and_where_one_stands() -> None:
    days = [
        {"number": 1, "name": "Interview", "date": date(2026, 4, 2), "state": "past"},
        {"name": "Good Friday", "date": date(2026, 4, 3), "state": "skipped"},
        {"number": 2, "name": "Corrections", "date": date(2026, 4, 7), "state": "now"},
    ]
    stages = [{"name": "Registration", "state": "past"}, {"name": "General", "state": "now", "days": days}]
    with translation.override("en"):
        page = render_to_string("components/road.html", {"stages": stages})
    assert re.findall(r'datetime="([\d-]+)"', page) == ["2026-04-02", "2026-04-03", "2026-04-07"]
    assert page.count('aria-current="step"') == page.count('aria-current="date"') == 1
    assert re.findall(r'<span class="tag[^>]*>([^<]+)<', page) == ["Done", "Now", "Done", "Now"]
    assert "does not count" in page and "{#" not in page


def test_the_next_date_is_told_whole() -> None:
    context = {
        "date": datetime(2026, 4, 2, 12, 0, tzinfo=UTC),
        "today": date(2026, 3, 31),
        "title": "Interview",
        "place": "Ter Apel",
        "todo": ["Bring the letter."],
        "why_url": "/en/why/",
        "contact_name": "IND",
        "contact_phone": "088 043 0430",
    }
    with translation.override("en"):
        page = render_to_string("components/next_date.html", context)
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    for part in ("Interview", "Thursday 2 April 2026", "in 2 days", "at 14:00", "Ter Apel", "Bring the"):
        assert part in words
    assert 'href="tel:0880430430"' in page and 'href="/en/why/"' in page
