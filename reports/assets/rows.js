"use strict";
// The rows of a page, which stand there as text, as a table: cells between tabs, a ditto mark for what
// stands above too, a section sign before a line of a raw table, which is a link. Where the address
// names a set, its rows are left in sight: `data-rows` has a bit for each row of the page.
(() => {
  const text = document.getElementById("rows");
  const table = document.querySelector(".frame table");
  const heads = [...table.tHead.rows[0].cells];
  const marks = { "&": "&amp;", "<": "&lt;" };

  function filled(cell, at) {
    const escaped = cell.replace(/[&<]/g, (mark) => marks[mark]);
    return escaped.replace(/\u00a7(?:([\w.-]+):)?(\d+)/g, (whole, named, line) => {
      const raw = named ?? heads[at].dataset.raw;
      return raw ? `<a href="../data/${raw}.html#L${line}">${line}</a>` : whole;
    });
  }

  let above = [];
  const lines = text.textContent.split("\n").filter(Boolean);
  const rows = lines.map((line) => {
    above = line.split("\t").map((cell, at) => (cell === '"' ? above[at] : cell));
    return `<tr><td>${above.map(filled).join("<td>")}`;
  });
  const body = table.createTBody();
  body.innerHTML = rows.join("");
  text.remove();
  table.parentElement.classList.add("made");

  function show() {
    const set = document.getElementById(location.hash.slice(1))?.dataset.rows;
    const bits = set && atob(set);
    [...body.rows].forEach((row, at) => {
      row.hidden = Boolean(bits) && !(bits.charCodeAt(at >> 3) & (128 >> (at & 7)));
    });
  }
  addEventListener("hashchange", show);
  show();
})();
