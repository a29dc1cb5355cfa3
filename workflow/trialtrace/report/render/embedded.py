"""The embedded renderer: the same document without Quarto, by IPython and pandoc."""

from __future__ import annotations

from pathlib import Path

from trialtrace.report.render import pandoc
from trialtrace.report.render.assemble import Assembler
from trialtrace.report.render.document import Document
from trialtrace.report.render.execute import session
from trialtrace.report.render.house import Page


def render(
    document: Document, params: dict, page: Page, folder: Path, formats: tuple[str, ...]
) -> tuple[dict[str, bytes], str]:
    """The bytes of each file by its name, and the name of the renderer."""
    with session(document, folder, page.private) as running:
        markdown = Assembler(document, running, folder).markdown(params)
    return pandoc.convert(markdown, document, page, folder, formats), "embedded"
