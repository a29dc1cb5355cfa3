"use strict";
// A card of a number beside it: unrounded value, n, method, check, line of the plan. What cards say
// is read at the first that is opened. The number stands in the address, so that a card can be
// linked to and the way back closes it; without this script a number leads to its trace.
(() => {
  const NUMBER = 'a[href^="trace/"]';
  const NARROW = matchMedia("(max-width: 40rem)");
  let card = null;
  let shown = null;
  let cards = null;

  // A link of a figure has no parts of its address.
  const hashOf = (link) => decodeURIComponent(link.getAttribute("href").split("#")[1] ?? "");
  const anchorOf = (link) => hashOf(link).split("/")[0];
  const partOf = (link) => hashOf(link).split("/")[1] ?? "";
  const open = (link) => location.assign(link.getAttribute("href"));

  // Every link to a number, in the order of the page.
  function linksTo(anchor) {
    if (!/^[a-z2-7]{8}$/.test(anchor)) return [];
    const ends = [`[href$="#${anchor}"]`, `[href*="#${anchor}/"]`];
    return [...document.querySelectorAll(ends.map((end) => NUMBER + end).join(", "))];
  }

  function make(tag, text = "", attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function ready(then) {
    if (document.getElementById("cards")) {
      if (cards) then();
      return;
    }
    const script = make("script", "", { id: "cards", src: "cards.js" });
    const lost = () => { if (shown) open(shown); };
    script.addEventListener("load", async () => {
      try { cards = await trialtraceCards; } catch { lost(); return; }
      then();
    });
    script.addEventListener("error", lost);
    document.head.append(script);
  }

  function filled(link) {
    const found = cards.numbers[anchorOf(link)];
    if (!found) return null;
    const [heading, subject, lines, plan] = found;
    const words = (at) => (typeof at === "number" ? cards.words[at] : at);
    const made = make("div", "", {
      class: "card", popover: "manual", role: "dialog", tabindex: "-1", "aria-label": heading,
    });
    const close = make("button", "\u00d7", { type: "button", "aria-label": "Close" });
    close.addEventListener("click", leave);
    made.append(close, make("p", heading, { class: "what" }), make("p", subject.map(words).join(", ")));
    if (cards.stamp) made.append(make("p", cards.stamp, { class: "stamp" }));
    const list = make("dl");
    for (const [label, ...told] of lines) {
      const name = cards.labels[label];
      const asked = name.replaceAll(" ", "-") === partOf(link);
      list.append(make("dt", name));
      for (const one of told) list.append(make("dd", words(one), asked ? { class: "asked" } : {}));
    }
    const [place, href] = cards.plans[plan];
    const where = make("dd");
    where.append(make("a", place, { href }));
    list.append(make("dt", "plan"), where);
    const ways = make("p");
    ways.append(
      make("a", "Rows, data and code behind it", { href: link.getAttribute("href") }),
      " \u00b7 ",
      make("a", "Link to this number", { href: `#${anchorOf(link)}` }),
    );
    made.append(list, ways);
    return made;
  }

  // On a phone it lies at the bottom or at the top, whichever has more room beside the number.
  function sheet(at, banner) {
    const below = innerHeight - at.bottom;
    const over = at.top - banner > below;
    const room = (over ? at.top - banner : below) - 8;
    card.classList.toggle("over", over);
    card.style.setProperty("max-height", `${Math.max(128, Math.min(0.7 * innerHeight, room))}px`);
    card.style.setProperty("top", over ? `${banner}px` : "auto");
    card.style.setProperty("left", "0");
  }

  function place() {
    if (!card) return;
    card.classList.toggle("sheet", NARROW.matches);
    const at = shown.getBoundingClientRect();
    // The banner of synthetic data stays in sight.
    const sticky = document.querySelector(".synthetic-banner, .held");
    const banner = Math.max(0, sticky?.getBoundingClientRect().bottom ?? 0);
    if (NARROW.matches) { sheet(at, banner); return; }
    card.classList.remove("over");
    card.style.removeProperty("max-height");
    const size = card.getBoundingClientRect();
    const room = at.top - banner;
    const above = at.bottom + size.height + 8 > innerHeight && room > size.height + 8;
    const top = above ? at.top - size.height - 6 : at.bottom + 6;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - size.width - 8));
    card.style.setProperty("top", `${top + scrollY}px`);
    card.style.setProperty("left", `${left + scrollX}px`);
  }

  function hide() {
    if (!shown) return;
    const held = card?.contains(document.activeElement);
    card?.remove();
    shown.removeAttribute("aria-expanded");
    if (held) shown.focus({ preventScroll: true });
    card = shown = null;
  }

  function show(link) {
    if (link === shown) return;
    hide();
    shown = link;
    ready(() => {
      if (shown !== link) return;
      card = filled(link);
      if (!card) { open(link); return; }
      // In the text it follows its number, so that the next tab leads into it.
      (link.closest("svg") ?? link).after(card);
      link.setAttribute("aria-expanded", "true");
      card.showPopover();
      place();
      card.focus({ preventScroll: true });
    });
  }

  // What the address says.
  function follow() {
    const links = linksTo(history.state?.number ?? location.hash.slice(1));
    const own = links.find((link) => link.id === anchorOf(link));
    if (links.length) show(links[history.state?.at] ?? own ?? links[0]);
    else hide();
  }

  function visit(link) {
    const number = anchorOf(link);
    const state = { number, at: linksTo(number).indexOf(link), own: true };
    if (history.state?.own) history.replaceState(state, "", `#${number}`);
    else history.pushState(state, "", `#${number}`);
    show(link);
  }

  function leave() {
    if (history.state?.own) { history.back(); return; }
    history.replaceState(null, "", location.pathname + location.search);
    hide();
  }

  document.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (card?.contains(event.target)) return;
    const link = event.target.closest("a");
    if (link?.matches(NUMBER)) {
      event.preventDefault();
      if (link === shown) leave();
      else visit(link);
    } else if (shown && !link) leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) { event.preventDefault(); leave(); }
  });
  addEventListener("popstate", follow);
  addEventListener("resize", place);
  if (location.hash) follow();
})();
