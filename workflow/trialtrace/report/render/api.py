"""Render one Quarto document: to HTML and DOCX by either renderer, to PDF by the embedded one."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_bytes
from trialtrace.report.render.document import Document, read_document
from trialtrace.report.render.house import (
    BY_RELATIVE_PATH,
    FORMATS,
    SHOWS_FOLDER,
    Page,
)
from trialtrace.run.trial.settings import EMBEDDED, QUARTO

if TYPE_CHECKING:
    from trialtrace.report.render.floats import Lines

# What either renderer makes; a PDF is of the embedded one alone.
BY_EITHER = FORMATS[:2]
RENDERERS = (EMBEDDED, QUARTO)


@dataclass(frozen=True)
class RenderedFiles:
    """What was written, and by which renderer (a volatile fact: it belongs into run.json).

    `files` are all of them; `calls` gave what the documents show, as "table:pain".
    """

    html: Path | None
    docx: Path | None
    pdf: Path | None
    renderer: str
    files: tuple[Path, ...] = ()
    calls: tuple[str, ...] = ()


def render_document(
    source: Path,
    *further: Path,
    out_dir: Path,
    stem: str,
    inputs: Mapping[str, Path] | None = None,
    home: Path | None = None,
    formats: Sequence[str] = BY_EITHER,
    renderer: str = EMBEDDED,
    title: str | None = None,
    note: str = "",
    stamp: Stamp | None = None,
    private: bool = False,
    before: Sequence[tuple[str, str]] = (),
    beside: Sequence[tuple[str, str]] = (),
    above: Sequence[tuple[str, str]] | None = None,
    numbers: Sequence[str] = (),
    of_further: Sequence[str] | None = None,
) -> RenderedFiles:
    """Write `out_dir/stem.html`, `.docx` and `.pdf`, all or none, and the pages of `further`
    documents by their names, in the formats `of_further` alone where it is given.

    `note` stands at the head of the first. `inputs` maps a name to a file or folder that cells and
    images find under that name beside the document; with `home`, its folder in a project, they
    find the rest of that by the same relative paths as there. `title` replaces the title of the
    front matter; `stamp` stands on every page; `private` keeps what an exception says, which may
    hold a value of the data, out of errors. `before` and `beside` are title and link of other pages
    of the folder, to which its pages lead before and after its own; with `above`, those over it,
    they begin with the way to them, on which one that has none over it goes by its title. In a DOCX
    or PDF, mailed alone, a link to a page of the folder is text; one to the trace of one of the
    `numbers`, which are short ids, leads to where that stands first.
    """
    _known("format", formats, FORMATS)
    _known("renderer", [renderer], RENDERERS)
    documents = [read_document(path) for path in (source, *further)]
    over = None if above is None else tuple(above)
    around = tuple(before), tuple(beside), over
    own = FORMATS if of_further is None else tuple(of_further)
    page = Page(title, stamp, private, stem, *around, tuple(numbers), note, own)
    alone = [kind for kind in formats if renderer == QUARTO and kind not in BY_EITHER]
    shares = {EMBEDDED: alone} if alone else {}
    shares[renderer] = [kind for kind in formats if kind not in alone]
    made: dict[str, bytes] = {}
    calls: list[str] = []
    for chosen, kinds in shares.items():
        with tempfile.TemporaryDirectory(prefix="trialtrace-") as scratch:
            folder = _working_folder(Path(scratch).resolve(), home)
            _place_inputs(folder, inputs or {})
            page = replace(page, scratch=Path(scratch).name)
            files, name, calls = _choose(chosen)(documents, page, folder, tuple(kinds))
        _refuse_folder_in(files, page, documents[0])
        made |= files
    paths = {name: Path(out_dir) / name for name in made}
    for file, data in made.items():
        write_bytes(paths[file], data)
    html, docx, pdf = (paths.get(f"{stem}.{kind}") for kind in FORMATS)
    return RenderedFiles(html, docx, pdf, name, tuple(paths.values()), tuple(calls))


def render_floats(
    sources: Sequence[Path],
    *,
    out_dir: Path,
    lines: "Lines",
    inputs: Mapping[str, Path],
    home: Path | None = None,
    stamp: Stamp | None = None,
    private: bool = False,
) -> list[str]:
    """Write each numbered table and figure of documents as a DOCX into `out_dir`; their names.

    `lines` gives what stands below one, by its label and whether it is the author's own; the other
    arguments are those of `render_document`.
    """
    from trialtrace.report.render.floats import float_documents

    documents = [read_document(path) for path in sources]
    page = Page(stamp=stamp, private=private)
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as scratch:
        folder = _working_folder(Path(scratch).resolve(), home)
        _place_inputs(folder, inputs)
        made = float_documents(documents, replace(page, scratch=Path(scratch).name), folder, lines)
    for name, data in made.items():
        write_bytes(out_dir / name, data)
    return [*made]


def calls_of(
    sources: Sequence[Path], *, inputs: Mapping[str, Path], home: Path | None, private: bool
) -> list[str]:
    """The calls that give what documents show, as "table:pain"; the arguments are those of
    `render_document`."""
    from trialtrace.report.render import embedded

    documents = [read_document(path) for path in sources]
    page = Page(private=private, stem=Path(documents[0].name).stem)
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as scratch:
        folder = _working_folder(Path(scratch).resolve(), home)
        _place_inputs(folder, inputs)
        return embedded.render(documents, replace(page, scratch=Path(scratch).name), folder, ())[2]


def _known(what: str, texts: Sequence[str], allowed: tuple[str, ...]) -> None:
    for name in texts:
        if name not in allowed:
            raise UserError(Problem(what, found=repr(name), expected=one_of(allowed)))


def _choose(renderer: str):
    from trialtrace.report.render import embedded, quarto

    return quarto.render if renderer == QUARTO else embedded.render


def _working_folder(scratch: Path, home: Path | None) -> Path:
    """A folder in which cells run, with the project of `home` around it; names by which Quarto
    would take that for one of its own are left out."""
    if home is None:
        return scratch
    folder = scratch / home.parent.name / home.name
    folder.mkdir(parents=True)
    for place, real in ((scratch, home.parents[1]), (folder.parent, home.parent)):
        for path in real.iterdir():
            if not path.name.startswith((".", "_")) and not (place / path.name).exists():
                (place / path.name).symlink_to(path.resolve())
    return folder


def _place_inputs(folder: Path, inputs: Mapping[str, Path]) -> None:
    for name, path in inputs.items():
        if Path(name).name != name or name.startswith("."):
            raise UserError(Problem(f"input {name!r} of a report", expected="a plain file name"))
        if not Path(path).exists():
            raise UserError(Problem(str(path), "this input of a report is not there"))
        (folder / name).symlink_to(Path(path).resolve())


def _refuse_folder_in(files: dict[str, bytes], page: Page, document: Document) -> None:
    """The embedded renderer knows the line of a cell that shows it, Quarto does not."""
    # A page may break a long word where it has "_".
    pages = (data.replace(b"<wbr>", b"") for file, data in files.items() if file.endswith(".html"))
    if any(page.scratch.encode() in data for data in pages):
        raise UserError(Problem(document.name, SHOWS_FOLDER, do=BY_RELATIVE_PATH))
