"""The embedded renderer: the same document without Quarto, its cells run here and pandoc."""

import re
from collections.abc import Sequence
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, located
from trialtrace.report.render import pandoc
from trialtrace.report.render.document import INLINE, Cell, Document, Output, Prose, by_fences
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.render.house import BY_RELATIVE_PATH, SHOWS_FOLDER, Page
from trialtrace.report.render.session import Session, session

# Put the prose and what the cells showed together into one markdown text.

FIGURE_FOLDER = "cell-figures"
# What is left of plotting calls as text: Quarto drops it too.
_DISCARDED = re.compile(r"^\[?<(matplotlib|Figure size|Axes|seaborn)|^Text\(|^\(?array\(\[<Axes")


class Assembler:
    """Runs a document in a session and collects its markdown."""

    def __init__(
        self, document: Document, session: Session, folder: Path, scratch: str = ""
    ) -> None:
        self._document = document
        self._session = session
        self._folder = folder
        self._scratch = scratch

    def markdown(self) -> str:
        """The whole text."""
        pieces = [
            self._prose(part) if isinstance(part, Prose) else self._cell(part)
            for part in self._document.parts
        ]
        return "\n\n".join(piece for piece in pieces if piece.strip()) + "\n"

    def _prose(self, prose: Prose) -> str:
        lines = enumerate(by_fences(prose.text), prose.line)
        return "\n".join(
            line if fence else self._inline(line, number) for number, (line, fence) in lines
        )

    def _inline(self, line: str, number: int) -> str:
        def shown(match: re.Match) -> str:
            value = self._session.inline(match.group(1), number)
            data = getattr(value, "_repr_markdown_", None)
            text = self._without_folder(str(data() if data else value), number)
            return text if data else escape_markdown(text)

        return INLINE.sub(shown, line)

    def _cell(self, cell: Cell) -> str:
        if self._option(cell, "eval") is False:
            return self._source(cell)
        outputs = self._session.run(cell)
        if self._option(cell, "include") is False:
            return ""
        shown = self._without_folder(self._shown(cell, outputs), cell.line)
        asis = self._option(cell, "output") == "asis"
        if shown and not asis and cell.label.startswith(("fig-", "tbl-")):
            shown = self._float(cell, shown)
        return "\n\n".join(filter(None, [self._source(cell), shown]))

    def _without_folder(self, text: str, line: int) -> str:
        if self._scratch and self._scratch in text:
            place = located(self._document.name, line)
            raise UserError(Problem(place, SHOWS_FOLDER, do=BY_RELATIVE_PATH))
        return text

    def _option(self, cell: Cell, name: str) -> object:
        return cell.options.get(name, self._document.execute_default(name, True))

    def _source(self, cell: Cell) -> str:
        if self._option(cell, "echo") is not True or cell.options.get("include") is False:
            return ""
        return fenced(cell.code, "python cell-code") if cell.code.strip() else ""

    def _shown(self, cell: Cell, outputs: list[Output]) -> str:
        mode = self._option(cell, "output")
        if mode is False:
            return ""
        asis = mode == "asis"
        pieces = [self._output(cell, output, asis) for output in outputs]
        return ("" if asis else "\n\n").join(piece for piece in pieces if piece)

    def _output(self, cell: Cell, output: Output, asis: bool) -> str:
        if output.kind == "stdout":
            return output.text if asis else fenced(output.text.rstrip("\n"), "cell-output")
        if output.kind == "stderr":
            wanted = self._option(cell, "warning") is True and not asis
            return fenced(output.text.rstrip("\n"), "cell-output cell-stderr") if wanted else ""
        if output.kind == "error":
            return fenced(output.text, "cell-output cell-error")
        return self._data(cell, output.data, asis)

    def _data(self, cell: Cell, data: dict, asis: bool) -> str:
        if "text/markdown" in data:
            text = str(data["text/markdown"])
            return f"\n\n{text}\n\n" if asis else text
        if "image/png" in data:
            return self._figure(cell, data)
        if "text/html" in data:
            raise UserError(
                Problem(
                    located(self._document.name, cell.line),
                    "the cell shows HTML, which a DOCX cannot hold",
                    found=str(data.get("text/plain", ""))[:60].split("\n")[0],
                    do="show a table as a data frame, or by IPython.display.Markdown",
                )
            )
        text = str(data.get("text/plain", ""))
        return "" if _DISCARDED.match(text) else fenced(text, "cell-output")

    def _figure(self, cell: Cell, data: dict) -> str:
        folder = self._folder / FIGURE_FOLDER
        folder.mkdir(exist_ok=True)
        stem = f"figure-{len(list(folder.glob('*.png'))) + 1}"
        (folder / f"{stem}.png").write_bytes(data["image/png"])
        if "image/svg+xml" in data:
            (folder / f"{stem}.svg").write_text(data["image/svg+xml"], encoding="utf-8")
        alt = cell.options.get("fig-alt")
        attributes = f'{{fig-alt="{escape_markdown(alt)}"}}' if alt else ""
        return f"![]({FIGURE_FOLDER}/{stem}.png){attributes}"

    def _float(self, cell: Cell, text: str) -> str:
        kind = cell.label.split("-")[0]
        caption = " ".join(str(cell.options.get(f"{kind}-cap") or "").split())
        if not caption:
            where = located(self._document.name, cell.line)
            raise UserError(Problem(where, f"the cell {cell.label} has no {kind}-cap"))
        longest = max((len(run) for run in re.findall(r"^:{3,}", text, re.MULTILINE)), default=2)
        colons = ":" * (longest + 1)
        return f"{colons} {{#{cell.label}}}\n\n{text}\n\n{caption}\n\n{colons}"


def fenced(text: str, classes: str) -> str:
    """A code block that `text` cannot close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    marks = " ".join(f".{name}" for name in classes.split())
    return f"{fence} {{{marks}}}\n{text}\n{fence}"


def render(
    documents: Sequence[Document],
    page: Page,
    folder: Path,
    formats: tuple[str, ...],
) -> tuple[dict[str, bytes], str, list[str]]:
    """The bytes of each file by its name, the name of the renderer, and the calls that gave what
    documents show."""
    texts = markdown(documents, page, folder)
    files, calls = pandoc.convert(texts, documents, page, folder, formats)
    return files, "embedded", calls


def markdown(documents: Sequence[Document], page: Page, folder: Path) -> list[str]:
    """The text of each document, with what its cells show."""
    with session(documents[0], folder, page.private) as running:
        return [
            page.head + Assembler(one, running.of(one), folder, page.scratch).markdown()
            for one in documents
        ]
