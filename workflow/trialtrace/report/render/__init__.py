"""Render Quarto documents to self-contained HTML and DOCX."""
