"""Markdown to HTML, DOCX and PDF by pandoc, with our changes of the document, templates and styles.

Pandoc reads and writes; what is done to the document between (tree/) is Python's, on its JSON.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

import trialtrace
from trialtrace.base.errors import Problem, ProblemsError, UserError, located
from trialtrace.report.links import FIELD, UP
from trialtrace.report.render import typeset
from trialtrace.report.render.document import Document
from trialtrace.report.render.docx import finished
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.house import (
    AUTHOR,
    Page,
    breakable,
    clean_environment,
    page_header,
    reference_docx,
)
from trialtrace.report.render.parts import Part, around, as_text, linked
from trialtrace.report.render.tree.authored import mark_authored
from trialtrace.report.render.tree.crossref import cross_refer
from trialtrace.report.render.tree.formats import for_docx, for_html, for_typst
from trialtrace.report.render.tree.heads import put_over
from trialtrace.report.render.tree.nodes import Node

READER = "markdown-raw_tex-native_divs-native_spans-markdown_in_html_blocks"
# What it writes of a table that is read so.
PIPES = "-raw_html-simple_tables-multiline_tables-grid_tables-fenced_divs"
HERE = Path(__file__).parent
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
# Pages that are written side by side: each takes some hundred megabytes.
AT_ONCE = 2
INSTALL = "pip install pypandoc_binary, or install pandoc 3.8 or newer, or Quarto"


def find_pandoc() -> str:
    """The pandoc that came with the Python environment, else the one on the PATH.

    The order is fixed, whatever else is installed: the lock decides the bytes.
    """
    found = _bundled() or shutil.which("pandoc")
    if not found:
        what = "neither quarto nor pandoc is here"
        raise UserError(Problem("rendering of reports", what, do=INSTALL))
    return found


def _bundled() -> str | None:
    """That of the environment. pypandoc itself is not imported; it would start every pandoc it
    finds to ask for its version."""
    package = find_spec("pypandoc")
    folders = (package.submodule_search_locations or []) if package else []
    found = (shutil.which("pandoc", path=str(Path(folder) / "files")) for folder in folders)
    return next(filter(None, found), None)


@dataclass(frozen=True)
class Conversion:
    """The documents of a report on their way to files; `folder` holds images and inputs."""

    documents: Sequence[Document]
    page: Page
    folder: Path

    @property
    def build(self) -> Path:
        return self.folder / ".pandoc"

    def numbered(self, texts: Sequence[str]) -> list[Part]:
        """The texts read and numbered, once for all formats. Raises UserError for what is wrong."""
        (self.build / "data").mkdir(parents=True, exist_ok=True)
        stems = [self.page.stem, *(Path(one.name).stem for one in self.documents[1:])]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            trees = dict(zip(stems, pool.map(self._read, stems, texts), strict=True))
        calls: dict[str, list[str]] = {}
        for stem, tree in trees.items():
            calls[stem] = mark_authored(tree, authored=bool(self.page.note))
            put_over(tree)
        if problems := dict.fromkeys(cross_refer(trees, self.folder)):
            told = ((_lines(self.documents, name), what, name, do) for what, name, do in problems)
            raise ProblemsError([Problem(at, what, found=n, do=do) for at, what, n, do in told])
        return [Part(stem, as_text(tree), tuple(calls[stem])) for stem, tree in trees.items()]

    def _read(self, stem: str, text: str) -> Node:
        output = self.build / f"read-{stem}.json"
        whole = _metadata(self.documents[0], self.page, stem) + text
        self._run([f"--from={READER}", "--to=json", f"--output={output}"], whole.encode("utf-8"))
        tree: Node = json.loads(output.read_bytes())
        return tree

    def page_of(self, parts: Sequence[Part], part: Part, kind: str) -> bytes:
        """The bytes of one document in one format."""
        name, node = f"{part.stem}.{kind}", linked(parts, part, kind)
        if kind == "docx":
            return self.as_docx(name, node)
        contents = ["--toc", "--toc-depth=3"] if self.documents[0].contents(kind) else []
        if kind == "pdf":
            for_typst(node, self.folder, self.page.numbers)
            template = f"--template={_near(HERE / 'template.typ', self.build)}"
            flags = ["--to=typst", template, f"--variable=maker:{AUTHOR}", *contents]
            source = self._write(name, node, flags, end=".typ")
            return set_pdf(source, self.folder, self.documents[0], private=self.page.private)
        for_html(node, self.folder)
        own = {"header": page_header(), "version": trialtrace.__version__}
        variables = {**own, **around(parts, part, self.page)}
        defaults = self.build / f"{name}.yaml"
        defaults.write_text(json.dumps({"variables": variables}), encoding="utf-8")
        template = f"--template={_near(HERE / 'template.html', self.build)}"
        flags = ["--to=html5", template, f"--defaults={defaults}", "--mathml", *contents]
        text = self._write(name, node, flags).read_text(encoding="utf-8")
        return with_images(breakable(text), self.folder).encode("utf-8")

    def as_docx(self, name: str, node: Node) -> bytes:
        """The bytes of a DOCX of a document or a part of it."""
        contents = self.documents[0].contents("docx")
        for_docx(node, self.folder, self.page.numbers, contents=contents)
        reference = _near(reference_docx(self.page, self.folder), self.build)
        flags = ["--to=docx", f"--reference-doc={reference}"]
        return finished(self._write(name, node, flags).read_bytes())

    def _write(self, name: str, node: Node, flags: list[str], end: str = "") -> Path:
        source, output = self.build / f"{name}.json", self.build / f"out-{name}{end}"
        source.write_text(as_text(node), encoding="utf-8")
        common = ["--from=json", "--syntax-highlighting=none", "--wrap=none"]
        self._run([*common, *flags, str(source), f"--output={output}"])
        return output

    def _run(self, flags: list[str], text: bytes = b"") -> None:
        """Raises UserError for what pandoc says it could not do."""
        command = [find_pandoc(), f"--data-dir={self.build / 'data'}", "--standalone", *flags]
        done = subprocess.run(
            command,
            input=text,
            cwd=self.folder,
            env=clean_environment(),
            capture_output=True,
            check=False,
        )
        log = done.stderr.decode("utf-8", "replace")
        if "Unknown option" in log:
            raise UserError(Problem(command[0], "this pandoc is too old", do=INSTALL))
        if done.returncode or "Could not fetch resource" in log:
            kind = next(flag[5:] for flag in flags if flag.startswith("--to="))
            # What follows are places in the sources of pandoc.
            said = log.partition("HasCallStack backtrace")[0].strip()
            name = self.documents[0].name
            raise UserError(Problem(name, f"pandoc could not write {kind}", found=said))


def convert(
    texts: Sequence[str],
    documents: Sequence[Document],
    page: Page,
    folder: Path,
    formats: Sequence[str],
) -> tuple[dict[str, bytes], list[str]]:
    """The bytes of each file by its name, and the calls that gave what the documents show; `folder`
    holds images and inputs.

    Documents are read and numbered once; their files are then written, some side by side.
    """
    conversion = Conversion(documents, page, folder)
    parts = conversion.numbered(texts)
    jobs = [
        (part, kind)
        for kind in formats
        for part in parts
        if part is parts[0] or kind in page.further
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # A PDF takes as long as all else: started first.
        longest_first = sorted(jobs, key=lambda job: job[1] != "pdf")
        made = {job: pool.submit(conversion.page_of, parts, *job) for job in longest_first}
        files = {f"{part.stem}.{kind}": made[part, kind].result() for part, kind in jobs}
    return files, [call for part in parts for call in part.calls]


def pipe_table_of(frame: str) -> str:
    """The HTML of a data frame as Markdown, with the values as it shows them."""
    flags = ["--from=html", f"--to={READER}{PIPES}", "--wrap=none", f"--columns={len(frame)}"]
    done = subprocess.run(
        [find_pandoc(), *flags],
        input=_STYLE.sub("", frame).encode("utf-8"),
        env=clean_environment(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8")


def _lines(documents: Sequence[Document], name: str) -> str:
    """Where documents have a label, a reference or a file; what a chunk gives stands in none, so
    that the documents are told."""
    found = [
        located(document.name, number)
        for document in documents
        for number, line in enumerate(document.body.splitlines(), document.body_line)
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line)
    ]
    return "; ".join(found or [document.name for document in documents])


def _near(file: Path, build: Path) -> str:
    """A copy of a file by its path from the working folder: in a longer one pandoc would take a
    percent sign for a URL's."""
    shutil.copyfile(file, build / file.name)
    return f"{build.name}/{file.name}"


