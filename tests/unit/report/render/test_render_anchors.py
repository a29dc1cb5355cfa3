"""Where a link into a page leads, in a browser: to its target, in sight, before anything else."""

import json
import re
import shutil
import subprocess
from types import SimpleNamespace

import pyarrow as pa
import pytest

from trialtrace.base.stamp import SYNTHETIC
from trialtrace.base.store import write_parquet
from trialtrace.report.audit.audit_page import audit_page
from trialtrace.report.pages.cells import data_page_html
from trialtrace.run.tables.contracts import CLAIMS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH"),
]

# What a reader sees at the top: the target's edges, and which of the page's targets lies on top of
# each line from the upper edge of the window down.
PROBE = """
<script>
addEventListener("load", () => setTimeout(() => {
  const box = document.querySelector(":target").getBoundingClientRect();
  const seen = [];
  for (let y = 0; y < innerHeight; y += 2) {
    const on = document.elementFromPoint(box.left + 8, y)?.closest(TARGETS);
    if (on && seen.at(-1) !== on.id) seen.push(on.id);
  }
  const at = document.elementFromPoint(box.left + 8, box.top + 2);
  const frame = document.querySelector(".frame")?.scrollTop ?? 0;
  const found = {top: box.top, scrolled: scrollY + frame, first: seen[0],
                 bare: at?.closest(TARGETS)?.id ?? null};
  document.body.innerHTML = `<pre>PROBE${JSON.stringify(found)}END</pre>`;
}, 100));
</script>
"""


def seen(page, anchor, targets, folder):
    """What the window shows of a page that was opened at an anchor; its policy is taken off, so
    that it can be asked."""
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    probe = PROBE.replace("TARGETS", json.dumps(targets))
    path = folder / "probed.html"
    path.write_text(text.replace("</body>", f"{probe}</body>"), encoding="utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--window-size=1280,800",
        "--virtual-time-budget=3000",
        f"--user-data-dir={folder / 'profile'}",
    ]
    command = [CHROMIUM, *flags, "--dump-dom", f"{path.as_uri()}#{anchor}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(re.search("PROBE(.*?)END", done.stdout)[1])


def raw(folder, lines=400):
    columns = {
        "source_file": ["export.csv"] * lines,
        "source_row": list(range(2, lines + 2)),
        "id": [str(number) for number in range(lines)],
    }
    write_parquet(folder / "export.parquet", pa.table(columns))


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_line_that_a_link_names_is_the_first_that_is_seen(tmp_path, synthetic):
    raw(tmp_path)
    trial = SimpleNamespace(
        title="T", synthetic=synthetic, stamp=SYNTHETIC if synthetic else None, draft=""
    )
    page = data_page_html(tmp_path, "export", trial)
    found = seen(page, "L200", "tr[id]", tmp_path)
    assert found["scrolled"] > 1000
    assert found["bare"] == found["first"] == "L200"


def test_a_claim_of_the_audit_is_not_under_the_head_of_its_table(tmp_path):
    texts = ("label", "quote", "place", "paper", "data_finding", "print_finding")
    about = dict.fromkeys(CLAIMS.names) | dict.fromkeys(texts, "A text.")
    about |= {"component": "value", "against_data": "equals", "on_print": "not_checked"}
    rows = [about | {"claim_id": f"c{number}", "step": ""} for number in range(80)]
    audit = {"claims": rows, "judgements": [], "searches_over_data": []}
    page = audit_page(audit, "T", synthetic=False, in_report=True)
    found = seen(page, "claim-c40", "tr[id]", tmp_path)
    assert found["scrolled"] > 1000
    # At most the row before it is seen above.
    assert found["bare"] == "claim-c40" and found["first"] in {"claim-c39", "claim-c40"}


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_section_of_a_report_begins_below_the_banner(write, render, tmp_path, synthetic):
    text = "\n\n".join(["Text."] * 40)
    body = "\n\n".join(f"## Part {name} {{#sec-{name}}}\n\n{text}" for name in "abc")
    page = render(write(body), stamp=SYNTHETIC if synthetic else None)
    found = seen(page, "sec-b", "h2, .synthetic-banner", tmp_path)
    assert found["scrolled"] > 500
    assert found["bare"] == "sec-b"
