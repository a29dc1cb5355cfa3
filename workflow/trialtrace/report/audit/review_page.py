"""The page on which a person holds what a program read against the paper: quote and claim.

It has forms and no script; `commands.review` serves it on this machine alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from trialtrace.audit.reading.decisions import ACCEPT, CONFIRM, CORRECT, DROP
from trialtrace.audit.reading.designs import MEANS, PARTS, shown
from trialtrace.report.pages.shell import page

MOST_SHOWN = 150
END, TELL = "end", "tell"
STYLE = """
td form {margin: 0; display: flex; gap: .4rem; flex-wrap: wrap}
td input[type=text] {min-width: 16rem; flex: 1}
.doubt {font-weight: 600}
form.design label {display: block; margin: .4rem 0}
form.design input[type=text] {width: 100%}
"""
Claims = Mapping[str, Mapping[str, object]]
Designs = Mapping[str, Mapping[str, Mapping[str, object]]]
"""What is registered and what is reported, by the name of the text."""
Form = Mapping[str, str]
"""The fields of a form as they were typed."""


def review_page(
    title: str,
    claims: Claims,
    open_: list[str],
    said: str = "",
    papers: Sequence[str] = (),
    designs: Designs | None = None,
    refused: Form | None = None,
) -> str:
    """The page of the claims that nobody confirmed; `said` is what went wrong before, with the
    form that was `refused`: what was typed stands in it still.

    Below stands what each of the `papers` tells of the design, to be typed.
    """
    typed = refused or {}
    left = len(open_)
    first = open_[:MOST_SHOWN]
    more = f" The first {len(first)} are shown." if left > len(first) else ""
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="wrong">{escape(said)}</p>' if said else "",
        f'<p class="subject">{left} of {len(claims)} claims are left to confirm.{more}</p>',
        '<p class="prose quiet">Hold each quote against the paper, at its place. What you decide '
        "is written into the ledger at once; what you leave stays open.</p>",
        *_tables(claims, first, open_[len(first) :], typed),
        *_designs(papers, designs or {}, typed),
        f'<form method="post"><button name="do" value="{END}">End</button></form>',
    ]
    body = "\n".join(part for part in parts if part) + "\n"
    return page(title, body, synthetic=False, style=STYLE, forms=True)


def _designs(papers: Sequence[str], designs: Designs, typed: Form) -> Iterator[str]:
    """A form for each text of which the ledger tells the design, and one for another."""
    if not papers:
        return
    yield "<h2>Registered and reported</h2>"
    yield (
        '<p class="prose quiet">What registry, protocol and paper tell of the design. A field that '
        "is empty is left out; the last ones are YAML on one line, as in "
        "<code>trialtrace audit --example</code>.</p>"
    )
    for part in PARTS:
        for paper, told in designs.get(part, {}).items():
            where = f'<input type="hidden" name="part" value="{part}">'
            where += f'<input type="hidden" name="paper" value="{escape(paper)}">'
            here = "new" not in typed and (typed.get("part"), typed.get("paper")) == (part, paper)
            yield _design(f"{part}, {paper}", where, typed if here else told, is_open=here)
    here = "new" in typed
    where = '<input type="hidden" name="new" value="yes">' + "".join(
        _choice(name, told, every, typed.get(name) if here else None)
        for name, told, every in (("part", "Part", PARTS), ("paper", "Text", papers))
    )
    yield _design("Another text", where, typed if here else {}, is_open=here)


def _choice(name: str, text: str, every: Sequence[str], chosen: str | None) -> str:
    options = "".join(
        f"<option{' selected' if one == chosen else ''}>{escape(one)}</option>" for one in every
    )
    return f'<label>{text}<select name="{name}">{options}</select></label>'


def _design(title: str, where: str, entry: Mapping[str, object], *, is_open: bool) -> str:
    fields = "".join(
        f'<label><b>{name}</b> <span class="quiet">{escape(means)}</span>'
        f'<input type="text" name="{name}" value="{escape(shown(entry.get(name, "")))}">'
        "</label>"
        for name, means in MEANS.items()
    )
    return (
        f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>\n"
        f'<form method="post" class="design">{where}{fields}'
        f'<button name="do" value="{TELL}">Write</button></form></details>'
    )


def _tables(claims: Claims, first: list[str], later: list[str], typed: Form) -> Iterator[str]:
    """The claims of each place. One is confirmed as a whole where all its claims are in sight."""
    by_place: dict[str, list[str]] = {}
    for name in first:
        by_place.setdefault(_place(claims[name]), []).append(name)
    hidden = Counter(_place(claims[name]) for name in later)
    for whole, names in by_place.items():
        told = escape(whole)
        yield f"<h2>{told}</h2>"
        if hidden[whole]:
            yield f'<p class="quiet">{hidden[whole]} more of {told} come after these.</p>'
        else:
            yield (
                f'<form method="post"><input type="hidden" name="of" value="{told}">'
                f'<button name="do" value="{CONFIRM}">All that is left of {told} is right</button>'
                "</form>"
            )
        yield (
            '<div class="scroll"><table>\n<thead><tr><th>In the paper</th><th>Claim</th>'
            "<th>Decision</th></tr></thead>\n<tbody>"
        )
        yield from (
            _row(name, claims[name], typed.get("printed") if typed.get("of") == name else None)
            for name in names
        )
        yield "</tbody>\n</table></div>"


def _place(claim: Mapping[str, object]) -> str:
    """The table, figure or section that a claim is of."""
    return str(claim.get("place", "")).partition(",")[0]


def _row(name: str, claim: Mapping[str, object], typed: str | None) -> str:
    """A claim with its decisions; `typed` stands in its field if it was refused."""
    doubt = str(claim.get("unconfirmed", ""))
    read = "" if doubt == "read" else f'<br><span class="doubt">{escape(doubt)}</span>'
    about = claim.get("about")
    told = (
        "; ".join(f"{key} {_plain(value)}" for key, value in about.items())
        if isinstance(about, Mapping)
        else ""
    )
    quote, place = (escape(str(claim.get(key, ""))) for key in ("quote", "place"))
    printed, label = (escape(str(claim.get(key, ""))) for key in ("printed", "label"))
    field = printed if typed is None else escape(typed)
    return (
        f'<tr id="{escape(name)}"><td>“{quote}”<br><span class="quiet">{place}</span></td>'
        f'<td>{printed}<br>{label}<br><span class="quiet">{escape(told)}</span>{read}</td>'
        f'<td><form method="post"><input type="hidden" name="of" value="{escape(name)}">'
        f'<button name="do" value="{ACCEPT}">Accept</button>'
        f'<input type="text" name="printed" value="{field}" aria-label="printed">'
        f'<button name="do" value="{CORRECT}">Correct</button>'
        f'<button name="do" value="{DROP}">Drop</button></form></td></tr>'
    )


def _plain(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
