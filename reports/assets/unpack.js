"use strict";
// The page of a site that stands packed in it: its content, then the scripts of its own, and the place
// that the address names, which was not there before.
(async () => {
  const main = document.querySelector("main");
  const packed = Uint8Array.from(atob(main.dataset.page), (one) => one.charCodeAt(0));
  const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const page = new DOMParser().parseFromString(await new Response(bytes).text(), "text/html");
  main.replaceWith(page.querySelector("main"));
  for (const own of page.querySelectorAll("head script")) {
    const script = document.createElement("script");
    script.src = own.getAttribute("src");
    document.head.append(script);
  }
  if (location.hash) location.replace(location.hash);
})();
