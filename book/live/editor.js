// Makes the code of a cell editable: a text area in its place, and the coloured code again when it is
// left.
"use strict";

class Editor {
  static TOKENS = new RegExp(
    [
      /(?<c1>#.*)/,
      /(?<s2>[rbf]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))/,
      /(?<mf>\b\d[\d_.]*(?:e[-+]?\d+)?\b)/,
      /(?<k>\b(?:and|as|assert|break|class|continue|def|del|elif|else|except|finally|for|from|global)\b)/,
      /(?<kw>\b(?:if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)/,
      /(?<kc>\b(?:None|True|False)\b)/,
    ]
      .map((part) => part.source)
      .join("|"),
    "g",
  );

  constructor(pre, label, run) {
    this.pre = pre;
    this.stored = [...pre.childNodes];
    this.code = this.original = pre.textContent.replace(/\n$/, "");
    this.area = document.createElement("textarea");
    const area = this.area;
    area.className = "live-editor";
    area.hidden = true;
    area.wrap = "off";
    area.spellcheck = false;
    area.autocapitalize = "off";
    area.setAttribute("aria-label", `${label}. Shift+Enter runs it, Escape leaves it.`);
    area.addEventListener("input", () => this.fit());
    area.addEventListener("blur", () => this.close());
    area.addEventListener("keydown", (event) => this.press(event, run));
    pre.addEventListener("click", () => {
      if (getSelection().isCollapsed) this.open();
    });
    pre.after(area);
  }

  get edited() {
    return this.code !== this.original;
  }

  open() {
    const folded = this.pre.closest("details");
    if (folded) folded.open = true;
    this.area.value = this.code;
    const { fontFamily, fontSize, lineHeight, padding } = getComputedStyle(this.pre);
    Object.assign(this.area.style, { fontFamily, fontSize, lineHeight, padding });
    this.pre.hidden = true;
    this.area.hidden = false;
    this.fit();
    this.area.focus({ preventScroll: true });
  }

  fit() {
    this.code = this.area.value;
    this.area.rows = this.code.split("\n").length;
  }

  close() {
    this.area.hidden = true;
    this.pre.hidden = false;
    this.pre.replaceChildren(...(this.edited ? this.coloured() : this.stored));
  }

  write(code) {
    this.code = code;
    this.close();
  }

  press(event, run) {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const line = this.area.value.slice(0, this.area.selectionStart).split("\n").pop();
      const deeper = /:\s*$/.test(line) ? "    " : "";
      this.area.setRangeText("\n" + line.match(/^ */)[0] + deeper, ...this.selection(), "end");
      this.fit();
    }
  }

  selection() {
    return [this.area.selectionStart, this.area.selectionEnd];
  }

  // The code in the colours of the page's other code.
  coloured() {
    const parts = [];
    let end = 0;
    for (const match of this.code.matchAll(Editor.TOKENS)) {
      const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
      const token = document.createElement("span");
      token.className = kind === "kw" ? "k" : kind;
      token.textContent = match[0];
      parts.push(this.code.slice(end, match.index), token);
      end = match.index + match[0].length;
    }
    return [...parts, this.code.slice(end) + "\n"];
  }
}
