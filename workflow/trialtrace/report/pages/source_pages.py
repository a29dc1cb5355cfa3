"""Pages of what numbers are made by: files of the configuration line by line, functions by name."""

from collections.abc import Iterable, Mapping
from html import escape

from trialtrace.report.crumbs import of_report
from trialtrace.report.links import code_anchor
from trialtrace.report.pages.shell import page
from trialtrace.run.trace.functions import Function


def config_lines(name: str, text: str, title: str, *, synthetic: bool, draft: str = "") -> str:
    """A file of the configuration; each line is an anchor."""
    lines = "".join(
        f'<span id="L{number}">{escape(line)}\n</span>'
        for number, line in enumerate(text.splitlines(), start=1)
    )
    body = (
        f"<h1>{escape(name)}</h1>\n"
        f'<p class="subject">As it was when the report was made. <a href="{escape(name)}.txt">The '
        f'file</a></p>\n<pre class="lines">{lines}</pre>\n'
    )
    return page(
        f"{name} – {title}",
        body,
        synthetic=synthetic,
        draft=draft,
        up="../",
        above=of_report(title),
        here=name,
    )


def code_page(
    codes: Mapping[str, str],
    functions: Iterable[Function],
    title: str,
    *,
    synthetic: bool,
    draft: str = "",
) -> str:
    """The hashes of the stages, and the functions that made the numbers, each with its text."""
    stages = "\n".join(
        f"<dt>{escape(stage)}</dt>\n<dd><code>{escape(digest)}</code></dd>"
        for stage, digest in codes.items()
    )
    told = "\n".join(
        f'<section id="{escape(code_anchor(one.file, one.name))}">\n<h2>{escape(one.name)}</h2>\n'
        f"<p>{escape(one.file)}, line {one.line}</p>\n<pre>{escape(one.text)}</pre>\n</section>"
        for one in functions
    )
    body = (
        "<h1>Code</h1>\n"
        '<p class="subject">A hash of each stage over all code it can use and its environment; '
        "then the functions that made the numbers. What they call stands in the same files or "
        f"those that these name.</p>\n<dl>\n{stages}\n</dl>\n{told}\n"
    )
    return page(
        f"Code – {title}",
        body,
        synthetic=synthetic,
        draft=draft,
        up="./",
        above=of_report(title),
        here="Code",
    )
