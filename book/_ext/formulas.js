// Formulas are typeset a few at a time: a page with hundreds of them can be read and scrolled meanwhile.
"use strict";

MathJax.loader.preLoad(
  "core", "input/tex", "output/chtml", "output/chtml/fonts/tex.js", "a11y/assistive-mml",
);

{
  const AT_A_TIME = 8;
  const pause = () => new Promise((resume) => setTimeout(resume));

  MathJax.config.startup.pageReady = async () => {
    const formulas = [...document.querySelectorAll(".math")];
    while (formulas.length > 0) {
      await MathJax.typesetPromise(formulas.splice(0, AT_A_TIME));
      await pause();
    }
  };
}
