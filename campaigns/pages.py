"""Every page of a site in Chromium, at three widths; writes a section of docs/campaigns.md.

`python campaigns/pages.py` looks at all pages of site/ (after `make run`), `--site FOLDER` at those
of another: what the browser complains of, requests to elsewhere, what is wider than its window,
what axe finds serious, and where numbers of reports lead. Pages that were seen stand in logs/; the
same call goes on after them, and looks again at one of other bytes.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from browsed.numbers import not_followed
from browsed.window import CHROMIUM, WIDTHS, Problem, View, Window, window
from record import ROOT, circumstances, table, write_section

TITLE = "Pages in a browser"
LOG = ROOT / "logs" / "campaign-pages.jsonl"
PHONE, TABLET, LAPTOP = WIDTHS
SEED, NUMBERS = 1, 10
SITE, REPORT = "of the site", "of a report"
# Pages whose numbers stand as in their trace; an audit rounds them as its paper does.
PRINTED = ("report", "summary", "supplement")


@dataclass(frozen=True)
class Seen:
    """A page that was looked at: its kind, the hash of its bytes and style, what is wrong."""

    page: str
    kind: str
    digest: str
    problems: list[str]


def kind_of(page: str) -> str:
    """Of the site, of a report, or the folder of a report in which it stands."""
    folders = page.split("/")[:-1]
    return folders[1] if len(folders) > 1 else REPORT if folders else SITE


def views(kind: str) -> tuple[View, ...]:
    """How a page is seen; the main ones are held against axe light and dark."""
    main = kind in (SITE, REPORT)
    return View(PHONE), View(TABLET, axe=False), View(LAPTOP, dark=True, axe=main)


def look(tab: Window, site: Path, page: str, numbers: int) -> list[Problem]:
    """All that is wrong with a page, and with some numbers of a report's."""
    path, kind = site / page, kind_of(page)
    found = list(tab.problems(path, views(kind)))
    if kind == REPORT and path.name.startswith(PRINTED):
        for width in (PHONE, LAPTOP):
            found += not_followed(tab, path, View(width), numbers, SEED)
    return found


def digest_of(path: Path) -> str:
    """Over the page, the style sheet that it may link to, and the code that looks at it."""
    whole = hashlib.sha256()
    here = Path(__file__)
    sheets = (folder / "style.css" for folder in (path.parent, path.parent.parent))
    code = (here, *sorted((here.parent / "browsed").glob("*.py")))
    for one in (path, *sheets, *code):
        if one.is_file():
            whole.update(one.read_bytes())
    return whole.hexdigest()[:16]


def seen_before(log: Path) -> dict[str, Seen]:
    lines = log.read_text().splitlines() if log.exists() else []
    return {one.page: one for one in (Seen(**json.loads(line)) for line in lines)}


def pages_of(site: Path) -> list[str]:
    """Those of the site, of the reports, then all others."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(found, key=lambda page: (page.count("/"), page))


def go_on(site: Path, log: Path, seconds: float, numbers: int) -> list[Seen]:
    """The pages that a log has as they stand, then the others until the time is over."""
    before, found, left = seen_before(log), [], []
    for page in pages_of(site):
        kept = before.get(page)
        if kept is not None and kept.digest == digest_of(site / page):
            found.append(kept)
        else:
            left.append(page)
    log.parent.mkdir(exist_ok=True)
    log.write_text("".join(json.dumps(asdict(one)) + "\n" for one in found))
    with log.open("a") as noted:
        for one in _looked(site, left, seconds, numbers):
            found.append(one)
            print(json.dumps(asdict(one)), file=noted, flush=True)
            print(*one.problems, sep="\n", end="\n" if one.problems else "", flush=True)
    return found


def _looked(site: Path, pages: Iterable[str], seconds: float, numbers: int) -> Iterator[Seen]:
    ends = time.monotonic() + seconds
    with window(site) as tab:
        for page in pages:
            if time.monotonic() > ends:
                return
            digest = digest_of(site / page)
            told = [str(one) for one in look(tab, site, page, numbers)]
            yield Seen(page, kind_of(page), digest, told)


def report(found: list[Seen], pages: list[str], numbers: int) -> str:
    there = Counter(map(kind_of, pages))
    seen = Counter(one.kind for one in found)
    wrong = Counter(one.kind for one in found if one.problems)
    rows = [(kind, n, seen[kind], wrong[kind]) for kind, n in there.items()]
    rows.append(("together", len(pages), len(found), wrong.total()))
    how = (
        f"{circumstances()} At {PHONE}, {TABLET} and {LAPTOP} pixels, offline; of each page of a "
        f"report, summary or supplement up to {numbers} numbers were followed at the narrowest and "
        "the widest, there and back."
    )
    faults = [f"- {words}" for one in found for words in one.problems]
    whole = len(found) == len(pages)
    none = "Nothing is wrong." if whole else "Nothing is wrong on the pages that were seen."
    listed = "\n".join(["What is wrong:", "", *faults]) if faults else none
    return "\n\n".join((how, table(("pages", "there", "seen", "with a fault"), rows), listed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "site", help="the folder of the pages")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop then; call again to go on")
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="followed of a report's page")
    parser.add_argument("--dry", action="store_true", help="print the section, do not write it")
    parser.add_argument("--log", type=Path, default=LOG, help="where pages are noted")
    chosen = parser.parse_args()
    if not CHROMIUM:
        sys.exit("chromium is not on the PATH: apt-get install chromium")
    pages = pages_of(chosen.site)
    if not pages:
        sys.exit(f"{chosen.site} has no pages: make run")
    found = go_on(chosen.site.resolve(), chosen.log, chosen.seconds, chosen.numbers)
    text = report(found, pages, chosen.numbers)
    print(text) if chosen.dry else write_section(TITLE, text)
    sys.exit(any(one.problems for one in found))


if __name__ == "__main__":
    main()
