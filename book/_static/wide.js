// What is wider than the page: a formula first shrinks a little. What is still too wide scrolls, and
// then the keyboard reaches it too. The style sheet shows at an edge that there is more.
(() => {
  "use strict";
  const SMALLEST = 0.75; // of a formula's normal size
  const BOXES = {
    ".math": "Formula",
    ".pst-scrollable-table-container, .cell_output .text_html": "Table",
    "pre": "Code",
  };

  // A formula in a line of text is no box of its own: its paragraph says how much room there is.
  function widthAndRoom(box) {
    if (!box.matches("span")) return [box.scrollWidth, box.clientWidth];
    return [box.firstElementChild?.offsetWidth || 0, box.closest("p, li, td, div").clientWidth];
  }

  function isTooWide(box) {
    const [width, room] = widthAndRoom(box);
    return width > room + 1;
  }

  function shrink(box) {
    const formula = box.querySelector("mjx-container");
    if (!formula) return;
    formula.style.removeProperty("--share");
    if (!isTooWide(box)) return;
    const [width, room] = widthAndRoom(box);
    formula.style.setProperty("--share", Math.max(SMALLEST, (room / width) * 0.99));
  }

  function makeReachable(box, name) {
    if (isTooWide(box)) {
      box.dataset.wide = "";
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${name}, scrolls sideways`);
    } else if ("wide" in box.dataset) {
      delete box.dataset.wide;
      for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    }
  }

  const inArticle = (selector) => document.querySelectorAll(`.bd-article :is(${selector})`);

  function look() {
    inArticle(".math").forEach(shrink);
    for (const [selector, name] of Object.entries(BOXES)) {
      for (const box of inArticle(selector)) makeReachable(box, name);
    }
  }

  let waiting = 0;
  function lookSoon() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(look);
  }

  window.addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    await document.fonts.ready;
    look();
    new ResizeObserver(lookSoon).observe(document.querySelector(".bd-article") || document.body);
    document.addEventListener("toggle", lookSoon, true); // a fold that opens shows more boxes
  });
})();
