"""Render Quarto documents to self-contained HTML and DOCX."""

from trialtrace.display.render.api import RenderedFiles, render_document
from trialtrace.display.render.escape import escape_markdown

__all__ = ["RenderedFiles", "escape_markdown", "render_document"]
