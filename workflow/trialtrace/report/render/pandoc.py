"""Markdown to HTML, DOCX and PDF by pandoc, with our changes of the document, templates and styles.

Pandoc reads and writes; what is done to the document between (tree/) is Python's, on its JSON.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from trialtrace.report.render.parts import (
    LARGEST,
    Numbered,
    Part,
    as_text,
    elsewhere,
    further,
    navigation,
    way,
)
from trialtrace.report.render.tree.authored import mark_authored
from trialtrace.report.render.tree.crossref import cross_refer
from trialtrace.report.render.tree.formats import for_docx, for_html, for_typst
from trialtrace.report.render.tree.heads import keep_per_cents, put_over
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
    """Documents that are written from one text: `folder` holds images and inputs."""

    documents: Sequence[Document]
    page: Page
    folder: Path

    @property
    def build(self) -> Path:
        return self.folder / ".pandoc"

    @property
    def common(self) -> list[str]:
        return [find_pandoc(), f"--data-dir={self.build / 'data'}", "--standalone"]

    def numbered(self, markdown: str) -> Numbered:
        """The text read and numbered, once for all pages."""
        (self.build / "data").mkdir(parents=True)
        document, read = self.documents[0], self.build / "document.json"
        text = _metadata(document, self.page) + markdown
        command = [*self.common, f"--from={READER}", "--to=json", f"--output={read}"]
        _start(command, self.folder, stdin=subprocess.PIPE).finish(document, text.encode("utf-8"))
        tree = json.loads(read.read_bytes())
        return _numbered(tree, self.folder, self.documents, bool(self.page.note))

    def written(self, name: str, node: Node, flags: list[str]) -> bytes:
        """The bytes of one file of a part of it."""
        kind, document, folder = name.rpartition(".")[2], self.documents[0], self.folder
        if kind == "html":
            for_html(node, folder)
        elif kind == "docx":
            for_docx(node, folder, self.page.numbers, contents=document.contents(kind))
        else:
            for_typst(node, folder, self.page.numbers)
        source, output = self.build / f"{name}.json", self.build / f"out-{name}"
        source.write_text(as_text(node), encoding="utf-8")
        if kind == "pdf":
            output = output.with_suffix(".typ")
        command = [*self.common, "--from=json", *flags, str(source), f"--output={output}"]
        _start(command, folder).finish(document)
        if kind == "pdf":
            return set_pdf(output, folder, document, private=self.page.private)
        data = output.read_bytes()
        if kind == "docx":
            return finished(data)
        return with_images(breakable(data.decode("utf-8")), folder).encode("utf-8")

    def as_docx(self, name: str, node: Node) -> bytes:
        """The bytes of a DOCX of a part of it."""
        flags = _of_format("docx", self.documents[0], self.page, self.build, name, {})
        return self.written(name, node, flags)


def convert(
    markdown: str,
    documents: Sequence[Document],
    page: Page,
    folder: Path,
    formats: Iterable[str],
) -> dict[str, bytes]:
    """The bytes of each file by its name; `folder` holds images and inputs.

    The document is read and numbered once; its pages are then written, some side by side.
    """
    conversion = Conversion(documents, page, folder)
    commands = _pages(conversion.numbered(markdown), documents[0], page, conversion.build)
    jobs = {job[0]: job for kind in formats for job in commands(kind)}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # A PDF takes as long as all else: started first.
        longest_first = sorted(jobs, key=lambda name: not name.endswith(".pdf"))
        made = {name: pool.submit(conversion.written, *jobs[name]) for name in longest_first}
        return {name: made[name].result() for name in jobs}


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


def _numbered(tree: Node, folder: Path, documents: Sequence[Document], authored: bool) -> Numbered:
    """What pandoc read, numbered. Raises UserError for what is wrong with it."""
    mark_authored(tree, authored=authored)
    keep_per_cents(tree)
    put_over(tree)
    if problems := cross_refer(tree, folder):
        wrong = dict.fromkeys(problems)
        told = [Problem(_lines(documents, n), what, found=n, do=do) for what, n, do in wrong]
        raise ProblemsError(told)
    return Numbered(tree, folder)


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


def _pages(
    numbered: Numbered, document: Document, page: Page, build: Path
) -> Callable[[str], Iterator[tuple[str, Node, list[str]]]]:
    """For a format: the name of each file, what stands in it, and what pandoc is told to write
    it."""

    def of_format(kind: str) -> Iterator[tuple[str, Node, list[str]]]:
        parts = numbered.parts(LARGEST if kind == "html" else None)
        for record_batch in parts:
            if record_batch.page and kind not in page.further:
                continue
            name = f"{record_batch.stem(page.stem)}.{kind}"
            variables: Variables = _around(parts, record_batch, page) if kind == "html" else {}
            flags = _of_format(kind, document, page, build, name, variables)
            files = elsewhere(parts, record_batch, page.stem, kind)
            yield name, numbered.alone(record_batch, files, page.stem), flags

    return of_format


Variables = dict[str, str | list[dict[str, str]]]


@dataclass(frozen=True)
class _Running:
    """A pandoc that runs, and what it was called with."""

    command: list[str]
    process: subprocess.Popen[bytes]

    def finish(self, document: Document, text: bytes | None = None) -> None:
        """Wait for its end. Raises UserError for what it says it could not do."""
        log = self.process.communicate(text)[1].decode("utf-8", "replace")
        if "Unknown option" in log:
            raise UserError(Problem(self.command[0], "this pandoc is too old", do=INSTALL))
        if self.process.returncode or "Could not fetch resource" in log:
            kind = next(flag[5:] for flag in self.command if flag.startswith("--to="))
            what = f"pandoc could not write {kind}"
            # What follows are places in the sources of pandoc.
            said = log.partition("HasCallStack backtrace")[0].strip()
            raise UserError(Problem(document.name, what, found=said))


def _start(command: list[str], folder: Path, stdin: int = subprocess.DEVNULL) -> _Running:
    process = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=clean_environment(),
    )
    return _Running(command, process)


def _around(parts: list[Part], part: Part, page: Page) -> Variables:
    """What of a page leads to others, for the template."""
    return {
        "pages": navigation(parts, part, page.stem, page.before, page.beside),
        "further": further(parts, part, page.stem),
        "crumbs": way(parts, part, page),
    }


def _of_format(
    kind: str,
    document: Document,
    page: Page,
    build: Path,
    name: str,
    around: Variables,
) -> list[str]:
    flags = ["--syntax-highlighting=none", "--wrap=none"]
    if kind == "docx":
        return [
            "--to=docx",
            f"--reference-doc={_near(reference_docx(page, build.parent), build)}",
            *flags,
        ]
    flags += ["--toc", "--toc-depth=3"] if document.contents(kind) else []
    if kind == "pdf":
        template = f"--template={_near(HERE / 'template.typ', build)}"
        return ["--to=typst", template, f"--variable=maker:{AUTHOR}", *flags]
    header = build / f"{name}.yaml"
    variables = {"header": page_header(), "version": trialtrace.__version__, **around}
    header.write_text(json.dumps({"variables": variables}), encoding="utf-8")
    return [
        "--to=html5",
        f"--template={_near(HERE / 'template.html', build)}",
        f"--defaults={header}",
        "--mathml",
        *flags,
    ]


def _near(file: Path, build: Path) -> str:
    """A copy of a file by its path from the working folder: in a longer one pandoc would take a
    percent sign for a URL's."""
    shutil.copyfile(file, build / file.name)
    return f"{build.name}/{file.name}"


