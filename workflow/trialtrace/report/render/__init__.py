"""Render Quarto documents to self-contained HTML and DOCX."""

from trialtrace.report.render.api import RenderedFiles, render_document
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.house import page_header, resource_files
from trialtrace.report.render.subset import check_document

__all__ = [
    "RenderedFiles",
    "check_document",
    "escape_markdown",
    "page_header",
    "render_document",
    "resource_files",
]
