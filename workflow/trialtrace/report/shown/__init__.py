"""What a reader sees of a document: its text, links and figures, read from HTML and from DOCX."""
