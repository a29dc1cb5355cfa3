"use strict";
// Loads a page of `trialtrace serve` again when a run has made it anew. It asks by scripts, which is
// all that the policy of a page allows.
(() => {
  const own = document.currentScript.src;
  let first = null;

  globalThis.trialtraceMade = (made) => {
    if (made && first && made !== first) { location.reload(); return; }
    first ??= made || null;
    setTimeout(ask, 1000);
  };

  function ask() {
    const script = document.createElement("script");
    script.src = own.replace("reload.js", "stamp.js");
    script.addEventListener("load", () => script.remove());
    // The server has ended.
    script.addEventListener("error", () => { script.remove(); setTimeout(ask, 5000); });
    document.head.append(script);
  }

  ask();
})();
