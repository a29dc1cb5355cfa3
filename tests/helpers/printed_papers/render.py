"""A made-up report in the forms in which papers come, by programs that others wrote.

HTML is written here; pandoc makes JATS and DOCX of it, Chromium and typst PDF.
"""

import subprocess
import tempfile
from pathlib import Path

from printed_papers.trial import PrintedTable, Trial

FORMS = ("html", "jats", "docx", "pdf_chromium", "pdf_two_columns", "pdf_typst")
CSS = """body{font:11pt serif;margin:2cm} table{border-collapse:collapse;font-size:9pt;margin:6pt 0}
th,td{padding:2pt 6pt;text-align:left;vertical-align:top} thead{border-bottom:1pt solid}
table{border-top:1pt solid;border-bottom:1pt solid} h1{font-size:16pt} h2{font-size:12pt}
caption{text-align:left;font-weight:bold}"""
TWO = "body{columns:2;column-gap:1cm} h1,table,.caption{column-span:all}"
FILL = (
    "Patients were followed up by telephone and at visits to the clinic. Nobody was lost. The "
    "protocol was kept to, and the sponsor had no part in it. Staff were trained before the start."
)


def html(trial: Trial, two: bool = False, page: str = "") -> str:
    tables = "\n".join(_table(one, two) for one in trial.tables)
    abstract = " ".join(text for text, _ in trial.sentences)
    style = CSS + (TWO if two else "") + page
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>A made-up trial</title>'
        f"<style>{style}</style></head><body><h1>A made-up trial</h1><h2>Abstract</h2>"
        f"<p>{abstract}</p><h2>Methods</h2><p>{FILL} {FILL}</p><h2>Results</h2><p>{FILL}</p>\n"
        f"{tables}<h2>Discussion</h2><p>{FILL}</p></body></html>"
    )


def _table(table: PrintedTable, two: bool) -> str:
    heads = "".join(
        "<tr>"
        + "".join(
            f'<th colspan="{across}" rowspan="{down}">{text}</th>' for text, across, down in row
        )
        + "</tr>"
        for row in table.heads
    )
    body = "".join(
        "<tr>" + "".join(f'<td colspan="{across}">{text}</td>' for text, across in row) + "</tr>"
        for row in table.rows
    )
    notes = f"<p>{table.notes}</p>" if table.notes else ""
    return (
        f"<table><caption>{table.caption}</caption><thead>{heads}</thead>"
        f"<tbody>{body}</tbody></table>{notes}\n"
    )


def render(trial: Trial, form: str, height: int = 297) -> tuple[bytes, str]:
    """The report as a file of the form, and the ending of its name; pages of Chromium have the
    height in mm."""
    sheet = f"@page{{size:210mm {height}mm}}"
    page = html(trial, form == "pdf_two_columns", sheet)
    if form == "html":
        return page.encode(), ".html"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "paper.html"
        source.write_text(page, encoding="utf-8")
        if form.startswith("pdf_") and form != "pdf_typst":
            made = Path(folder) / "paper.pdf"
            subprocess.run(
                [
                    "chromium",
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--no-pdf-header-footer",
                    f"--print-to-pdf={made}",
                    source.as_uri(),
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )
            return made.read_bytes(), ".pdf"
        import pypandoc

        def convert(to: str, ending: str) -> Path:
            made = Path(folder) / f"paper.{ending}"
            pypandoc.convert_file(
                str(source), to, format="html", outputfile=str(made), extra_args=["--standalone"]
            )
            return made

        if form == "jats":
            return convert("jats", "xml").read_bytes(), ".xml"
        if form == "docx":
            return convert("docx", "docx").read_bytes(), ".docx"
        import typst

        return bytes(typst.compile(str(convert("typst", "typ")))), ".pdf"