def _metadata(document: Document, page: Page) -> str:
    title = page.title if page.title is not None else str(document.setting("title", default=""))
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


# Images of a page put into it: drawings as text, which is shorter than base64, all else as base64;
# one with links as an element, since links of an image cannot be followed. A page that is mailed or
# kept alone has its images. Pandoc would write drawings by base64 too, and reads the whole page
# anew for it.

DRAWING = "data:image/svg+xml,"
# As pandoc writes what a page shows from a file; within a text these marks are escaped.
_SOURCE = re.compile(r'<(?P<tag>\w+)\b[^>]*?\bsrc="(?P<source>[^"]*)"[^>]*>')
# As Quarto writes a drawing, and what it may call it by.
_EMBEDDED = re.compile(r'<img\b[^>]*?\bsrc="data:image/svg\+xml;base64,([^"]*)"[^>]*>')
_ALT = re.compile(r' (?:alt|aria-label)="([^"]*)"')
# What is not drawn: a head for other programs, whose entities would be lost with it, and remarks.
_UNSEEN = re.compile(
    r"<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL
)
_GROUP = re.compile(r'<g id="([^"]*)">')
_GROUPED = re.compile(r"<g>|<g [^>]*[^/]>|</g>")
_NAMED = re.compile(r"#([^\")'\s]+)")
_NAME = re.compile(r'( id="| href="#|url\(#)')
# An element of a page is called by its alternative text alone.
_TITLE = re.compile(r"(<svg[^>]*>)<title>.*?</title>", re.DOTALL)
_BLANK = re.compile(r"\s*\n\s*")
# What a URL in an attribute may not hold; all else stands as it is.
_URL_MARKS = str.maketrans({"%": "%25", "#": "%23", '"': "'", "<": "%3C", ">": "%3E", "&": "%26"})
_URL_QUOTED = _URL_MARKS | {ord('"'): "%22", ord("'"): "%27"}


