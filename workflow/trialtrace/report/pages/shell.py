"""The frame of every page beside the reports: head, style, stamps."""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_text
from trialtrace.report.links import STYLE, Step, crumbs, of_report
from trialtrace.report.render.house import CSP, assets, breakable

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

# A style sheet beside the page; `file:` for browsers to which a file on disk is no "self".
CSP_LINKED = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


# What may be wider than the page scrolls by itself, also by keyboard.
SCROLLS = re.compile(r'<(?:div class="(?:scroll|frame)"|pre)(?=>)')
REACHED = r'\g<0> tabindex="0" role="group"'


@cache
def sheet() -> str:
    """The style sheet of all pages."""
    return (assets() / "page.css").read_text(encoding="utf-8")


def write_style(folder: Path) -> None:
    """The style sheet as a file, for the pages that link to it."""
    write_text(Path(folder) / STYLE, sheet())


# Data that a page reads when they are asked for: deflated, and unpacked by the browser itself, in a
# sixth of the bytes.
_UNPACKED = (
    'const {} = new Response(new Blob([Uint8Array.from(atob("{}"), (one) => one.charCodeAt(0))])'
    '.stream().pipeThrough(new DecompressionStream("deflate"))).json();\n'
)


def write_data(path: Path, name: str, data: object) -> None:
    """Data as a script of one constant, for the script of a page to read: a promise of them."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")
    write_text(path, _UNPACKED.format(name, packed))


def linked(text: str, link: str) -> str:
    """A text as HTML, as a link where there is one."""
    return f'<a href="{escape(link)}">{escape(text)}</a>' if link else escape(text)


def table_lines(names: Iterable[str], rows: Iterable[str], kind: str = "scroll") -> Iterator[str]:
    """A table of rows under the names of its columns, all HTML."""
    head = "".join(f"<th>{name}</th>" for name in names)
    yield f'<div class="{kind}"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    yield from rows
    yield "</tbody>\n</table></div>"


def report_page(
    trial: "Trial",
    here: str,
    body: str,
    *,
    title: str = "",
    up: str = "",
    style: str = "",
    script: str = "",
) -> str:
    """A page of a report, called `here`, below the title of its trial and the report."""
    return page(
        title or f"{here} \N{EN DASH} {trial.title}",
        body,
        stamp=trial.stamp,
        style=style,
        script=script,
        up=up,
        above=of_report(trial.title),
        here=here,
    )


def page_alone(trial: "Trial", name: str, body: str, style: str) -> str:
    """A page of a trial beside its report, below nothing: of a multiverse, of a simulation."""
    return page(
        f"{name} \N{EN DASH} {trial.title}",
        body,
        stamp=trial.stamp,
        style=style,
    )


def page(
    title: str,
    body: str,
    *,
    stamp: Stamp | None,
    style: str = "",
    up: str = "",
    above: Sequence[Step] = (),
    here: str = "",
    script: str = "",
    forms: bool = False,
) -> str:
    """A whole page in the house style, without outside links; `style` is added.

    Only with `script`, a file beside the page, it runs one; it has to be whole without.

    With `up`, the way to the folder of the style sheet ("../"), it is linked; else the page has it
    inside and can be mailed alone. `above` are the pages over it, by title and link from that
    folder, and `here` is what it is called after them. The stamp stands at its top, where it stays
    in sight, and at each of its pictures by itself. With `forms` it may send its forms to where it
    came from.
    """
    told = escape(stamp.sentence) if stamp else ""
    top = f'<p class="synthetic held">{told}</p>\n' if stamp else ""
    if stamp:
        body = body.replace("<figcaption>", f"<figcaption>{told}. ")
    body = SCROLLS.sub(REACHED, body if up else breakable(body))
    way = crumbs(above, here or title, up) if above else ""
    meta = f'<meta name="description" content="{told}">\n' if stamp else ""
    own = f"<style>\n{'' if up else sheet()}{style}</style>\n" if style or not up else ""
    linked = f'<link rel="stylesheet" href="{up}{STYLE}">\n' if up else ""
    run = f'<script src="{script}" defer></script>\n' if script else ""
    policy = CSP_LINKED if up else CSP
    if script:
        policy = policy.replace("style-src", "script-src 'self' file:; style-src")
    if forms:
        policy = policy.replace("form-action 'none'", "form-action 'self'")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{meta}'
        f"<title>{escape(title)}</title>\n{linked}{own}{run}</head>\n<body>\n"
        f"{top}{way}<main>\n{body}</main>\n</body>\n</html>\n"
    )
