"""The shape of what people hand in and write."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.file_types import ACCEPT, ProvenFile, RefusedFile
from cases.models import Channel
from cases.uploads import take_in


class ProvenFileField(forms.FileField):
    """A file that is what it says: cleans to a ProvenFile, or tells the reason and the cure."""

    default_error_messages = {
        "required": _("Add a file."),
        "empty": _("This file is empty. Choose another one."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPT}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> ProvenFile | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return take_in(upload, claimed_name=upload.name)
        except RefusedFile as refused:
            raise ValidationError(str(refused.message), code=refused.code, params=refused.params) from None


class MessageForm(forms.Form):
    """One message to the service or between client and lawyer."""

    channel = forms.ChoiceField(label=_("To"), choices=Channel.choices)
    body = forms.CharField(
        label=_("Message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )

    def __init__(self, *args: Any, channels: set[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(value, label) for value, label in Channel.choices if value in channels]
        if len(channels) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(channels))
