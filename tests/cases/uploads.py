"""Handing a file in and hearing what became of it."""

from __future__ import annotations

import io

import pikepdf
import pytest

from cases.file_types import RefusedFile, prove

LIMIT = 20 * 1024 * 1024
Name = pikepdf.Name


def take(data: bytes, name: str, *, limit: int = LIMIT):
    return prove(io.BytesIO(data), claimed_name=name, limit=limit)


def refusal(data: bytes, name: str, *, limit: int = LIMIT) -> RefusedFile:
    with pytest.raises(RefusedFile) as caught:
        take(data, name, limit=limit)
    return caught.value


def text_of(pdf: bytes) -> bytes:
    """Everything in a PDF uncompressed, so that a word left anywhere is found."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            target,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return target.getvalue()


def with_scripts(pdf):
    """A PDF that would run scripts when it is opened, turned or closed."""
    script = pdf.make_indirect(pikepdf.Dictionary(S=Name.JavaScript, JS=b"app.alert('MARK')"))
    pdf.Root.OpenAction = script
    pdf.Root.AA = pikepdf.Dictionary(WC=script)
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[b"MARK", script]))
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=script)
