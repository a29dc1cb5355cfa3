"""A comparison of two runs, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from trialtrace.base.errors import visible

if TYPE_CHECKING:
    from trialtrace.run.archive.comparison import (
        Account,
        CauseAccount,
        CellAccount,
        ResultAccount,
        TableAccount,
    )
    from trialtrace.run.archive.shelf import Kept

# Of a long list so many lines are shown; the JSON has all.
SHOWN = 25
CAUSES_SHOWN = 4
NOTHING = "nothing changed"


def account_text(account: Account, whole: bool = False) -> str:
    """What changed, from the export to the audit, then each result with why."""
    lines = [
        f"{account['trial']}: run {run_text(account['old'])} → run {run_text(account['new'])}",
        *([account["stamp"]] if account["stamp"] else []),
        *(f"{label:<16}{text}" for label, text in overview(account)),
    ]
    limit = None if whole else SHOWN
    sections = (
        ("Raw cells", [_cell(cell) for cell in account["raw_cells"]]),
        ("Configuration", [_cell(cell) for cell in account["configuration"]]),
        ("Code", [text for text in account["code"] if ":" in text]),
        ("Derived values", [_cell(cell) for cell in account["derived_cells"]]),
        ("Verdicts on published numbers", list(_verdicts(account))),
    )
    for title, entries in sections:
        lines += _section(title, entries, limit)
    mark = f" [{account['stamp']}]" if account["stamp"] else ""
    results = [line for result in account["results"] for line in _result(result, mark)]
    lines += _section("Results", results, None if limit is None else 3 * limit)
    return visible("\n".join(lines)) + "\n"


def overview(account: Account) -> list[tuple[str, str]]:
    """(part, what changed of it), a line each."""
    flips = sum(result["flips"] for result in account["results"])
    unknown = sum(
        cause["kind"] == "unknown" for result in account["results"] for cause in result["causes"]
    )
    results = _results(account["results"], account["results_in_all"])
    more = [f"{flips} cross the level of their decision"] if flips else []
    more += [f"{unknown} WITHOUT A KNOWN CAUSE"] if unknown else []
    order = ["results or published numbers in another order"] if account["reordered"] else []
    judged, recomputed = judged_anew(account), len({one["claim_id"] for one in account["verdicts"]})
    verdicts = [f"{judged} changed"] if judged else []
    verdicts += [f"{recomputed - judged} recomputed otherwise"] if recomputed > judged else []
    verdicts += _worded(account["worded"]["claims"])
    keys = len(account["configuration"])
    configured = [f"{counted(keys, 'key')} changed"] if keys else []
    parts = [text.partition(":")[0] for text in account["code"]]
    words = "comments or order only"
    comments = [f"{words}: {', '.join(account['comments'])}"] if account["comments"] else []
    return [
        ("raw data", _tables(account["raw"])),
        ("configuration", "; ".join([*configured, *comments]) or NOTHING),
        ("code", f"{', '.join(parts)} changed" if parts else NOTHING),
        ("environment", "packages or Python changed" if account["environment"] else NOTHING),
        ("derived data", _tables(account["derived"])),
        ("results", "; ".join([results, *more, *_worded(account["worded"]["results"]), *order])),
        ("verdicts", "; ".join(verdicts) or NOTHING),
    ]


def judged_anew(account: Account) -> int:
    """Published numbers of which a verdict changed."""
    verdicts = (one for one in account["verdicts"] if one["what"] in ("against_data", "on_print"))
    return len({verdict["claim_id"] for verdict in verdicts})


def _worded(names: Sequence[str]) -> list[str]:
    return [f"of {len(names)} nothing but words changed"] if names else []


def counted(number: int, what: str) -> str:
    """ "1 run", "2 runs"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def run_text(kept: Kept) -> str:
    """ "3fa2c1… (2026-11-20 10:00, commit abcdef0)", of a data cut with its day."""
    commit, changed = kept.get("commit"), " with changes" if kept.get("dirty") else ""
    at = kept["ended"][:16].replace("T", " ") or "time unknown"
    at += f", data to {kept['cut']}" if "cut" in kept else ""
    return f"{kept['run']} ({at}{f', commit {commit[:7]}{changed}' if commit else ''})"