def _metadata(document: Document, page: Page, stem: str) -> str:
    title = page.title if page.title is not None else str(document.setting("title", default=""))
    title = title if stem == page.stem else f"{stem.capitalize()}: {title}"
    author = document.setting("author")
    meta = {
        "title": escape_markdown(title),
        "pagetitle": escape_markdown(title),
        "subtitle": escape_markdown(document.setting("subtitle", default="")),
        "author": [escape_markdown(author)] if author else [],
        "date": escape_markdown(document.setting("date", default="")),
        "lang": "en",
        "number-sections": document.numbered,
    }
    if page.stamp:
        told = page.stamp.sentence
        meta.update(synthetic=told, description=told, keywords=[told], subject=told)
    kept = {key: value for key, value in meta.items() if value not in ("", [])}
    return f"---\n{json.dumps(kept, ensure_ascii=False)}\n---\n\n"


# The PDF: what pandoc writes for typst, set by it in a process of its own.

# Imported, so that the file counts among the code of a report.
SETTER = Path(typeset.__file__)


def set_pdf(source: Path, folder: Path, document: Document, *, private: bool) -> bytes:
    """The bytes of the PDF; `source` and its images lie in `folder`.

    Raises UserError for what typst refuses; of a private document its words are not shown.
    """
    output = source.with_suffix(".pdf")
    names = [str(file.relative_to(folder)) for file in (source, output)]
    done = subprocess.run(
        [sys.executable, "-I", str(SETTER), *names],
        cwd=folder,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        hidden = f"exit status {done.returncode} (what it says may hold a value, and is not shown)"
        found = hidden if private else said
        raise UserError(
            Problem(
                document.name,
                "typst could not write pdf",
                found=found,
                do="mend what it names, or leave pdf out of report.formats of config.yaml",
            )
        )
    return output.read_bytes()


# Images of a page put into it, since it is mailed or kept alone: as base64, and a drawing with
# links as an element, since links of an image cannot be followed.

# As pandoc writes what a page shows from a file; within a text these marks are escaped.
_SOURCE = re.compile(r'(<\w+\b[^>]*?\bsrc=")([^"]*)(?=")')
# As Quarto writes a drawing too, and what it may call it by.
_EMBEDDED = re.compile(r'<img\b[^>]*?\bsrc="data:image/svg\+xml;base64,([^"]*)"[^>]*>')
_ALT = re.compile(r' (?:alt|aria-label)="([^"]*)"')
_NAME = re.compile(r'( id="| href="#|url\(#)')
# An element of a page is called by its alternative text alone; a head is for other programs.
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_TITLE = re.compile(r"(<svg[^>]*>\s*)<title>.*?</title>", re.DOTALL)


def with_images(page: str, folder: Path) -> str:
    """The page with the images that it names in `folder`, where its filter found each of them."""

    def shown(match: re.Match[str]) -> str:
        source = unescape(match[2])
        if source.startswith("data:"):
            return match[0]
        image = folder / unquote(source)
        kind = guess_type(image.name)[0] or "application/octet-stream"
        data = base64.b64encode(image.read_bytes()).decode("ascii")
        return f"{match[1]}data:{kind};base64,{data}"

    return with_links(_SOURCE.sub(shown, page))


def with_links(page: str) -> str:
    """A page whose drawings with links are elements of it, each called as its image was. Names in a
    drawing are those of its number on the page; its links lead from the page's own folder."""
    drawings = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal drawings
        data = base64.b64decode(match[1])
        if FIELD.encode() not in data:
            return match[0]
        drawings += 1
        drawing = data.decode("utf-8").replace(" xlink:href=", " href=")
        drawing = drawing.replace(f' href="{UP}', ' href="')
        drawing = _METADATA.sub("", drawing[drawing.index("<svg") :])
        drawing = _TITLE.sub(r"\1", drawing, count=1)
        alt = _ALT.search(match[0])
        called = f'<svg role="group" aria-label="{alt[1] if alt else ""}" '
        return _NAME.sub(rf"\1f{drawings}-", drawing).replace("<svg ", called, 1)

    return _EMBEDDED.sub(shown, page)
