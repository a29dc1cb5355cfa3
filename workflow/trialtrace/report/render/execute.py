"""Execute the cells of a document in this process, in a fresh namespace.

A kernel process would cost its start and the imports of the report again. What a cell can change
of the process (environment, folder, matplotlib's style, IPython's singleton) is put back.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.render.document import Cell, Document
from trialtrace.report.render.outputs import Output

_ONE_AT_A_TIME = threading.RLock()


class CellError(UserError):
    """A cell or an inline expression of a document failed."""


class _Stream(io.TextIOBase):
    def __init__(self, kind: str, outputs: list[Output]) -> None:
        self.kind, self.outputs = kind, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.outputs and self.outputs[-1].kind == self.kind:
            self.outputs[-1].text += text
        elif text:
            self.outputs.append(Output(self.kind, text))
        return len(text)


class Session:
    """The running state of one document."""

    def __init__(self, shell, document: Document, private: bool) -> None:
        self._shell = shell
        self._document = document
        self._private = private

    def of(self, document: Document) -> Session:
        """The same state, for a document that follows."""
        return Session(self._shell, document, self._private)

    def run(self, cell: Cell) -> list[Output]:
        """What the cell shows, in order. A failure raises unless the cell allows errors."""
        outputs: list[Output] = []
        with self._recording(outputs):
            result = self._shell.run_cell(cell.code, store_history=False)
            self._flush_figures()
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return outputs
        if isinstance(error, KeyboardInterrupt):
            raise error
        if cell.options.get("error", self._document.execute_default("error", False)) is True:
            return [*outputs, Output("error", self._told(error))]
        raise CellError(self._message(cell, error)) from error

    def inject(self, values: dict) -> None:
        """Assign parameters."""
        self._shell.user_ns.update(values)

    def inline(self, expression: str, line: int) -> object:
        """The value of an inline expression."""
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                return eval(expression, self._shell.user_ns)  # noqa: S307 - the document is code
        except Exception as error:
            found = self._told(error)
            place = f"{self._document.name}, line {line}"
            message = f"`{{python}} {expression}` failed"
            raise CellError(Problem(place, message, found=found)) from error

    @contextmanager
    def _recording(self, outputs: list[Output]):
        self._shell.record_to(outputs)
        out, err = _Stream("stdout", outputs), _Stream("stderr", outputs)
        with redirect_stdout(out), redirect_stderr(err):
            yield

    def _flush_figures(self) -> None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.show()

    def _message(self, cell: Cell, error: BaseException) -> Problem:
        line = cell.code_line + self._statement(error) - 1
        text = self._told(error)
        raised = _raised_at(error)
        message = "the cell failed" + (f" ({raised})" if raised else "")
        return Problem(f"{self._document.name}, line {line}", message, found=text)

    def _told(self, error: BaseException) -> str:
        if isinstance(error, UserError):
            return str(error)
        if self._private:
            return f"{type(error).__name__} (what it says may hold a value, and is not shown)"
        text = error.msg if isinstance(error, SyntaxError) else error
        return f"{type(error).__name__}: {text}"

    def _statement(self, error: BaseException) -> int:
        if isinstance(error, SyntaxError) and error.lineno and error.__traceback__ is None:
            return error.lineno
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_globals is self._shell.user_global_ns:
                return trace.tb_lineno
            trace = trace.tb_next
        return getattr(error, "lineno", None) or 1


def _raised_at(error: BaseException) -> str:
    """The innermost place outside the cell, where there is one."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        frame = trace.tb_frame
        if not str(frame.f_globals.get("__name__")).startswith(("IPython.", "__main__")):
            place = f"{Path(frame.f_code.co_filename).name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return "" if isinstance(error, SyntaxError) else place


@contextmanager
def session(document: Document, folder: Path, private: bool = False):
    """A fresh session that runs in `folder` and leaves the process as it was."""
    from trialtrace.report.render.shell import figure_style, fresh_shell, quiet_warnings

    with ExitStack() as stack:
        stack.enter_context(_ONE_AT_A_TIME)
        stack.enter_context(_environment())
        stack.enter_context(_working_folder(folder))
        stack.enter_context(figure_style())
        stack.enter_context(quiet_warnings())
        yield Session(stack.enter_context(fresh_shell(folder)), document, private)


@contextmanager
def _environment():
    saved, path = dict(os.environ), list(sys.path)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)
        sys.path[:] = path


@contextmanager
def _working_folder(folder: Path):
    saved = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(saved)
