"""The IPython shell that runs cells: made for one document, gone without a trace after it.

Imports IPython; import this module only inside functions.
"""

import atexit
import builtins
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets import default

from trialtrace.report.render.document import Output
from trialtrace.report.render.pandoc import pipe_table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

BACKEND = "module://trialtrace.report.render.mpl_backend"
STYLE = Path(__file__).with_name("matplotlibrc")


class _NoHistory(HistoryManager):
    enabled = False


class _Publisher(DisplayPublisher):
    outputs: list[Output]

    def publish(
        self,
        data: Mapping[str, object],
        metadata: object = None,
        source: object = None,
        **_: object,
    ) -> None:
        self.outputs.append(Output("data", data=dict(data)))


class _Hook(DisplayHook):
    outputs: list[Output]

    def __call__(self, result: object = None) -> None:
        if result is None or self.quiet_source:
            return
        assert self.shell is not None
        data, _ = self.shell.display_formatter.format(result)
        if data:
            self.outputs.append(Output("data", data=dict(data)))
        _close_shown(result)

    quiet_source = False

    def flush(self) -> None:
        """No value is kept, so that none is looked for in all that the process holds."""


def _close_shown(value: object) -> None:
    """A figure shown as the value of its cell is not shown again when the cell ends."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and hasattr(value, "savefig"):
        pyplot.close(value)


class DocumentShell(InteractiveShell):
    """Records what cells show, keeps no history, prints no traceback."""

    display_pub: _Publisher
    displayhook: _Hook

    @default("display_pub_class")
    def _records_data(self) -> type[DisplayPublisher]:
        return _Publisher

    @default("displayhook_class")
    def _records_values(self) -> type[DisplayHook]:
        return _Hook

    def record_to(self, outputs: list[Output]) -> None:
        self.display_pub.outputs = outputs
        self.displayhook.outputs = outputs

    def run_cell(self, raw_cell: str, *args: object, **kwargs: object) -> ExecutionResult:
        self.displayhook.quiet_source = raw_cell.rstrip().endswith(";")
        return super().run_cell(raw_cell, *args, **kwargs)

    def init_history(self) -> None:
        self.history_manager = _NoHistory(shell=self, parent=self)

    def showtraceback(self, *args: object, **kwargs: object) -> None:
        pass

    def showsyntaxerror(self, *args: object, **kwargs: object) -> None:
        pass

    def showindentationerror(self, *args: object, **kwargs: object) -> None:
        pass


@contextmanager
def fresh_shell(folder: Path) -> Iterator[DocumentShell]:
    """A new shell, in place of any other that this process runs; that one comes back after."""
    holders = list(DocumentShell._walk_mro())
    saved = [holder.__dict__.get("_instance") for holder in holders]
    kept = {name: builtins.__dict__.get(name) for name in ("display", "__IPYTHON__")}
    state_folder = folder / ".ipython"
    os.environ["IPYTHONDIR"] = str(state_folder)
    for holder in holders:
        holder._instance = None
    main = sys.modules["__main__"]
    shell = None
    try:
        shell = DocumentShell.instance(ipython_dir=str(state_folder))
        _figure_formatters(shell)
        frame_formatters(shell)
        yield shell
    finally:
        if shell is not None:
            atexit.unregister(shell.atexit_operations)
            shell.atexit_operations()
        sys.modules["__main__"] = main
        for holder, instance in zip(holders, saved, strict=True):
            holder._instance = instance
        for name, value in kept.items():
            if value is None:
                builtins.__dict__.pop(name, None)
            else:
                builtins.__dict__[name] = value


def _figure_formatters(shell: InteractiveShell) -> None:
    def png(figure: "Figure") -> bytes:
        from trialtrace.report.render import mpl_backend

        return mpl_backend.png(figure)

    def svg(figure: "Figure") -> str:
        from trialtrace.report.render import mpl_backend

        return mpl_backend.svg(figure)

    assert shell.display_formatter is not None
    formatters = shell.display_formatter.formatters
    formatters["image/png"].for_type_by_name("matplotlib.figure", "Figure", png)
    formatters["image/svg+xml"].for_type_by_name("matplotlib.figure", "Figure", svg)


def frame_formatters(shell: InteractiveShell) -> None:
    """A data frame is a table in Markdown: no DOCX can hold HTML, and for any of that Quarto has a
    page fetch scripts from elsewhere."""

    def table(frame: "DataFrame") -> str:
        return pipe_table_of(frame._repr_html_())

    assert shell.display_formatter is not None
    formatters = shell.display_formatter.formatters
    formatters["text/markdown"].for_type_by_name("pandas", "DataFrame", table)
    formatters["text/html"].for_type_by_name("pandas", "DataFrame", lambda frame: None)


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """Every run warns alike, whatever was warned of before in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        # IPython's advice on how to leave a shell; a cell that exits is an error here.
        warnings.filterwarnings("ignore", message="To exit: use")
        yield


@contextmanager
def figure_style() -> Iterator[None]:
    """Matplotlib in our style, for cells that import it and where it is imported already."""
    os.environ["MPLBACKEND"] = BACKEND
    os.environ["MATPLOTLIBRC"] = str(STYLE)
    if "matplotlib" not in sys.modules:
        try:
            yield
        finally:
            _close_all()
        return
    import matplotlib
    from matplotlib._pylab_helpers import Gcf

    saved, figures = dict(matplotlib.rcParams), Gcf.figs.copy()
    Gcf.figs.clear()
    try:
        matplotlib.rcdefaults()
        matplotlib.rc_file(STYLE)
        _switch_backend(BACKEND)
        yield
    finally:
        _close_all()
        _switch_backend(saved.pop("backend"))
        matplotlib.rcParams.update(saved)
        Gcf.figs.update(figures)


def _switch_backend(name: object) -> None:
    import matplotlib

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and isinstance(name, str):
        pyplot.switch_backend(name)
    else:
        dict.__setitem__(matplotlib.rcParams, "backend", name)


def _close_all() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
