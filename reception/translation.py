"""Which texts of reception staff edit in each language."""

from modeltranslation.translator import TranslationOptions, register

from reception.models import Centre


@register(Centre)
class CentreTranslation(TranslationOptions):
    fields = ("desk",)
