"""The OpenAPI description."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from procedure.access import ACTORS
from reception.step_texts import WHAT_IT_DOES

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "openapi.yaml"


def test_it_is_made_without_a_warning_and_the_kept_copy_is_current(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    with translation.override("nl"):
        call_command("spectacular", validate=True, fail_on_warn=True, file=str(made))
    words = "make it anew: manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"
    assert made.read_text() == KEPT.read_text(), words


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return yaml.safe_load(KEPT.read_text())


@pytest.mark.parametrize("language", ["ar", "nl", "en"])
def test_it_is_open_to_anyone_and_the_same_in_every_language(kept: dict[str, Any], language: str) -> None:
    headers = {"accept-language": language}
    as_yaml = Client().get("/api/schema/", headers=headers)
    as_json = Client().get("/api/schema/?format=json", headers=headers)
    by_header = Client().get("/api/schema/", headers={**headers, "accept": "application/json"})
    assert as_yaml.status_code == as_json.status_code == by_header.status_code == 200
    assert (
        yaml.safe_load(as_yaml.content)
        == json.loads(as_json.content)
        == json.loads(by_header.content)
        == kept
    )


def test_another_form_of_it_is_a_problem_in_json() -> None:
    for options in ({"data": {"format": "xml"}}, {"headers": {"accept": "text/html"}}):
        answer = Client().get("/api/schema/", **options)
        assert answer.status_code in (404, 406)
        assert (
            answer["Content-Type"] == "application/problem+json"
            and answer.json()["status"] == answer.status_code
        )


def test_every_operation_says_how_it_fails_and_who_may_ask(kept: dict[str, Any]) -> None:
    for path, operations in kept["paths"].items():
        for method, operation in operations.items():
            where, answers = (method, path), operation["responses"]
            for code, found in answers.items():
                if not code.startswith("2"):
                    schema = found["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Problem"}, where
            if where != ("post", "/api/tokens/"):
                assert operation["security"] == [{"token": []}, {"session": []}], where
                assert "401" in answers, where
            assert ("404" in answers) or "{" not in path, where
            assert ("400" in answers) or "requestBody" not in operation, where
            assert operation.get("description"), where
    assert {"401", "409", "404", "403", "400", "201"} <= set(
        kept["paths"]["/api/procedures/{id}/transitions/{name}/"]["post"]["responses"]
    )
    assert "429" in kept["paths"]["/api/tokens/"]["post"]["responses"]


def test_it_names_the_filters_the_pages_and_the_steps(kept: dict[str, Any]) -> None:
    def names(path: str) -> set[str]:
        return {parameter["name"] for parameter in kept["paths"][path]["get"]["parameters"]}

    assert names("/api/cases/") == {"number", "special_need", "state", "track", "page", "page_size"}
    assert names("/api/deadlines/") == {
        "procedure", "state", "rule", "owed_by", "due_after", "due_before", "page", "page_size",
    }  # fmt: skip
    for whose, steps in (("procedures", ACTORS), ("receptions", WHAT_IT_DOES)):
        for path in ("{name}/", "{name}/preview/"):
            parameters = kept["paths"][f"/api/{whose}/{{id}}/transitions/{path}"]["post"]["parameters"]
            (name,) = (parameter for parameter in parameters if parameter["name"] == "name")
            assert set(name["schema"]["enum"]) == set(steps)
    assert set(kept["components"]["securitySchemes"]) == {"token", "session"}
