"""Run the cells of a document in this process, in a fresh namespace, and record what they show.

A kernel process would cost its start and the imports of the report again. What a cell can change of
the process (environment, folder, path of imports, matplotlib's style) is put back.
"""

from __future__ import annotations

import ast
import builtins
import io
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import CodeType
from typing import Any

from trialtrace.base.errors import Problem, UserError, located
from trialtrace.report.render.document import Cell, Document, Output
from trialtrace.report.render.pandoc import pipe_table_of

BACKEND = "module://trialtrace.report.render.mpl_backend"
STYLE = Path(__file__).with_name("matplotlibrc")
# What an object can say of itself, as Jupyter asks for it.
REPRESENTATIONS = {
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "text/html": "_repr_html_",
}
_RUNNING: list[Session] = []


def show(value: object) -> None:
    """Hand a value to the document that runs."""
    _RUNNING[-1].display(value)


class CellError(UserError):
    """A cell or an inline expression of a document failed."""


class _Stream(io.TextIOBase):
    def __init__(self, kind: str, session: Session) -> None:
        self.kind, self.session = kind, session

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        outputs = self.session.outputs
        if outputs and outputs[-1].kind == self.kind:
            outputs[-1].text += text
        elif text:
            outputs.append(Output(self.kind, text))
        return len(text)


class Session:
    """The running state of one document, and of those that follow it."""

    def __init__(self, document: Document, private: bool) -> None:
        self.outputs: list[Output] = []
        self._namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self._namespace["display"] = self.display
        self._document = document
        self._private = private

    def of(self, document: Document) -> Session:
        """The same state, for a document that follows."""
        self._document = document
        return self

    def display(self, *values: object, **_: object) -> None:
        """Record values as what the running cell shows."""
        self.outputs += [Output("data", data=bundle(value)) for value in values]

    def run(self, cell: Cell) -> list[Output]:
        """What the cell shows, in order. A failure raises unless the cell allows errors."""
        self.outputs = []
        name = f"<cell in line {cell.line}>"
        out, err = _Stream("stdout", self), _Stream("stderr", self)
        error: BaseException | None = None
        with redirect_stdout(out), redirect_stderr(err):
            try:
                self._execute(cell.code, name)
            except (Exception, SystemExit) as raised:  # noqa: BLE001 - an exit is a failure too
                error = raised
            _show_figures()
        if error is None:
            return self.outputs
        if cell.options.get("error", self._document.execute_default("error", False)) is True:
            return [*self.outputs, Output("error", self._words(error))]
        raise CellError(self._message(cell, error, name)) from error

    def inline(self, expression: str, line: int) -> object:
        """The value of an inline expression."""
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                return eval(expression, self._namespace)  # noqa: S307 - the document is code
        except Exception as error:
            found = self._words(error)
            place = located(self._document.name, line)
            message = f"`{{python}} {expression}` failed"
            raise CellError(Problem(place, message, found=found)) from error

    def _execute(self, source: str, name: str) -> None:
        """Run the code; the value of a last expression without a semicolon is shown."""
        tree = ast.parse(source, name)
        last: CodeType | None = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            expression = tree.body.pop()
            assert isinstance(expression, ast.Expr)
            last = compile(ast.Expression(expression.value), name, "eval")
        exec(compile(tree, name, "exec"), self._namespace)  # noqa: S102 - the document is code
        if last is None:
            return
        value = eval(last, self._namespace)  # noqa: S307
        if value is not None and not source.rstrip().endswith(";"):
            self.display(value)
            _close(value)

    def _message(self, cell: Cell, error: BaseException, name: str) -> Problem:
        """Where in the document it failed, and the innermost place outside, where there is one."""
        frames = traceback.extract_tb(error.__traceback__)
        inside = [one.lineno for one in frames if one.filename == name]
        first = (inside[0] if inside else getattr(error, "lineno", None)) or 1
        outside = [one for one in frames if one.filename not in (name, __file__)]
        message = "the cell failed"
        if outside and not isinstance(error, SyntaxError):
            last = outside[-1]
            message += f" ({located(Path(last.filename).name, last.lineno or 0)})"
        place = located(self._document.name, cell.code_line - 1 + first)
        return Problem(place, message, found=self._words(error))

    def _words(self, error: BaseException) -> str:
        if isinstance(error, UserError):
            return str(error)
        if self._private:
            return f"{type(error).__name__} (what it says may hold a value, and is not shown)"
        text = error.msg if isinstance(error, SyntaxError) else error
        return f"{type(error).__name__}: {text}"


def bundle(value: Any) -> dict[str, Any]:
    """What a value is shown as, by MIME type."""
    figures, frames = sys.modules.get("matplotlib.figure"), sys.modules.get("pandas")
    if figures and isinstance(value, figures.Figure):
        from trialtrace.report.render import mpl_backend

        return {"image/png": mpl_backend.png(value), "image/svg+xml": mpl_backend.svg(value)}
    if frames and isinstance(value, frames.DataFrame):
        return {"text/markdown": pipe_table_of(value._repr_html_())}
    found = {}
    for mime, name in REPRESENTATIONS.items():
        method = getattr(value, name, None)
        data = method() if method is not None and not isinstance(value, type) else None
        if data is not None:
            found[mime] = data
    return found or {"text/plain": repr(value)}


def _close(value: object) -> None:
    """A figure shown as the value of its cell is not shown again when the cell ends."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and hasattr(value, "savefig"):
        pyplot.close(value)


def _show_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.show()


@contextmanager
def session(document: Document, folder: Path, private: bool = False) -> Iterator[Session]:
    """A fresh session that runs in `folder` and leaves the process as it was."""
    running = Session(document, private)
    with ExitStack() as stack:
        stack.enter_context(_environment())
        stack.enter_context(chdir(folder))
        stack.enter_context(_figure_style())
        if any("IPython" in cell.code for cell in document.cells):
            stack.enter_context(_shown_by(running))
        _RUNNING.append(running)
        stack.callback(_RUNNING.pop)
        # Every run warns alike, whatever was warned of before in this process.
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("default")
        yield running


@contextmanager
def _environment() -> Iterator[None]:
    saved, path = dict(os.environ), list(sys.path)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)
        sys.path[:] = path


@contextmanager
def _shown_by(running: Session) -> Iterator[None]:
    """IPython's `display` hands values to the document."""
    try:
        from IPython import display as module
    except ModuleNotFoundError:
        yield
        return
    kept = module.display
    module.display = running.display
    try:
        yield
    finally:
        module.display = kept


@contextmanager
def _figure_style() -> Iterator[None]:
    """Matplotlib in our style, which hands figures to the document, for cells that import it and
    where it is imported already."""
    os.environ |= {"MPLBACKEND": BACKEND, "MATPLOTLIBRC": str(STYLE)}
    if (matplotlib := sys.modules.get("matplotlib")) is None:
        yield
        return
    backend = dict.__getitem__(matplotlib.rcParams, "backend")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc_file(STYLE)
        matplotlib.use(BACKEND)
        try:
            yield
        finally:
            if pyplot := sys.modules.get("matplotlib.pyplot"):
                pyplot.close("all")
            if isinstance(backend, str):
                matplotlib.use(backend)
