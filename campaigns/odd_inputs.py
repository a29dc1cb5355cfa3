"""Odd inputs to every public function of trialtrace.stats; writes a section of docs/campaigns.md.

`python campaigns/odd_inputs.py` changes each argument of a working call of each function in some
thirty ways (`campaigns/odd/`); `--only survival,continuous` takes some families. It ends with an
error where a call hangs, ends the process, gives NaN that is not told or an exception that is not
`StatsError`.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from odd.calls import calls
from odd.judge import BAD, OUTCOMES, Outcome, judged
from record import circumstances, table, write_section

TITLE = "Odd inputs"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="families, such as survival,continuous")
    parser.add_argument("--list", type=Path, help="write what is wrong to this file too")
    asked = parser.parse_args()
    families = [name for name in asked.only.split(",") if name]
    found, missing = calls()
    chosen = [call for call in found if not families or call.name.split(".")[0] in families]
    outcomes = []
    for outcome in judged(chosen):
        outcomes.append(outcome)
        if outcome.outcome in BAD:
            print(*_words(outcome), sep="  ", flush=True)
    wrong = [each for each in outcomes if each.outcome in BAD]
    if asked.list:
        asked.list.write_text("\n".join("\t".join(_words(each)) for each in wrong) + "\n")
    if not families:
        write_section(TITLE, _section(outcomes, len(chosen), missing))
    print(f"{len(outcomes)} calls, {len(wrong)} wrong; no call of {', '.join(missing) or 'none'}")
    sys.exit(bool(wrong))


def _words(outcome: Outcome) -> tuple[str, str, str, str, str]:
    return outcome.outcome, outcome.name, outcome.argument, outcome.mutation, outcome.words


def _section(outcomes: list[Outcome], functions: int, missing: list[str]) -> str:
    families: dict[str, Counter] = {}
    for each in outcomes:
        families.setdefault(each.name.split(".")[0], Counter())[each.outcome] += 1
    total: Counter = sum(families.values(), Counter())
    counted = [*sorted(families.items()), ("together", total)]
    rows = [(name, n.total(), *(n[outcome] for outcome in OUTCOMES)) for name, n in counted]
    wrong = [
        f"- {each.outcome}: `{each.name}`, `{each.argument}` {each.mutation}. {each.words}"
        for each in outcomes
        if each.outcome in BAD
    ]
    text = (
        f"{circumstances()} {functions} public functions of `trialtrace.stats`, one argument of a "
        "working call changed: NaN, infinite, text, None, empty, ragged, another shape or length, "
        "1e308, 1e-200, 1e12, dates, masks, unknown words. Results of others, mappings and "
        "functions are left as they are.\n\n" + table(("family", "calls", *OUTCOMES), rows)
    )
    if missing:
        text += "\n\nNot called by an example, so not tried: " + ", ".join(
            f"`{name}`" for name in missing
        )
        text += "."
    return text + ("\n\n" + "\n".join(wrong) if wrong else "")


if __name__ == "__main__":
    main()
