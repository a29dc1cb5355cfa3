"""Render one Quarto document: to HTML and DOCX by either renderer, to PDF by the embedded one."""

from __future__ import annotations

import ast
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.base.store import write_bytes
from trialtrace.report.render.document import Document, read_document
from trialtrace.report.render.house import Chains, Page
from trialtrace.run.trial.settings import EMBEDDED, QUARTO

# Parameters of a document: checked before a renderer starts, equal for both renderers.


def checked_params(document: Document, params: dict) -> dict:
    """`params` as the document will see them; an unknown name or an odd type is an error."""
    if not params:
        return {}
    known = _declared(document)
    for name in params:
        if name not in known:
            raise UserError(
                Problem(
                    f"{document.name}: parameter {name}",
                    "the cell tagged [parameters] does not assign it",
                    expected=one_of(sorted(known)),
                    do=did_you_mean(name, known),
                )
            )
    where = f"{document.name}: parameter"
    return {name: _plain(value, f"{where} {name}") for name, value in params.items()}


def _declared(document: Document) -> set[str]:
    names: set[str] = set()
    for cell in document.cells:
        if cell.is_parameters:
            for node in ast.parse(cell.code).body:
                targets = getattr(node, "targets", [getattr(node, "target", None)])
                names.update(t.id for t in targets if isinstance(t, ast.Name))
    return names


def _plain(value: object, where: str) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        # Quarto hands a whole float over as an integer; so does the embedded renderer.
        return int(value) if value.is_integer() else value
    if isinstance(value, (list, tuple)):
        return [_plain(item, where) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(item, where) for key, item in value.items()}
    expected = "text, number, true, false, null, or a list or mapping of them"
    raise UserError(Problem(where, found=repr(value), expected=expected))


# What either renderer makes, and what the embedded one alone does.
BY_EITHER = ("html", "docx")
FORMATS = (*BY_EITHER, "pdf")
RENDERERS = (EMBEDDED, QUARTO)


@dataclass(frozen=True)
class RenderedFiles:
    """What was written, and by which renderer (a volatile fact: it belongs into run.json).

    `files` are all of them; a document whose sections name pages has several of a format.
    """

    html: Path | None
    docx: Path | None
    pdf: Path | None
    renderer: str
    files: tuple[Path, ...] = ()


def render_document(
    source: Path,
    *further: Path,
    out_dir: Path,
    stem: str,
    params: Mapping[str, object] | None = None,
    inputs: Mapping[str, Path] | None = None,
    formats: Sequence[str] = BY_EITHER,
    renderer: str = EMBEDDED,
    title: str | None = None,
    note: str = "",
    synthetic: bool = False,
    private: bool = False,
    before: Sequence[tuple[str, str]] = (),
    beside: Sequence[tuple[str, str]] = (),
    above: Sequence[tuple[str, str]] | None = None,
    chains: Chains | None = None,
) -> RenderedFiles:
    """Write `out_dir/stem.html`, `.docx` and `.pdf`, all or none, and the pages of `further`
    documents by their names; a PDF of the embedded renderer has all of them in it.

    `note` stands at the head of the first. `inputs` maps a name to a file or folder that cells and
    images find under that name beside the document. `title` replaces the title of the front
    matter; `synthetic` stamps every page; `private` keeps what an exception says, which may hold a
    value of the data, out of errors. `before` and `beside` are title and link of other pages of
    the folder, to which its pages lead
    before and after its own; with `above`, those over it, they begin with the way to them, on
    which one that has none over it goes by its title. In a DOCX or PDF, mailed alone, a link to a
    page of the folder is text; one to a number's trace leads to what `chains` (chains.py) tells of
    it.
    """
    _known("format", formats, FORMATS)
    _known("renderer", [renderer], RENDERERS)
    if renderer == QUARTO:
        _known("format of Quarto", formats, BY_EITHER)
    documents = [read_document(one) for one in (source, *further)]
    document = documents[0]
    values = checked_params(document, dict(params or {}))
    chosen = _choose(renderer)
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as scratch:
        folder = Path(scratch).resolve()
        _place_inputs(folder, inputs or {})
        over = None if above is None else tuple(above)
        around = tuple(before), tuple(beside), over
        page = Page(title, synthetic, private, stem, *around, chains, note)
        made, name = chosen(documents, values, page, folder, tuple(formats))
        _refuse_folder_in(made, folder, document)
    paths = {name: Path(out_dir) / name for name in made}
    for file, data in made.items():
        write_bytes(paths[file], data)
    html, docx, pdf = (paths.get(f"{stem}.{kind}") for kind in FORMATS)
    return RenderedFiles(html, docx, pdf, name, tuple(paths.values()))


def _known(what: str, texts: Sequence[str], allowed: tuple[str, ...]) -> None:
    for name in texts:
        if name not in allowed:
            raise UserError(Problem(what, found=repr(name), expected=one_of(allowed)))


def _choose(renderer: str):
    from trialtrace.report.render import embedded, quarto

    return quarto.render if renderer == QUARTO else embedded.render


def _place_inputs(folder: Path, inputs: Mapping[str, Path]) -> None:
    for name, path in inputs.items():
        if Path(name).name != name or name.startswith("."):
            raise UserError(Problem(f"input {name!r} of a report", expected="a plain file name"))
        if not Path(path).exists():
            raise UserError(Problem(str(path), "this input of a report is not there"))
        (folder / name).symlink_to(Path(path).resolve())


def _refuse_folder_in(made: dict[str, bytes], folder: Path, document: Document) -> None:
    """The scratch folder has another name in every run: shown, it would change the bytes."""
    # A page may break a long word where it has "_".
    pages = (data.replace(b"<wbr>", b"") for file, data in made.items() if file.endswith(".html"))
    if any(folder.name.encode() in page for page in pages):
        raise UserError(Problem(document.name, "a cell shows the path of its working folder"))
