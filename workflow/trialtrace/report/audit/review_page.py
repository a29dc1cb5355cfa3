"""The page on which a person holds what a program read against the paper: quote and claim.

It has forms and no script; `commands.review` serves it on this machine alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import permutations

from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.reading.decisions import (
    ALL,
    KEEP,
    SETTLE,
    Matter,
    matters,
    open_claims,
    state_of,
)
from trialtrace.audit.reading.designs import MEANS, PARTS, shown
from trialtrace.audit.reading.paper import ReadPaper, Table
from trialtrace.audit.verdicts.asked import CERTAIN
from trialtrace.audit.verdicts.readings import FORMS
from trialtrace.base.words import upper_first
from trialtrace.report.pages.shell import page

MOST_SHOWN = 150
END, TELL = "end", "tell"
LIKELY = 0.5
"""What is ticked from the start: what was read right with at least this chance."""
AROUND = 160
STYLE = """
body {max-width: 100rem}
form.part {border-top: 2px solid var(--rule); margin-top: 1.5rem}
.beside {display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start}
.beside > div {flex: 1 1 30rem; min-width: 0}
.beside td input {width: 7rem}
td:has(> b) {white-space: normal}
.read {background: var(--tint); border-bottom: 2px solid var(--good)}
.low {background: var(--mark); border-bottom-color: var(--marked); color: var(--ink)}
.doubt {font-weight: 600}
form.design label {display: block; margin: .4rem 0}
form.design input[type=text] {width: 100%}
"""
Claim = Mapping[str, object]
Claims = Mapping[str, Claim]
Data = Mapping[str, Claims]
"""A ledger as it stands in its file."""
Designs = Mapping[str, Mapping[str, Mapping[str, object]]]
"""What is registered and what is reported, by the name of the text."""
Form = Mapping[str, str]
"""The fields of a form as they were typed."""


def review_page(
    title: str,
    data: Data,
    said: str = "",
    refused: Form | None = None,
    paper: ReadPaper | None = None,
) -> str:
    """The page of the claims of a ledger that nobody confirmed, a table or section after another;
    `said` is what went wrong before, with the form that was `refused`: what was typed stands in it
    still. Tables are shown as they are printed where the `paper` is at hand.

    Below stands what each of the papers tells of the design, to be typed.
    """
    typed = refused or {}
    open_ = open_claims(data)
    seen: dict[str, list[str]] = {}
    for place, names in open_.items():
        if not seen or sum(map(len, seen.values())) + len(names) <= MOST_SHOWN:
            seen[place] = names
        else:
            break
    left, later = sum(map(len, open_.values())), len(open_) - len(seen)
    more = f" {later} more tables or sections come after these." if later else ""
    designs = {part: data.get(part, {}) for part in PARTS}
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="wrong">{escape(said)}</p>' if said else "",
        f'<p class="subject">{left} of {len(data["claims"])} claims are left to confirm.{more}</p>',
        '<p class="prose quiet">Hold each table against the paper. What you settle is written into '
        "the ledger at once; what you leave stays open. Enter settles the first one.</p>",
        *(
            line
            for at, (place, names) in enumerate(seen.items())
            for line in _place(place, names, data, paper, typed, first=at == 0)
        ),
        *_designs(list(data.get("papers", ())), designs, typed),
        f'<form method="post"><button name="do" value="{END}">End</button></form>',
    ]
    body = "\n".join(part for part in parts if part) + "\n"
    return page(title, body, stamp=None, style=STYLE, forms=True)


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
        f"<label>{told}{_choice(name, every, every[0], typed if here else {})}</label>"
        for name, told, every in (("part", "Part", PARTS), ("paper", "Text", papers))
    )
    yield _design("Another text", where, typed if here else {}, is_open=here)


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


def _place(
    place: str,
    names: Sequence[str],
    data: Data,
    paper: ReadPaper | None,
    typed: Form,
    *,
    first: bool,
) -> Iterator[str]:
    """A table or a section with one form: as it is printed, what the reader took its columns for,
    its numbers, and a button that settles it, which the keyboard has at once on the `first`."""
    claims = data["claims"]
    of = typed if typed.get("of") == place else {}
    state = state_of(claims, names)
    low = [name for name in names if _chance(claims[name]) < CERTAIN or _doubt(claims[name])]
    yield f'<form method="post" class="part"><h2>{escape(place)}</h2>'
    yield f'<input type="hidden" name="of" value="{escape(place)}">'
    yield f'<input type="hidden" name="state" value="{state}"><div class="beside"><div>'
    table = next((one for one in paper.tables if one.name == place), None) if paper else None
    if table is not None:
        yield from _printed(table, [claims[name] for name in names])
    yield "</div><div>"
    columns = matters(claims, names)
    if columns:
        yield from _columns(columns, data, of)
    yield (
        f"<p>{len(names)} numbers are open, {len(low)} of them in doubt or below a chance of "
        f'{CERTAIN:g}.</p><button name="do" value="{SETTLE}"{" autofocus" if first else ""}>'
        f"{escape(upper_first(place))} is settled: what is ticked is right, the rest is "
        f'taken out</button> <button name="do" value="{ALL}">All of it is right</button> '
        f'<button name="do" value="{KEEP}">What is ticked is right; the rest stays open</button>'
        "</div></div>"
    )
    rest = [name for name in names if name not in set(low)]
    yield from _rows(low, claims, paper, of)
    if rest:
        told = f"{len(rest)} more, read without a doubt and with a chance of {CERTAIN:g} or more"
        yield f"<details><summary>{told}</summary>"
        yield from _rows(rest, claims, paper, of)
        yield "</details>"
    yield "</form>"


def _printed(table: Table, claims: Sequence[Claim]) -> Iterator[str]:
    """The table of the paper; marked is what was read of it, and what of that is uncertain."""
    read: dict[tuple[int, int], Claim] = {}
    for claim in claims:
        if found := re.search(r"row (\d+), column ([\d, ]+)$", str(claim.get("place"))):
            for column in found[2].split(", "):
                read[int(found[1]) - 1, int(column) - 1] = claim
    yield f'<p class="prose">{escape(table.caption)}</p><div class="scroll"><table><tbody>'
    for row, cells in enumerate(table.rows):
        tag = "th" if row < table.heads else "td"
        told = []
        for at, text in enumerate(cells):
            marked = ""
            if of := read.get((row, at)):
                kind = "read" if _chance(of) >= CERTAIN and not _doubt(of) else "read low"
                marked = f' class="{kind}" title="{escape(_meant(of))}"'
            told.append(f"<{tag}{marked}>{escape(text)}</{tag}>")
        yield f"<tr>{''.join(told)}</tr>"
    yield f'</tbody></table></div><p class="quiet">{escape(table.notes)}</p>'


def _columns(columns: Sequence[Matter], data: Data, typed: Form) -> Iterator[str]:
    """A line for each column and form, to be set for all its numbers at once."""
    groups = list(data.get("groups", {}))
    yield '<div class="scroll"><table><thead><tr><th>Column</th><th>Numbers</th><th>Group</th>'
    yield "<th>n</th><th>Visit</th><th>Form</th></tr></thead><tbody>"
    for at, one in enumerate(columns):
        fields = []
        if one.shared["compare"] == "":
            every = [*groups, "all"]
            fields.append(_choice(f"group.{at}", every, one.shared["group"], typed))
        else:
            pairs = [f"{a} {b}" for a, b in permutations(groups, 2)] if len(groups) < 5 else []
            fields.append(_choice(f"compare.{at}", [*pairs, "all"], one.shared["compare"], typed))
        for name in ("patients", "visit"):
            value = one.shared[name]
            shown_ = "" if value is None else str(value)
            held = "differs by row" if value is None else ""
            fields.append(
                f'<input type="text" name="{name}.{at}" placeholder="{held}" '
                f'value="{escape(typed.get(f"{name}.{at}", shown_))}" aria-label="{name}">'
            )
        forms = next((list(forms) for forms in FORMS if one.form in forms), [])
        fields.append(_choice(f"form.{at}", forms, one.form, typed) if forms else "as printed")
        cells = "".join(f"<td>{field}</td>" for field in fields)
        yield f"<tr><td>{one.column}</td><td>{len(one.claims)}</td>{cells}</tr>"
    yield "</tbody></table></div>"


def _choice(name: str, every: Sequence[str], value: object, typed: Form) -> str:
    """A field of one of several; what is there now is chosen, also where it is none or differs."""
    now = "" if value is None else " ".join(value) if isinstance(value, list) else str(value)
    first, blank = "differs by row" if value is None else "none", [""] if "." in name else []
    chosen = typed.get(name, now)
    options = "".join(
        f'<option value="{escape(one)}"{" selected" if one == chosen else ""}>'
        f"{escape(one.replace('{}', '…') or first)}</option>"
        for one in dict.fromkeys([*blank, *every, now])
    )
    return f'<select name="{name}" aria-label="{name.partition(".")[0]}">{options}</select>'


def _rows(
    names: Sequence[str], claims: Claims, paper: ReadPaper | None, typed: Form
) -> Iterator[str]:
    """Numbers one by one, to be ticked or corrected."""
    if not names:
        return
    yield '<div class="scroll"><table>\n<thead><tr><th>Right</th><th>In the paper</th>'
    yield "<th>Read as</th><th>Printed</th></tr></thead>\n<tbody>"
    for name in names:
        claim, chance = claims[name], _chance(claims[name])
        told = escape(name)
        ticked = name in typed["right"].split() if "right" in typed else chance >= LIKELY
        field = typed.get(f"printed.{name}", str(claim.get("printed", "")))
        doubt = f'<br><span class="doubt">{escape(_doubt(claim))}</span>' if _doubt(claim) else ""
        sure = f" · {chance:.2f}" if "chance" in claim else ""
        yield (
            f'<tr id="{told}"><td><input type="checkbox" name="right" value="{told}" '
            f'aria-label="{told}"{" checked" if ticked else ""}></td><td>{_quoted(claim, paper)}'
            f'<br><span class="quiet">{escape(str(claim.get("place", "")))}{sure}</span></td><td>'
            f'{escape(_meant(claim))}{doubt}</td><td><input type="text" '
            f'name="printed.{told}" value="{escape(field)}" aria-label="printed"></td></tr>'
        )
    yield "</tbody>\n</table></div>"


def _quoted(claim: Claim, paper: ReadPaper | None) -> str:
    """The quote, in a sentence with the words around it."""
    quote = str(claim.get("quote", ""))
    place = str(claim.get("place", ""))
    for passage in paper.passages if paper and ", row " not in place else ():
        at = passage.text.find(quote) if place.startswith(passage.place) else -1
        if quote and at >= 0:
            before = passage.text[max(0, at - AROUND) : at]
            behind = passage.text[at + len(quote) : at + len(quote) + AROUND]
            return f"…{escape(before)}<b>{escape(quote)}</b>{escape(behind)}…"
    return f"“{escape(quote)}”"


def _chance(claim: Claim) -> float:
    return float(str(claim.get("chance", 1)))


def _doubt(claim: Claim) -> str:
    doubt = str(claim.get("unconfirmed", ""))
    return "" if doubt == READ else doubt


def _meant(claim: Claim) -> str:
    """What a number was taken for, in a line."""
    about = claim.get("about")
    told = (
        [f"{key} {_plain(one)}" for key, one in about.items()] if isinstance(about, Mapping) else []
    )
    return f"{claim.get('label', '')}: {'; '.join(told)}" if told else str(claim.get("label", ""))


def _plain(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
