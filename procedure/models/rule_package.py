"""Published rule packages: dated, immutable, the law that a procedure is pinned to."""

import json
from datetime import date
from functools import lru_cache
from typing import Self, cast

from django.db import models

from procedure import rules
from procedure.law_changes import amended


@lru_cache(maxsize=64)
def _parsed(text: str, name: str, changes: str) -> rules.RulePackage:
    law = rules.parse_package(text, file=f"{name}.toml")
    for change in json.loads(changes):
        law = amended(law, change)
    return law


class RulePackageQuerySet(models.QuerySet):
    def in_force(self, *, on: date) -> Self:
        """The latest published package that is valid on this day; no two can overlap."""
        return self.filter(status="published", valid_from__lte=on).order_by("-valid_from")[:1]

    def held(self, name: str) -> "RulePackage":
        """The package of this name as it is now; until the transaction ends nobody confirms a change of it.

        Shared: any number of procedures can come under it at once, as against FOR UPDATE.
        """
        held = self.raw("SELECT * FROM procedure_rulepackage WHERE name = %s FOR SHARE", [name])
        return cast("RulePackage", held[0])

    def draft_in_place_of(self, package: "RulePackage", *, on: date) -> Self:
        """The newest draft that would serve an application of this day, were it published."""
        drafts = self.filter(status="draft", valid_from__lte=on, valid_from__gt=package.valid_from)
        return drafts.defer("text").order_by("-valid_from")[:1]


class RulePackage(models.Model):
    """One version of the rules, as it was loaded from its TOML file, and what was changed in it since."""

    name = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=200)
    valid_from = models.DateField(unique=True)
    status = models.CharField(max_length=10)
    text = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    loaded_at = models.DateTimeField()
    # Beside the rows of the amendments, so that the law comes with the package and not with one more query.
    changes = models.JSONField(default=list, editable=False)

    objects = RulePackageQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def law(self) -> rules.RulePackage:
        """The rules themselves: the text, and the changes that were confirmed since."""
        return _parsed(self.text, self.name, json.dumps(self.changes, sort_keys=True))

    @classmethod
    def law_of(cls, name: str, *, near: Self) -> rules.RulePackage:
        """The law of the package of this name; `near` is one at hand that mostly is it."""
        return (near if near.pk == name else cls.objects.get(pk=name)).law
