"""Published rule packages: dated, immutable, the law that a procedure is pinned to."""

from datetime import date
from functools import lru_cache
from typing import Self

from django.db import models

from procedure import rules


@lru_cache(maxsize=32)
def _parsed(text: str, name: str) -> rules.RulePackage:
    return rules.parse_package(text, file=f"{name}.toml")


class RulePackageQuerySet(models.QuerySet):
    def in_force(self, *, on: date) -> Self:
        """The latest published package that is valid on this day; no two can overlap."""
        return self.filter(status="published", valid_from__lte=on).order_by("-valid_from")[:1]


class RulePackage(models.Model):
    """One version of the rules, as it was loaded from its TOML file."""

    name = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=200)
    valid_from = models.DateField(unique=True)
    status = models.CharField(max_length=10)
    text = models.TextField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    loaded_at = models.DateTimeField()

    objects = RulePackageQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def law(self) -> rules.RulePackage:
        """The rules themselves, parsed."""
        return _parsed(self.text, self.name)