def _tables(tables: Iterable[TableAccount]) -> str:
    """ "vas: 1 cell changed, 2 rows new; other: same rows, in another order"."""
    return "; ".join(f"{table['table']}: {', '.join(_table(table))}" for table in tables) or NOTHING


def _table(item: TableAccount) -> Iterator[str]:
    if item["same_rows"] is not None:
        yield f"same rows, {item['same_rows']}"
    counts = (
        (item["cells"], "cell", "changed"),
        (item["rows_new"], "row", "new"),
        (item["rows_gone"], "row", "gone"),
    )
    yield from (f"{counted(n, what)} {how}" for n, what, how in counts if n)
    yield from (f"column {name} new" for name in item["columns_new"])
    yield from (f"column {name} gone" for name in item["columns_gone"])


def _results(results: Sequence[ResultAccount], of: int) -> str:
    if not results:
        return f"all {of} the same"
    new = sum(result["old"] is None for result in results)
    gone = sum(result["new"] is None for result in results)
    parts = (len(results) - new - gone, "changed"), (new, "new"), (gone, "gone")
    return f"of {of}: " + ", ".join(f"{n} {how}" for n, how in parts if n)


def _cell(cell: CellAccount) -> str:
    return f"{cell['place']}: {_value(cell['old'])} → {_value(cell['new'])}"


def _value(text: str | None) -> str:
    return "—" if text is None else text


def _verdicts(account: Account) -> Iterator[str]:
    for one in account["verdicts"]:
        yield (
            f"{one['claim_id']} {one['component']}, {one['what']}: "
            f"{_value(one['old'])} → {_value(one['new'])}"
        )


def _result(result: ResultAccount, mark: str) -> Iterator[str]:
    old, new = shown_pair(result)
    yield f"{result['result_id']}"
    yield f"    {old} → {new}{'   CROSSES THE LEVEL' if result['flips'] else ''}{mark}"
    yield f"    because of {'; '.join(cause_texts(result['causes']))}"


def shown_pair(result: ResultAccount) -> tuple[str, str]:
    """Old and new as the report shows them; where that shows no difference, with more digits;
    of a p that is judged at another level, with both."""
    levels = result["level_old"], result["level_new"]
    if None in levels or levels[0] == levels[1]:
        return _shown_pair(result)
    if (result["old"], result["value_old"]) == (result["new"], result["value_new"]):
        pair = _value(result["old"]), _value(result["new"])
    else:
        pair = _shown_pair(result)
    old, new = (
        f"{decision} at level {level:g}" for decision, level in zip(pair, levels, strict=True)
    )
    return old, new


def _shown_pair(result: ResultAccount) -> tuple[str, str]:
    old, new = result["old"], result["new"]
    before, after = result["value_old"], result["value_new"]
    if old == new and before is not None and after is not None and before != after:
        return apart(before, after)
    if old == new and old is not None:
        return old, f"{new} (its interval, n, options or remarks changed)"
    return _value(old), _value(new)


def apart(before: float, after: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ, at most 12."""
    for digits in range(3, 12):
        old, new = (f"{one:.{digits}g}" for one in (before, after))
        if old != new:
            return old, new
    old, new = (f"{one:.12g}" for one in (before, after))
    return old, new if old != new else f"{new} (they differ beyond the 12th digit)"


def cause_texts(causes: Sequence[CauseAccount]) -> list[str]:
    """The causes in words, the first few."""
    words = {
        "unknown": "NO KNOWN CAUSE: {}",
        "family": "its family: {}",
    }
    texts = [
        words.get(cause["kind"], "{}").format(cause["place"]) for cause in causes[:CAUSES_SHOWN]
    ]
    left = len(causes) - CAUSES_SHOWN
    return [*texts, f"{left} more"] if left > 0 else texts


def _section(title: str, entries: Sequence[str], limit: int | None) -> list[str]:
    if not entries:
        return []
    shown = entries if limit is None else entries[:limit]
    left = len(entries) - len(shown)
    more = [f"  … {left} lines more: --all, or --format json"] if left else []
    return ["", title, *(f"  {entry}" for entry in shown), *more]