def with_images(page: str, folder: Path) -> str:
    """The page with the images that it names in `folder`, where its filter found each of them."""
    drawings = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal drawings
        source = unescape(match["source"])
        if source.startswith("data:"):
            return match[0]
        image = folder / unquote(source)
        data = image.read_bytes()
        if match["tag"] == "img" and image.suffix == ".svg" and FIELD.encode() in data:
            drawings += 1
            return inline(data.decode("utf-8"), _words(match[0]), drawings)
        start, end = (at - match.start() for at in match.span("source"))
        return f"{match[0][:start]}{_data(image, data)}{match[0][end:]}"

    return _SOURCE.sub(shown, page)


def with_links(page: str) -> str:
    """A page of Quarto whose drawings with links are elements of it, as they are here."""
    drawings = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal drawings
        data = base64.b64decode(match[1])
        if FIELD.encode() not in data:
            return match[0]
        drawings += 1
        return inline(data.decode("utf-8"), _words(match[0]), drawings)

    return _EMBEDDED.sub(shown, page)


def _words(image: str) -> str:
    """What an image is called, as its mark has it."""
    alt = _ALT.search(image)
    return alt[1] if alt else ""


def inline(drawing: str, words: str, number: int) -> str:
    """A drawing with links as an element of a page, called by `words`. Names in it are those of the
    `number`-th drawing of the page; its links lead from the page's own folder."""
    shown = _TITLE.sub(r"\1", _seen(drawing)).replace(f' href="{UP}', ' href="')
    shown = _NAME.sub(rf"\1f{number}-", shown)
    return shown.replace("<svg ", f'<svg role="group" aria-label="{words}" ', 1)


def _data(image: Path, data: bytes) -> str:
    if image.suffix == ".svg":
        return DRAWING + svg_text(data.decode("utf-8"))
    kind = guess_type(image.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def svg_text(drawing: str) -> str:
    """What is seen of a drawing, as the data of a URL. Its quotes become single ones, which are
    shorter there, unless it has such itself."""
    shown = _seen(drawing)
    return shown.translate(_URL_QUOTED if "'" in shown else _URL_MARKS)


def _seen(drawing: str) -> str:
    """A drawing without what is not seen; names of groups go where nothing refers to them."""
    if "<![CDATA[" in drawing:
        return drawing
    drawing = _BLANK.sub(" ", _UNSEEN.sub("", drawing)).strip().replace("> <", "><")
    used = set(_NAMED.findall(drawing))
    # Browsers know the shorter name; other programs have the drawing's own file.
    drawing = drawing.replace(" xlink:href=", " href=")
    return _unwrapped(_GROUP.sub(lambda group: group[0] if group[1] in used else "<g>", drawing))


def _unwrapped(drawing: str) -> str:
    """A drawing without its groups that say nothing."""
    plain: list[bool] = []

    def kept(mark: re.Match[str]) -> str:
        if mark[0] != "</g>":
            plain.append(mark[0] == "<g>")
            return "" if plain[-1] else mark[0]
        return "" if plain.pop() else mark[0]

    return _GROUPED.sub(kept, drawing)
