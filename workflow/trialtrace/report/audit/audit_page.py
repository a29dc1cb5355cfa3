"""An audit as one HTML page: what does not hold, counts by verdict, the claims, the searches.

It stands alone: no script, no link outside, every text from a ledger escaped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from trialtrace.audit.editor.letter import MOST_LINES
from trialtrace.audit.printed.sentences import (
    chance_text,
    sentences,
    thousands,
    told_apart,
    unbroken,
)
from trialtrace.audit.printed.verdicts import (
    COLUMNS,
    CONTRADICTS,
    DATA,
    DIFFERS,
    EQUALS,
    FAILS,
    HOLDS,
    NO_RESULT,
    NOT_CHECKED,
    NOT_TIED,
    OTHER_CHOICE,
    PRINT,
    QUESTION,
    SHOWN,
)
from trialtrace.audit.registration.rows import said
from trialtrace.audit.verdicts.tally import (
    by_chance,
    counted,
    numbered_readings,
    tally,
    worst,
    worst_first,
)
from trialtrace.audit.verdicts.text import by_verdict
from trialtrace.base.stamp import SYNTHETIC
from trialtrace.base.words import upper_first
from trialtrace.report.audit.claims_matrix import classes, filter_rules, matrix
from trialtrace.report.links import (
    CARD_SCRIPT,
    COVERAGE_PAGE,
    claim_anchor,
    component_link,
    of_report,
)
from trialtrace.report.pages.shell import linked, page, table_lines
from trialtrace.report.render.house import assets

Row = Mapping[str, Any]
# Claim -> the label of each of its readings -> a link, "" where there is no place of it.
Readings = Mapping[str, Mapping[str, str]]
SUMMARY = "A printed number stands for every value that rounds to it. "
OF_SYNTHETIC = (
    "The data of this trial are synthetic, so no number was compared with them: verdicts rest on "
    "the printed numbers alone."
)
TIERS = (
    "Tier 1 comprises the usual choices on patients planned or printed anywhere, tier 2 "
    "also other tests, intervals, levels, sides and ways of rounding, tier 3 also sets of patients "
    "printed nowhere."
)
CHANCE = (
    "The chance of a coincidental fit is the share of numbers near the printed ones (shifted by "
    "steps of their last digits) that at least one of the choices tried would give; near 1, a "
    "match means nothing. It is not the probability that the authors made another choice, and a "
    "match is never a reproduction."
)
WINDOWS = "Half and double windows shift the numbers half and twice as far."
# What the words of the tally mean, by column; docs/audit.md has the same.
MEANINGS = {
    DATA: {
        NOT_TIED: "no single result of the run answers the claim",
        DIFFERS: "the data say otherwise",
        OTHER_CHOICE: "another test, method, set of patients or rounding gives it, and would give "
        "few of the numbers nearby",
        EQUALS: "the planned analysis of the data gives the printed number",
        NO_RESULT: "nothing was compared, for the reason given with the claim",
    },
    PRINT: {
        CONTRADICTS: "no values that round to the printed numbers fit together",
        QUESTION: "the paper leaves open what decides it, such as the test or the patients",
        HOLDS: "the other printed numbers allow it",
        NOT_CHECKED: "no other printed number decides it",
    },
}
OF_CHOICES = (
    "Against the data: the printed number is compared with what the trial's data give. Internal "
    "consistency: it is compared with the other numbers of the paper. A choice is one way of "
    "computing a number: a test, a method, a set of patients, a rounding; the choices tried are "
    "counted below. The ledger lists these printed numbers, what each describes and how it was "
    "tested."
)
TOLD = ("print_finding", "print_more")
NO_CAUSE = "A finding is arithmetic and says nothing about how a number arose."


def audit_page(
    audit: Mapping[str, Any],
    title: str,
    *,
    synthetic: bool = False,
    in_report: bool = False,
    coverage: bool = False,
    put_in: str = "",
    typed: str = "",
    readings: Readings | None = None,
) -> str:
    """The page of one ledger; `audit` as `print_audit.as_json` gives it.

    In a trial's report folder it links to the report and to the traces of recomputed numbers, with
    `coverage` to the page of what the texts tell. `put_in` is a sentence on numbers of a synthetic
    cohort that a paper set; after it stands the link to the cohort's settings. `typed` says who
    took the printed numbers from where. `readings` has of each claim that may be several things
    what these are, each with the link to its section.
    """
    rows = audit["claims"]
    papers = "".join(
        f"<li>{escape(paper)}</li>" for paper in dict.fromkeys(r["paper"] for r in rows)
    )
    more = f'<p><a href="{COVERAGE_PAGE}">What covers each item of the texts</a></p>'
    settings = '<a href="supplement.html#sec-targets">These numbers</a>.'
    parts = [
        f"<h1>{'Published numbers' if in_report else escape(title)}</h1>",
        *what_fails(rows),
        f'<h2>Counts</h2><p class="subject">{_subject(rows)}</p><ul>{papers}</ul>',
        *(f'<p class="prose">{escape(t)}</p>' for t in (typed, audit.get("standing")) if t),
        *tally_list(rows),
        meanings(rows),
        f'<p class="prose quiet">{SUMMARY}{OF_SYNTHETIC if synthetic else ""} {NO_CAUSE}</p>',
        *([f'<p class="prose"><strong>{escape(put_in)}</strong> {settings}</p>'] if put_in else []),
        *([more] if coverage else []),
        *registration_section(audit.get("registration", ()), audit=""),
        *claims_table(audit, links=in_report, readings=readings),
        *searches_section(audit),
    ]
    body = "\n".join(parts) + "\n"
    script = CARD_SCRIPT if in_report else ""
    style = audit_style() + filter_rules(rows)
    return page(
        title,
        body,
        stamp=SYNTHETIC if synthetic else None,
        style=style,
        script=script,
        above=of_report(title) if in_report else (),
        here="Audit of the published numbers",
    )


def audit_style() -> str:
    """What audit pages have beyond the house style."""
    sheets = ("audit.css", "card.css")
    return "".join((assets() / name).read_text(encoding="utf-8") for name in sheets)


def _subject(rows: Sequence[Row]) -> str:
    data = any(row["recomputed_text"] for row in rows)
    number = tally(rows)["claims"]
    return (
        f"{number} claim{'' if number == 1 else 's'}: printed numbers compared with "
        f"{'the data and ' if data else ''}each other."
    )


def what_fails(rows: Sequence[Row], page_of: Callable[[str], str] = lambda _: "") -> Iterator[str]:
    """The claims that do not hold, the worst first, each with the reason and a link to its row.

    `page_of` gives the page that a claim's row stands on, and "" for this page.
    """
    found = [
        (own, wrong)
        for own in worst_first(rows)
        if (wrong := [column for column in COLUMNS if worst(own, column) in FAILS])
    ]
    yield "<h2>What does not hold</h2>"
    if not found:
        yield '<p class="prose">No published number contradicts another, or the data.</p>'
        return
    lines = []
    for own, wrong in found[:MOST_LINES]:
        first, (trial, _, name) = own[0], own[0]["claim_id"].rpartition("/")
        link = f"{page_of(first['claim_id'])}#{claim_anchor(name)}"
        lead = f'<a href="{escape(link)}">{escape(first["label"])}</a>: {escape(first["quote"])}'
        lead = f"{escape(trial)}, {lead}" if trial else lead
        lines.append(f"<li>{lead}{''.join(finding_lines(own, wrong))}</li>")
    yield f"<ol>{''.join(lines)}</ol>"
    if len(found) > MOST_LINES:
        yield f'<p class="prose">{len(found) - MOST_LINES} more stand first below.</p>'


def tally_list(rows: Sequence[Row]) -> Iterator[str]:
    """Claims by verdict, a list for each column."""
    counts = tally(rows)
    for column, name in COLUMNS.items():
        found = [*counted(counts, column)]
        if not found:
            continue
        items = [f"<li>{upper_first(name)}</li>"]
        for word, words, number in found:
            wrong = ' class="wrong"' if word in FAILS else ""
            items.append(f"<li{wrong}><strong>{number}</strong> {words}</li>")
        yield f'<ul class="tally">{"".join(items)}</ul>'


def meanings(rows: Sequence[Row]) -> str:
    """What the words of the verdicts mean, of those that some claim has; opened by a click."""
    counts = tally(rows)
    text = "".join(
        f"<li>{upper_first(COLUMNS[column])}, <strong>{word}</strong>: {escape(words)}.</li>"
        for column in MEANINGS
        for word, words in _meant(counts, column)
    )
    lead = f'<p class="prose quiet">{escape(OF_CHOICES)}</p>'
    return f"<details><summary>What these words mean</summary>{lead}<ul>{text}</ul></details>"


def _meant(counts: Row, column: str) -> Iterator[tuple[str, str]]:
    """The states of a column that some claim has, in words, and what they mean."""
    return ((SHOWN[word], MEANINGS[column][word]) for word, _, _ in counted(counts, column))


def claims_table(
    audit: Mapping[str, Any], *, links: bool, readings: Readings | None = None
) -> Iterator[str]:
    """The matrix of verdicts, then a row a claim, the worst first: what is printed, both verdicts,
    the findings.

    With `links` what the data give is a link to its trace. A ledger by itself has no data, and no
    column of them.
    """
    columns = [column for column in COLUMNS if any(row[column] for row in audit["claims"])]
    names = ("Claim", "Printed", *(upper_first(COLUMNS[column]) for column in columns), "Finding")
    cells = []
    for rows in worst_first(audit["claims"]):
        claim = rows[0]["claim_id"]
        more = [*_read_as((readings or {}).get(claim, {}))]
        if rest := further(audit, rows):
            more.append(f'<p class="quiet">{escape(unbroken(rest))}</p>')
        cells.append(_claim(rows, columns, more, links=links))
    yield "<h2>Claims</h2>"
    yield from matrix(audit["claims"])
    yield from table_lines(names, cells, "claims")


def _claim(rows: Sequence[Row], columns: Sequence[str], more: list[str], *, links: bool) -> str:
    first, claim = rows[0], rows[0]["claim_id"]
    verdicts = "".join(verdict_cell(rows, column) for column in columns)
    return (
        f'<tr id="{escape(claim_anchor(claim))}" class="{classes(rows)}">'
        f'<td class="claim">{escape(first["label"])}<br>'
        f'<code>{escape(claim)}</code></td><td class="printed">{escape(first["quote"])}<br>'
        f'<span class="quiet">{escape(first["place"])}</span>{_data(rows) if links else ""}</td>'
        f"{verdicts}<td>{''.join([*finding_lines(rows, columns), *more])}</td></tr>"
    )


def verdict_cell(rows: Sequence[Row], column: str) -> str:
    """The worst verdict of a claim in a column."""
    verdict = worst(rows, column)
    if verdict is None:
        return "<td></td>"
    wrong = " wrong" if verdict in FAILS else ""
    name = upper_first(COLUMNS[column])
    return f'<td class="verdict{wrong}" data-column="{name}">{SHOWN[verdict]}</td>'


def finding_lines(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[str]:
    """A paragraph a verdict, and one for its second line."""
    for column in columns:
        told = by_verdict(rows, column)
        for verdict, finding, more, components in told:
            which = ", ".join(component.replace("_", " ") for component in components)
            own = f", {which}: {SHOWN[verdict]}" if len(told) > 1 else ""
            lead = f'<span class="quiet">{escape(upper_first(COLUMNS[column]) + own)}: </span>'
            yield f"<p>{lead}{escape(unbroken(finding))}</p>"
            if more:
                yield f'<p class="quiet">{escape(unbroken(more))}</p>'


def further(audit: Mapping[str, Sequence[Row]], rows: Sequence[Row]) -> str:
    """What the checks on print say of a claim beyond its verdicts and their second lines."""
    claim = rows[0]["claim_id"]
    said = [one["finding"] for one in audit["judgements"] if one["claim"] == claim]
    told = " ".join(
        " ".join(filter(None, map(row.get, ("print_finding", "print_more")))) for row in rows
    )
    every = dict.fromkeys(sentence for text in said for sentence in sentences(text))
    return " ".join(one for one in every if one not in told)


def _read_as(readings: Mapping[str, str]) -> Iterator[str]:
    """Where the report has each reading of a claim, whether or not data are held against it."""
    each = [f"<li>{linked(label, link)}</li>" for label, link in readings.items()]
    if each:
        lead = '<p class="quiet">What it may be, and where the report has it:</p>'
        yield f"{lead}<ol>{''.join(each)}</ol>"


def _data(rows: Sequence[Row]) -> str:
    """What the data give for the components of a claim, each with a link to its trace."""
    told = []
    for lead, own in numbered_readings(rows):
        links = []
        for row in own:
            if row["recomputed_text"] and row["result_id"]:
                link = component_link(row["result_id"], row["component"])
                step = f" ({escape(row['step'])})" if row["step"] else ""
                links.append(linked(row["recomputed_text"], link) + step)
        told += [escape(lead) + ", ".join(links)] if links else []
    return f'<br><span class="quiet">data: {"; ".join(told)}</span>' if told else ""


def search_cells(search: Mapping[str, Any], rows: Sequence[Row]) -> list[tuple[str, str]]:
    """(name, text) of what a search found, as it is told in every report.

    `rows` have the labels of the claims.
    """
    tier, (first, *others) = search["tier"], search["claims"]
    names = told_apart((row["claim_id"], row["label"], row["quote"]) for row in rows)
    label = names.get(first, first)
    linked = f", with {len(others)} linked claim{'s' if others[1:] else ''}" if others else ""
    chances = " / ".join(chance_text(one) for one in search["chance"])
    return [
        ("Searched", f"{label}{linked}"),
        ("Choices by tier", " / ".join(thousands(one) for one in search["candidates"])),
        ("Distinct outputs", " / ".join(thousands(one) for one in search["distinct"])),
        ("First match", "none" if tier is None else f"tier {tier}"),
        ("Matches", thousands(search["ties"])),
        ("Chance by tier", chances),
        ("Chance", "" if tier is None else chance_text(search["chance"][-1])),
        (
            "Chance, half / double window",
            f"{chance_text(search['chance_half'])} / {chance_text(search['chance_double'])}",
        ),
    ]


def expected_sentence(searches: Sequence[Mapping[str, Any]]) -> str:
    """How many searches there were, how many found something, and the sum of their chances."""
    return by_chance(searches, expected_by_chance(searches))


def expected_by_chance(searches: Sequence[Mapping[str, Any]]) -> float:
    """The sum of the chances of a coincidental fit; one that cannot be told is 1."""
    return sum(1.0 if search["chance"][-1] is None else search["chance"][-1] for search in searches)


def searches_section(audit: Mapping[str, Any]) -> Iterator[str]:
    """Each search over the data with its candidates and its chance of a coincidental fit."""
    searches = audit.get("searches_over_data", ())
    rows = audit["claims"]
    if not searches:
        return
    names = [name for name, _ in search_cells(searches[0], rows)]
    yield "<h2>Other choices</h2>"
    yield f'<p class="prose">{escape(expected_sentence(searches))} {TIERS} {CHANCE} {WINDOWS}</p>'
    yield '<div class="scroll"><table>\n<thead><tr>'
    yield "".join(f"<th>{name}</th>" for name in names) + "</tr></thead>\n<tbody>"
    for search in searches:
        first, *more = [escape(text) for _, text in search_cells(search, rows)]
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in more)
        finding = f'<td colspan="{len(more)}">{escape(search["finding"])}</td>'
        yield f'<tr class="joined"><td rowspan="2">{first}</td>{numbers}</tr>\n<tr>{finding}</tr>'
    yield "</tbody>\n</table></div>"


REGISTERED = "Registered and reported"
OF_REGISTERED = (
    "Endpoints, patients and days as registry and protocol tell them, beside what is reported. A "
    "change may have its reason, and stand in the registry's history or in the protocol."
)
OF_REGISTRATION = ("What", "Registered", "Reported", "Verdict", "Finding")


def registration_section(
    rows: Sequence[Mapping[str, object]], *, audit: str | None = None
) -> Iterator[str]:
    """The table of `registration.rows.as_json`, with links to the claims that say so, on
    the page `audit`, "" for this one; nothing where there is none."""
    if not rows:
        return
    yield f'<h2 id="sec-registered">{REGISTERED}</h2>\n<p class="prose quiet">{OF_REGISTERED}</p>'
    yield from table_lines(OF_REGISTRATION, (_registered(row, audit) for row in rows))


def _registered(row: Mapping[str, object], audit: str | None) -> str:
    verdict = str(row["verdict"])
    shown = said(str(row["check"]), verdict, str(row["registered"]), str(row["reported"]))
    wrong = " wrong" if verdict == CONTRADICTS else ""
    claims = row["claims"]
    every = claims if audit is not None and isinstance(claims, list | tuple) else ()
    text = ", ".join(_claim_link(str(one), audit or "") for one in every)
    cells = (
        f'{escape(str(row["what"]))}<br><span class="quiet">{escape(str(row["source"]))}</span>',
        escape(str(row["registered"])),
        escape(str(row["reported"])),
    )
    return (
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}"
        f'<td class="verdict{wrong}">{escape(shown)}</td>'
        f"<td>{escape(unbroken(str(row['finding'])))}"
        f"{f'<br>{text}' if text else ''}</td></tr>"
    )


def _claim_link(name: str, audit: str) -> str:
    link = f"{audit}#{claim_anchor(name)}"
    return f'<a href="{escape(link)}"><code>{escape(name)}</code></a>'
