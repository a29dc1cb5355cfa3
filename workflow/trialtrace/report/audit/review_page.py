"""The page on which a person holds what a program read against the paper: quote and claim.

It has forms and no script; `commands.review` serves it on this machine alone.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from itertools import permutations

from trialtrace.audit.ledger.lacking import facts_of, lacking
from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.reading.decisions import (
    AGAINST,
    ALL,
    COMPARED,
    KEEP,
    SETTLE,
    Matter,
    matters,
    nameless,
    open_claims,
    state_of,
    whose,
)
from trialtrace.audit.reading.designs import MEANS, PARTS, shown
from trialtrace.audit.reading.group_names import numbers_of, state_of_groups
from trialtrace.audit.reading.paper import ReadPaper, Table
from trialtrace.audit.reading.untaken import Untaken, cells_of
from trialtrace.audit.verdicts.asked import CERTAIN
from trialtrace.audit.verdicts.readings import FORMS
from trialtrace.base.words import upper_first
from trialtrace.report.pages.shell import page

MOST_SHOWN = 150
END, TELL, AGAIN, GROUPS = "end", "tell", "again", "groups"
LIKELY = 0.9
"""What is ticked from the start: of such, nine in ten are right (docs/figures.md, the chance)."""
TESTS = (
    *("chi_squared", "chi_squared_corrected", "fisher", "mid_p", "t", "welch", "mantel_haenszel"),
    *("mann_whitney", "log_rank", "anova", "other"),
)
AROUND = 160
STYLE = """
body {max-width: 100rem}
form.part {border-top: 2px solid var(--rule); margin-top: 1.5rem}
.beside {display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start}
.beside > div {flex: 0 1 auto; max-width: 100%; min-width: 0}
.beside > div:empty {display: none}
@media (min-width: 80rem) {
.beside {flex-wrap: nowrap}
.beside > div {flex: 1 1 0}
}
.beside td input {width: 7rem}
.beside td select {max-width: 14rem}
.rows td {white-space: normal; vertical-align: top}
.rows td:nth-child(2) {min-width: 18rem; max-width: 40rem}
.rows td:nth-child(3) {min-width: 12rem}
.rows .fields {display: grid; grid-template-columns: auto 1fr; gap: .2rem .5rem; min-width: 18rem}
.rows .fields input, .rows .fields select {width: 100%; box-sizing: border-box}
.untaken td, .beside td {white-space: normal; max-width: 20rem}
.untaken th input {min-width: 7rem; width: 100%; box-sizing: border-box}
.left {background: var(--mark); color: var(--ink)}
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
    left: Sequence[Untaken] = (),
) -> str:
    """The page of the claims of a ledger that nobody confirmed, a table or section after another;
    `said` is what went wrong before, with the form that was `refused`: what was typed stands in it
    still. Tables are shown as they are printed where the `paper` is at hand, first those with
    numbers that are `left`, to be told anew.

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
    waiting, later = sum(map(len, open_.values())), len(open_) - len(seen)
    ticked = [at for at, one in seen.items() if any(_likely(data["claims"][name]) for name in one)]
    first = next(iter([*ticked, *seen]), "")
    enter = "Nothing is ticked yet, so that Enter writes corrections alone."
    if ticked:
        enter = "Enter confirms what is ticked in the first that has ticks: what was read right "
        enter += f"with a chance of {LIKELY:g} or more."
    more = f" {later} more tables or sections come after these." if later else ""
    designs = {part: data.get(part, {}) for part in PARTS}
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="wrong">{escape(said)}</p>' if said else "",
        '<p class="subject">'
        f"{waiting} of {len(data['claims'])} claims are left to "
        f"confirm.{more}</p>",
        '<p class="prose quiet">Hold each table against the paper. What you settle is written into '
        f"the ledger at once; what you leave stays open. {enter}</p>",
        _names(data.get("outcomes", {})),
        *_groups(data, typed),
        '<div id="untaken"></div>' if left else "",
        *(line for one in left for line in _untaken(one, paper, typed)),
        *(
            line
            for place, names in seen.items()
            for line in _place(
                place, names, data, paper, typed, above=left if place == first else None
            )
        ),
        *_designs(list(data.get("papers", ())), designs, typed),
        f'<form method="post"><button name="do" value="{END}">End</button></form>',
    ]
    body = "\n".join(part for part in parts if part) + "\n"
    return page(title, body, stamp=None, style=STYLE, forms=True)


def _names(outcomes: Claims) -> str:
    """The outcomes of the ledger, offered where one is typed."""
    labels = dict.fromkeys(str(one.get("label", key)) for key, one in outcomes.items())
    options = (f'<option value="{escape(label)}"></option>' for label in labels)
    return f'<datalist id="outcomes">{"".join(options)}</datalist>'


def _groups(data: Data, typed: Form) -> Iterator[str]:
    """The groups: what each is called, and whether it is another one under a second name."""
    groups = data.get("groups", {})
    if not groups:
        return
    of = typed if typed.get("do") == GROUPS else {}
    called = ", ".join(str(one.get("label", "")) for one in groups.values())
    yield f'<details class="groups"{" open" if of else ""}><summary>'
    yield f"Groups, {len(groups)}: {escape(called)}</summary>"
    yield '<form method="post">'
    yield f'<input type="hidden" name="state" value="{state_of_groups(data)}">'
    yield '<div class="scroll"><table><thead><tr><th>Group</th><th>Numbers</th><th>Called</th>'
    yield "<th>The same as</th></tr></thead><tbody>"
    for key, one in groups.items():
        label = of.get(f"label.{key}", str(one.get("label", "")))
        others = [other for other in (*groups, "all") if other != key]
        cells = (
            escape(key),
            str(numbers_of(data["claims"], key)),
            f'<input type="text" name="label.{escape(key)}" aria-label="label" '
            f'value="{escape(label)}">',
            _choice(f"same.{key}", others, "", of),
        )
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    yield "</tbody></table></div>"
    yield f'<p><button name="do" value="{GROUPS}">Write the groups</button> '
    yield "Numbers of a group that is the same as another become that one's everywhere.</p>"
    yield "</form></details>"


def _untaken(one: Untaken, paper: ReadPaper | None, typed: Form) -> Iterator[str]:
    """What no claim holds of a table, whose heads can be written anew, or of a section."""
    table = next((each for each in paper.tables if each.name == one.place), None) if paper else None
    inner = [f"<summary>{escape(str(one))}</summary>"]
    if table is None:
        items = (f"<li>{escape(left.text)} ({escape(left.why)})</li>" for left in one.left)
        inner += ["<ul>", *items, "</ul><p>What of these is a result is typed into the file.</p>"]
    else:
        of = typed if typed.get("of") == one.place and typed.get("do") == AGAIN else {}
        heads = table.rows[: max(1, table.heads)]
        over = [" ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*heads, strict=True)]
        fields = [
            f'<th><input type="text" name="head.{at}" aria-label="head" '
            f'value="{escape(of.get(f"head.{at}", text))}"></th>'
            for at, text in enumerate(over)
        ]
        beside = [left for left in one.left if not cells_of(left.place)]
        cells = {cell[1:] for left in one.left for cell in cells_of(left.place)}
        inner += [
            '<form method="post">',
            f'<input type="hidden" name="of" value="{escape(one.place)}">',
            *_printed(table, (), cells, "".join(fields)),
            f'<p><label>Caption <input type="text" name="caption" size="60" '
            f'value="{escape(of.get("caption", table.caption))}"></label></p>',
            *(f"<p>{escape(left.text)} ({escape(left.why)})</p>" for left in beside),
            f'<button name="do" value="{AGAIN}">Read it below these heads</button> '
            "Write over each column whose numbers it holds and what they are: “Training (n=27): "
            "mean (SD)”, “Treatment difference (SE)”, “P”.</form>",
        ]
    yield f'<details class="untaken"{"" if one.claims or table is None else " open"}>'
    yield from inner
    yield "</details>"


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
    above: Sequence[Untaken] | None,
) -> Iterator[str]:
    """A table or a section with one form: as it is printed, what the reader took its columns for,
    its numbers, and a button that settles it. That of the first has the keyboard, so that a browser
    begins there: what stands `above` is named beside it."""
    claims = data["claims"]
    of = typed if typed.get("of") == place else {}
    state = state_of(claims, names)
    lacks = lacking({name: facts_of(_about(claim)) for name, claim in claims.items()})
    low = [name for name in names if _chance(claims[name]) < CERTAIN or _doubt(claims[name])]
    yield f'<form method="post" class="part"><h2>{escape(place)}</h2>'
    yield f'<input type="hidden" name="of" value="{escape(place)}">'
    yield f'<input type="hidden" name="state" value="{state}"><div class="beside"><div>'
    table = next((one for one in paper.tables if one.name == place), None) if paper else None
    if table is not None:
        yield from _printed(table, [claims[name] for name in names], data=data)
    yield "</div><div>"
    columns = matters(claims, names)
    if columns:
        yield from _columns(columns, data, of, lacks)
    yield (
        f"<p>{len(names)} numbers are open, {len(low)} of them in doubt or below a chance of "
        f"{CERTAIN:g}{_about_what(claims, low)}.</p>{_linked(above or ())}"
        f'<button name="do" value="{KEEP}"{"" if above is None else " autofocus"}>'
        "What is ticked is right; the rest stays open</button> "
        f'<button name="do" value="{ALL}">All of it is right</button> '
        f'<button name="do" value="{SETTLE}">{escape(upper_first(place))} is settled: what is '
        "ticked is right, the rest is taken out</button> <label><input type='checkbox' "
        "name='none'> also where nothing is ticked</label></div></div>"
    )
    rest = [name for name in names if name not in set(low)]
    yield from _rows(low, data, paper, of, lacks)
    if rest:
        told = f"{len(rest)} more, read without a doubt and with a chance of {CERTAIN:g} or more"
        yield f"<details><summary>{told}</summary>"
        yield from _rows(rest, data, paper, of, lacks)
        yield "</details>"
    yield "</form>"


def _printed(
    table: Table,
    claims: Sequence[Claim],
    left: Collection[tuple[int, int]] = (),
    over: str = "",
    data: Data | None = None,
) -> Iterator[str]:
    """The table of the paper, below a row `over` it; marked is what was read of it, and what of
    that is uncertain, or what is `left`."""
    read: dict[tuple[int, int], Claim] = {}
    for claim in claims:
        if found := re.search(r"row (\d+), column ([\d, ]+)$", str(claim.get("place"))):
            for column in found[2].split(", "):
                read[int(found[1]) - 1, int(column) - 1] = claim
    yield f'<p class="prose">{escape(table.caption)}</p><div class="scroll"><table><tbody>'
    yield f"<tr>{over}</tr>" if over else ""
    for row, cells in enumerate(table.rows):
        tag = "th" if row < table.heads else "td"
        told = []
        for at, text in enumerate(cells):
            marked = ' class="left"' if (row, at) in left else ""
            if of := read.get((row, at)):
                kind = "read" if _chance(of) >= CERTAIN and not _doubt(of) else "read low"
                marked = f' class="{kind}" title="{escape(_meant(of, data or {}))}"'
            told.append(f"<{tag}{marked}>{escape(text)}</{tag}>")
        yield f"<tr>{''.join(told)}</tr>"
    yield f'</tbody></table></div><p class="quiet">{escape(table.notes)}</p>'


def _linked(above: Sequence[Untaken]) -> str:
    places = escape(", ".join(one.place for one in above))
    return f'<p><a href="#untaken">Numbers not taken up: {places}</a></p>' if above else ""


def _about_what(claims: Claims, low: Sequence[str]) -> str:
    """What the doubts of a place are about, the most frequent first."""
    doubts = Counter(one for name in low for one in _doubts(claims[name]))
    return "".join(f"; {count}: {escape(text)}" for text, count in doubts.most_common(4))


def _doubts(claim: Claim) -> list[str]:
    return (
        _doubt(claim).split("; ") if _doubt(claim) else [f"no doubt but a chance below {CERTAIN:g}"]
    )


def _columns(
    columns: Sequence[Matter], data: Data, typed: Form, lacks: Mapping[str, str]
) -> Iterator[str]:
    """A line for each column and form, or a block of its rows, to be set for all its numbers at
    once, or for those of fewer rows; with what they lack."""
    groups = list(data.get("groups", {}))
    yield '<div class="scroll"><table><thead><tr><th>Column</th><th>Rows</th><th>Numbers</th>'
    yield "<th>Group</th><th>n</th><th>Visit</th><th>Form</th><th>All are right</th></tr></thead>"
    yield "<tbody>"
    for at, one in enumerate(columns):
        fields = [_whose(str(at), one.shared["whose"], groups, typed)]
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
        ticked = " checked" if f"all.{at}" in typed else ""
        fields.append(f'<input type="checkbox" name="all.{at}" aria-label="all"{ticked}>')
        span = "–".join(map(str, dict.fromkeys(one.rows)))
        rows = f'<input type="text" name="rows.{at}" aria-label="rows" '
        rows += f'value="{escape(typed.get(f"rows.{at}", span))}">'
        cells = "".join(f"<td>{field}</td>" for field in (rows, len(one.claims), *fields))
        lack = "".join(dict.fromkeys(map(_lack, (lacks.get(name, "") for name in one.claims))))
        yield f"<tr><td>{one.column}{lack}</td>{cells}</tr>"
    yield "</tbody></table></div>"


def _lack(text: str) -> str:
    """What a number lacks to be held against others."""
    return f'<br><span class="quiet">Give {escape(text)}</span>' if text else ""


def _whose(at: str, value: str | None, groups: Sequence[str], typed: Form) -> str:
    """The group of a number, or those that it compares."""
    pairs = [AGAINST.join(pair) for pair in permutations(groups, 2)] if len(groups) < 5 else []
    return _choice(f"whose.{at}", [*groups, "all", *pairs, COMPARED], value, typed)


def _choice(name: str, every: Sequence[str], value: object, typed: Form) -> str:
    """A field of one of several; what is there now is chosen, also where it is none or differs."""
    now = "" if value is None else str(value)
    first, blank = "differs by row" if value is None else "none", [""] if "." in name else []
    chosen = typed.get(name, now)
    options = "".join(
        f'<option value="{escape(one)}"{" selected" if one == chosen else ""}>'
        f"{escape(one.replace('{}', '…') or first)}</option>"
        for one in dict.fromkeys([*blank, *every, now])
    )
    return f'<select name="{name}" aria-label="{name.partition(".")[0]}">{options}</select>'


def _rows(
    names: Sequence[str],
    data: Data,
    paper: ReadPaper | None,
    typed: Form,
    lacks: Mapping[str, str],
) -> Iterator[str]:
    """Numbers one by one, to be ticked or corrected."""
    if not names:
        return
    yield '<div class="scroll rows"><table>\n<thead><tr><th>Right</th><th>In the paper</th>'
    yield "<th>Read as</th><th>Corrected</th></tr></thead>\n<tbody>"
    for name in names:
        claim, told = data["claims"][name], escape(name)
        ticked = name in typed["right"].split() if "right" in typed else _likely(claim)
        doubt = f'<br><span class="doubt">{escape(_doubt(claim))}</span>' if _doubt(claim) else ""
        sure = f" · {_chance(claim):.2f}" if "chance" in claim else ""
        lack = "" if _of_column(claim) else _lack(lacks.get(name, ""))
        yield (
            f'<tr id="{told}"><td><input type="checkbox" name="right" value="{told}" '
            f'aria-label="{told}"{" checked" if ticked else ""}></td><td>{_quoted(claim, paper)}'
            f'<br><span class="quiet">{escape(str(claim.get("place", "")))}{sure}</span></td><td>'
            f"{escape(_meant(claim, data))}{lack}{doubt}</td>"
            f"<td>{_fields(name, claim, data, typed)}</td></tr>"
        )
    yield "</tbody>\n</table></div>"


def _fields(name: str, claim: Claim, data: Data, typed: Form) -> str:
    """What of one claim can be corrected: its number and outcome; of a sentence, which has no
    column, whose it is, when, and of how many; of a comparison its test, and if it is a model's."""
    about = _about(claim)
    outcome = str(about.get("outcome", ""))
    known = data.get("outcomes", {}).get(outcome, {})
    texts = {"printed": claim.get("printed", ""), "outcome": known.get("label", outcome)}
    more = {}
    sentence = not _of_column(claim)
    if sentence:
        texts |= {"patients": about.get("patients", ""), "visit": about.get("visit", "")}
        more["whose"] = _whose(name, whose(about), list(data.get("groups", {})), typed)
    if sentence or {"compare", "test"} & set(about):
        more["test"] = _choice(f"test.{name}", TESTS, about.get("test", ""), typed)
        more["basis"] = _choice(f"basis.{name}", ["model"], about.get("basis", ""), typed)
    fields = {
        key: f'<input type="text" name="{key}.{escape(name)}" aria-label="{key}" '
        f"{'list=outcomes ' if key == 'outcome' else ''}"
        f'value="{escape(typed.get(f"{key}.{name}", str(value)))}">'
        for key, value in texts.items()
    }
    every = {**fields, **more}
    lines = (f"<span>{_CALLED.get(key, key)}</span>{field}" for key, field in every.items())
    return f'<div class="fields">{"".join(lines)}</div>'


_CALLED = {"patients": "n", "whose": "group"}


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


def _likely(claim: Claim) -> bool:
    return _chance(claim) >= LIKELY and not nameless(claim)


def _doubt(claim: Claim) -> str:
    doubt = str(claim.get("unconfirmed", ""))
    return "" if doubt == READ else doubt


def _meant(claim: Claim, data: Data) -> str:
    """What a number was taken for, in a line."""
    outcomes, told = data.get("outcomes", {}), []
    for key, one in _about(claim).items():
        called = outcomes.get(str(one), {}).get("label") if key == "outcome" else None
        told.append(f"{key} {called or _plain(one)}")
    label = str(claim.get("label", ""))
    return f"{label}: {'; '.join(told)}" if told else label


def _about(claim: Claim) -> Mapping[str, object]:
    about = claim.get("about")
    return about if isinstance(about, Mapping) else {}


def _of_column(claim: Claim) -> bool:
    return ", column " in str(claim.get("place", ""))


def _plain(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
