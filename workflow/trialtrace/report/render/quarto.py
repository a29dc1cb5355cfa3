"""The renderer Quarto: a copy of the document in a scratch folder, one call a format.

Its pages and DOCX have the texts of the embedded renderer's and another layout; of a table that can
be referred to, Quarto centres the cells of a DOCX whatever the columns say, and so it stays.
"""

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.render import embedded
from trialtrace.report.render.document import Document
from trialtrace.report.render.docx import MAIN, finished
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.house import (
    Page,
    clean_environment,
    page_header,
    reference_docx,
)
from trialtrace.report.render.pandoc import with_links
from trialtrace.report.render.tree.for_quarto import AUTHORED, FOLDER, NAME
from trialtrace.run.trial.settings import find_quarto

OUTPUT = "rendered"
FILTER = Path(__file__).with_name("quarto.lua")
STEM = "document"
_SHOWN_LINES = 30
# Before all else of a page, as on those of the embedded renderer.
SKIP = '<nav aria-label="Skip"><a class="skip" href="#title-block-header">To the text</a></nav>'
PAGES = '<nav class="pages" aria-label="Pages of this report">{}</nav>'
_SET_HERE = {"toc", "number-sections"}
# What conda's activation sets; a quarto started by its path from elsewhere lacks it.
_CONDA = {
    "QUARTO_DENO": ("bin/deno",),
    "QUARTO_DENO_DOM": ("lib/deno_dom.so", "lib/deno_dom.dylib"),
    "QUARTO_PANDOC": ("bin/pandoc",),
    "QUARTO_ESBUILD": ("bin/esbuild",),
    "QUARTO_TYPST": ("bin/typst",),
    "QUARTO_DART_SASS": ("bin/sass",),
    "QUARTO_SHARE_PATH": ("share/quarto",),
}


def render(
    documents: Sequence[Document],
    page: Page,
    folder: Path,
    formats: tuple[str, ...],
) -> tuple[dict[str, bytes], str, list[str]]:
    """The bytes of each file, one a format of every document; the name and version of the renderer;
    the calls that gave what the documents show, as the embedded renderer reads them."""
    quarto = Path(find_quarto())
    environment = quarto_environment(quarto) | {FOLDER: str(folder)}
    environment |= {AUTHORED: "yes"} if page.note else {}
    page.place_numbers(folder)
    made = {}
    for document in documents:
        first = document is documents[0]
        stem = page.stem if first else Path(document.name).stem
        around = _head(page, [one.name for one in documents], stem)
        matter = _front_matter(document, page, folder, around)
        text = f"---\n{matter}---\n\n{page.head}{document.body}"
        (folder / f"{STEM}.qmd").write_text(text, encoding="utf-8")
        for kind in formats if first else (one for one in formats if one in page.further):
            data = _render(quarto, kind, document, page, folder, environment | {NAME: stem})
            made[f"{stem}.{kind}"] = data
    version = _run([quarto, "--version"], folder, environment).stdout.strip()
    return made, f"quarto {version}", embedded.render(documents, page, folder, ())[2]


def quarto_environment(quarto: Path) -> dict[str, str]:
    """The caller's environment with what makes Quarto find its parts and repeat its bytes."""
    style = Path(__file__).with_name("matplotlibrc")
    fixed = clean_environment(QUARTO_PYTHON=sys.executable, MATPLOTLIBRC=str(style))
    environment = {**os.environ, **fixed}
    environment.pop("MPLBACKEND", None)
    prefix = quarto.parent.parent
    if (prefix / "conda-meta").is_dir() and (prefix / "share" / "quarto").is_dir():
        environment["QUARTO_CONDA_PREFIX"] = str(prefix)
        for name, candidates in _CONDA.items():
            candidate = next((prefix / c for c in candidates if (prefix / c).exists()), None)
            if candidate:
                environment[name] = str(candidate)
    return environment


