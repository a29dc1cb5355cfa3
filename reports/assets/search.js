"use strict";
// Searches numbers, their checks, text, rows of tables, published claims and configuration of all
// trials. The index is read at the first use of the field; the query stands in the address, so that
// a search can be kept.
(() => {
  const MOST = 60;
  // Results come before what leads to them; lines of the configuration last.
  const KINDS = ["number", "section", "row", "published", "text", "check"];
  const LONGEST = 160;
  const field = document.getElementById("query");
  const list = document.getElementById("found");
  const hits = document.getElementById("hits");
  let entries = null;
  let names = [];
  let wanted = "";

  // One entry: what is looked through, what is shown, where it leads, and its kind.
  function* flat(trials) {
    for (const trial of trials) {
      for (const [page, title, numbers, checks] of trial.pages) {
        for (const [stat, text, where, anchor, id, n] of numbers) {
          const told = n ? `${text} of ${n}` : text;
          const shown = [`${trial.words[stat]} ${told}`, title, trial.words[where]];
          const value = `${trial.words[stat]} ${text} ${told}`;
          const found = entry(trial, "number", shown, `${page}#${encodeURI(anchor)}`, value);
          found.text += ` ${anchor} ${page.slice("trace/".length, -".html".length)}`;
          found.id = `${trial.name}/${id}`.toLowerCase();
          yield found;
        }
        for (const [anchor, text] of checks) {
          yield entry(trial, "check", [text, title], `${page}#${encodeURI(anchor)}`, "");
        }
      }
      for (const [page, sections] of trial.text) {
        for (const [anchor, heading, paragraphs, rows] of sections) {
          const link = anchor ? `${page}#${encodeURI(anchor)}` : page;
          if (heading) yield entry(trial, "section", [heading], link, heading);
          for (const text of paragraphs) yield entry(trial, "text", [text, heading], link, "");
          for (const [table, text] of rows) {
            yield entry(trial, "row", [text, heading], table ? `${page}#${encodeURI(table)}` : link, text);
          }
        }
      }
      for (const [anchor, text] of trial.claims) {
        yield entry(trial, "published", [text], `${trial.audit}#${encodeURI(anchor)}`, text);
      }
      for (const [page, lines] of trial.config) {
        const file = page.split("/").pop().replace(/\.html$/, "");
        for (const [at, line] of lines.entries()) {
          if (line.trim()) {
            yield entry(trial, `${file}, line ${at + 1}`, [line.trim()], `${page}#L${at + 1}`, "");
          }
        }
      }
    }
  }

  // "12 of 40", "12 / 40" and "12/40" are the same; "20.9 %" and "F(3, 63)" are one word.
  const plain = (text) => text.toLowerCase().replaceAll("\u2212", "-").replaceAll("\u00a0", " ")
    .replaceAll(" %", "%").replace(/(\w\(\d+), (?=\d)/g, "$1,").replace(/(\d) ?(?:\/|of|out of) ?(?=\d)/g, "$1/");

  // Words as they are typed or copied, without the brackets and commas around them.
  function bare(word) {
    const open = word.replace(/^[([]+/, "");
    return open.includes("(") ? open : open.replace(/[)\],;]+$/, "");
  }
  const words = () => plain(field.value).split(/\s+/).map(bare).filter(Boolean);

  // An identifier is found by what looks like one: its words are those of the code.
  const holds = (one, word) => one.text.includes(word) || (/[/@_]/.test(word) && one.id?.includes(word));

  function entry(trial, kind, shown, link, value) {
    const text = plain([...shown, trial.name].join(" "));
    return { text, value, shown, kind, trial: trial.title, link: `${trial.name}/${link}` };
  }

  // A word that is the number itself, whatever its sign, or of a heading, comes before one that holds it.
  function rank(one, words) {
    const alone = plain(one.value).split(/[^\p{L}\p{N}./<-]+/u);
    const same = words.some((word) => alone.includes(word) || alone.includes(`-${word}`)) ? 0 : KINDS.length + 1;
    const kind = KINDS.indexOf(one.kind);
    return kind < 0 ? 2 * KINDS.length + 2 : same + kind;
  }

  // The part of a long text around the first of the words.
  function excerpt(text) {
    const word = words()[0] || "";
    if (text.length <= LONGEST) return text;
    const at = Math.max(0, text.toLowerCase().indexOf(word.split("/")[0]) - LONGEST / 4);
    const start = at ? text.indexOf(" ", at) + 1 : 0;
    const end = text.lastIndexOf(" ", start + LONGEST);
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  }

  function search() {
    const typed = words();
    history.replaceState(null, "", typed.length ? `#q=${encodeURIComponent(field.value)}` : "#");
    list.replaceChildren();
    hits.textContent = "";
    if (!typed.length) return;
    const found = entries.filter((one) => typed.every((word) => holds(one, word)));
    const ranked = found.map((one, at) => [rank(one, typed), at, one]);
    ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    hits.textContent = counted(found.length);
    list.append(...ranked.slice(0, MOST).map(([, , one]) => item(one)));
  }

  // How many places, and what to try where they are too many or none.
  function counted(many) {
    const narrower = `the short name of a trial (${names.join(", ")}) keeps a search to it`;
    if (many > MOST) {
      return `${many.toLocaleString("en")} places, the first ${MOST}; more words find fewer, and ${narrower}`;
    }
    if (many) return `${many} place${many === 1 ? "" : "s"}`;
    return "0 places have all these words. Searched are numbers as printed, their ids and checks, text, rows of "
      + "tables and listings, published claims and configuration; not each row of the data. Try fewer words, or the "
      + `beginning of one; ${narrower}`;
  }

  function item(one) {
    const link = document.createElement("a");
    link.href = one.link;
    link.textContent = excerpt(one.shown[0]);
    const rest = document.createElement("span");
    rest.className = "quiet";
    rest.textContent = ` ${[...one.shown.slice(1), one.kind, one.trial].filter(Boolean).join(" · ")}`;
    const line = document.createElement("li");
    line.append(link, rest);
    return line;
  }

  function asked() {
    wanted = field.value;
    if (entries) { search(); return; }
    if (document.getElementById("index")) return;
    const script = document.createElement("script");
    script.id = "index";
    script.src = "search-index.js";
    script.addEventListener("load", async () => {
      const trials = await trialtraceIndex;
      names = trials.map((trial) => trial.name);
      entries = [...flat(trials)];
      if (wanted) search();
    });
    script.addEventListener("error", () => { hits.textContent = "search-index.js is not beside this page"; });
    document.head.append(script);
  }

  document.getElementById("search").hidden = false;
  field.addEventListener("focus", asked);
  field.addEventListener("input", asked);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
  });
  if (location.hash.startsWith("#q=")) {
    field.value = decodeURIComponent(location.hash.slice(3));
    asked();
  }
})();
