"""What is unusual in the rows of the export: how many looks there were, and those that stand out.

No value of the data is shown, whatever the disclosure: counts, and rows of the raw file.
"""

from dataclasses import replace

from trialtrace.base.styles import Style
from trialtrace.base.words import decimals, p_text
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import captioned, named, pipe_table, with_names
from trialtrace.run.cleaning.summary import run_text
from trialtrace.run.integrity.look import LEVEL, Judged, judged
from trialtrace.run.integrity.read import read_export, shown_at_entry
from trialtrace.run.integrity.registry import CHECKS, IN_SECTION, look_at

ROWS_SHOWN, RUNS_SHOWN = 25, 12
# Of a look at a column that finds no single rows.
NO_ROWS = "no single rows"


def unusual_rows(material: Material) -> str:
    """A sentence on all looks, and a table of those with p below .01."""
    export = read_export(material.trial, material.folder / "clean")
    export = replace(export, baseline=shown_at_entry(material.trial))
    looks = [*look_at(export, IN_SECTION), *material.endpoint_losses.looks]
    return told_rows(material, judged(looks))


def told_rows(material: Material, looks: list[Judged]) -> str:
    """The same of looks that were made; nothing where there were none."""
    if not looks:
        return ""
    found = [one for one in looks if one.look.p < LEVEL]
    parts = [escape_markdown(sentence(looks)) + "\n"]
    if found:
        header = ["Check", "Where", "What was looked at", "p", "p among all looks", "Rows"]
        lines = [_line(one, material.trial.plan.style) for one in found[:ROWS_SHOWN]]
        body = [
            [with_names(title), named(where), *map(with_names, told)]
            for title, where, *told in lines
        ]
        more = f" The first {ROWS_SHOWN} of {len(found)}." if len(found) > ROWS_SHOWN else ""
        caption = f"Looks at the rows with p below {LEVEL}.{more} Rows are those of the raw file."
        table = pipe_table(header, body, numbers_from=99)
        parts.append(captioned(material, table, "unusual", caption))
    return "\n".join(parts)


def sentence(looks: list[Judged]) -> str:
    """How many looks there were, how many chance would have below .01, and how many there are."""
    found = sum(one.look.p < LEVEL for one in looks)
    unusual = sum(one.unusual for one in looks)
    told = (
        f"The rows were looked at for what is unusual: {len(looks)} looks, of which chance alone "
    )
    told += f"gives about {decimals(LEVEL * len(looks), 1)} with p below {LEVEL}; there "
    told += f"{'is' if found == 1 else 'are'} {found}. With all looks taken into account "
    told += f"{unusual or 'none'} {'are' if unusual > 1 else 'is'} unusual. "
    return told + "What is unusual is not wrong: it is a question to who made the export."


def _line(one: Judged, style: Style) -> list[str]:
    look = one.look
    rows = run_text(look.rows).split(", ") if look.rows else []
    shown = rows if len(rows) <= RUNS_SHOWN else [*rows[:RUNS_SHOWN], "…"]
    title = CHECKS[look.check].title
    p = [p_text(value, style) for value in (look.p, one.adjusted)]
    return [title, look.where, look.told, *p, ", ".join(shown) or NO_ROWS]