def _head(page: Page, names: Sequence[str], stem: str) -> str:
    """What of a page stands before its text: skip link, stamp, the way to it, pages beside it."""
    stems = [page.stem, *(Path(name).stem for name in names[1:])]
    over = () if stem == page.stem else ((page.stem.capitalize(), f"{page.stem}.html"),)
    pages = [*page.before, *((one.capitalize(), f"{one}.html") for one in stems), *page.beside]
    links = " ".join(
        f'<span aria-current="page">{escape(title)}</span>'
        if target == f"{stem}.html"
        else f'<a href="{escape(target)}">{escape(title)}</a>'
        for title, target in pages
    )
    parts = [
        SKIP,
        f'<div class="synthetic-banner">{page.stamp.sentence}</div>' if page.stamp else "",
        page.way(stem.capitalize(), over),
        PAGES.format(links) if pages[1:] else "",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _front_matter(document: Document, page: Page, folder: Path, around: str) -> str:
    import yaml

    (folder / "head.html").write_text(page_header(), encoding="utf-8")
    shared = {"number-sections": document.numbered, "toc-depth": 3, "tbl-colwidths": False}
    html = shared | {
        "toc": document.contents("html"),
        "embed-resources": True,
        "html-math-method": "mathml",
        "minimal": True,
        "theme": "none",
        "include-in-header": "head.html",
        "fig-format": "svg",
    }
    docx = shared | {
        "toc": document.contents("docx"),
        "reference-doc": str(reference_docx(page, folder)),
    }
    execute = document.setting("execute")
    meta = {
        **{key: value for key, value in document.meta.items() if key not in _SET_HERE},
        "date-format": "iso",
        "lang": "en",
        "jupyter": "python3",
        "filters": [{"path": str(FILTER), "at": "pre-ast"}],
        "execute": {**(execute if isinstance(execute, dict) else {}), "daemon": False},
        "format": {"html": html, "docx": docx, "typst": shared | {"toc": document.contents("pdf")}},
    }
    if page.title is not None:
        meta["title"] = page.title
    for name in ("title", "subtitle", "author"):
        if name in meta:
            meta[name] = escape_markdown(meta[name])
    (folder / "before.html").write_text(around, encoding="utf-8")
    html["include-before-body"] = "before.html"
    if page.stamp:
        told = page.stamp.sentence
        meta |= {"description": told, "subject": told, "keywords": [told]}
    return yaml.safe_dump(meta, sort_keys=False, allow_unicode=True, width=1000)


def _render(quarto: Path, kind: str, document: Document, page: Page, folder: Path, environment):
    form = "typst" if kind == "pdf" else kind
    command = [quarto, "render", f"{STEM}.qmd", "--to", form, "--output-dir", OUTPUT]
    done = _run(command, folder, environment)
    output = folder / OUTPUT / f"{STEM}.{kind}"
    if done.returncode or not output.is_file():
        hidden = f"exit status {done.returncode} (what it says may hold a value, and is not shown)"
        found = hidden if page.private else _tail(done, folder)
        raise UserError(Problem(document.name, f"quarto could not write {kind}", found=found))
    data = output.read_bytes()
    if kind != "pdf":
        _refuse_unresolved(done.stderr + done.stdout, data, kind, document)
    if kind == "html":
        return with_links(data.decode("utf-8")).encode("utf-8")
    return finished(data) if kind == "docx" else data


def _run(command: list, folder: Path, environment: dict) -> subprocess.CompletedProcess:
    command = [str(part) for part in command]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )


def _tail(done: subprocess.CompletedProcess, folder: Path) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr + done.stdout)
    lines = text.replace(f"{folder}{os.sep}", "").strip().splitlines()
    return "\n            ".join(lines[-_SHOWN_LINES:]) or f"exit status {done.returncode}"


def _refuse_unresolved(log: str, data: bytes, kind: str, document: Document) -> None:
    """Quarto only warns of an unresolved reference and of a resource that it could not embed."""
    if "Could not fetch resource" in log:
        raise UserError(Problem(document.name, "a resource of the page could not be embedded"))
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(MAIN)
    text = data.decode("utf-8")
    shown = re.sub(r"<[^>]+>", "", text)
    missing = set(re.findall(r"\?@((?:fig|tbl|sec)-[\w-]+)", shown))
    missing |= set(re.findall(r"Unable to resolve crossref @?((?:fig|tbl|sec)-[\w-]+)", log))
    if missing:
        names = ", ".join(f"@{name}" for name in sorted(missing))
        raise UserError(Problem(document.name, f"references without a target: {names}"))
