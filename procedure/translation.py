"""Which texts of the procedure staff edit in each language."""

from modeltranslation.translator import TranslationOptions, register

from procedure.models import StageText


@register(StageText)
class StageTextTranslation(TranslationOptions):
    fields = ("happens", "to_do", "helps")
