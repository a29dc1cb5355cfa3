"""What the start page searches: numbers, published claims and lines of the configuration.

A script of data beside the page, read when somebody begins to search; a file on disk may load it
where it may not fetch one.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.report.links import (
    AUDIT_PAGE,
    claim_anchor,
    config_page,
    number_anchor,
    number_page,
)
from trialtrace.report.pages.shell import write_data
from trialtrace.report.render.house import assets
from trialtrace.run.trace.about import plain
from trialtrace.run.trace.words import stratum_words
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.report.material import Material

SEARCH_SCRIPT = "search.js"
SEARCH_INDEX = "search-index.js"
# Stems of the copies of the configuration that a report's folder has.
_CONFIG = "config"


def write_search(site: Path, materials: Iterable["Material"]) -> None:
    """Write the script of the search and its index into the site."""
    shutil.copyfile(assets() / SEARCH_SCRIPT, site / SEARCH_SCRIPT)
    found = [_of_trial(material, site / material.trial.name) for material in materials]
    write_data(site / SEARCH_INDEX, "trialtraceIndex", found)


def _of_trial(material: "Material", folder: Path) -> dict[str, object]:
    """Of one trial: numbers by page as [statistic, text, where, anchor], claims as [anchor,
    text], and the lines of each file of the configuration.

    Statistic and where are places in `words`, since they repeat.
    """
    words: dict[str, int] = {}
    pages: dict[str, tuple[str, list[list[object]]]] = {}
    about = material.tracer.about
    for row in material.results:
        if row["stat_value"] is None and not row["stat_text"]:
            continue
        name = number_page(row["result_id"])
        if name not in pages:
            pages[name] = (about.page(row), [])
        where = [about.groups(row), row["visit"] or ""]
        where.append(stratum_words(material.trial, row["stratum"]) if row["stratum"] else "")
        where.append("" if plain(row) else method_of(row["method"]).title)
        told = ", ".join(part for part in where if part)
        coded = [words.setdefault(text, len(words)) for text in (row["stat_label"], told)]
        pages[name][1].append(
            [coded[0], row["stat_text"], coded[1], number_anchor(row["result_id"])]
        )
    claims: dict[str, list[str]] = {}
    for claim in material.claims:
        said = (claim["label"], claim["place"], claim["quote"])
        told_of = claims.setdefault(claim["claim_id"], [one for one in said if one])
        told_of.append(f"{claim['component']} {claim['printed']}")
    files = sorted((folder / _CONFIG).glob("*.txt")) if (folder / _CONFIG).is_dir() else []
    return {
        "name": material.trial.name,
        "title": material.trial.title,
        "words": list(words),
        "pages": [[f"trace/{name}", *each] for name, each in pages.items()],
        "audit": AUDIT_PAGE,
        "claims": [[claim_anchor(name), " · ".join(said)] for name, said in claims.items()],
        "config": [
            [
                config_page(path.name.removesuffix(".txt")),
                path.read_text(encoding="utf-8").splitlines(),
            ]
            for path in files
        ],
    }
