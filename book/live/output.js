// What a cell gives: text as it comes, tables, figures and tracebacks, in place of the stored output.
"use strict";

class Output {
  static MOST = 200000; // characters of text of one cell

  constructor(alternative) {
    this.alternative = alternative; // the text for a figure
    this.element = document.createElement("div");
    this.element.className = "cell_output docutils container live-output";
    this.left = Output.MOST;
    this.stream = null;
    this.text = ""; // what is compared with the stored output
  }

  add(message) {
    if (message.kind === "stream") this.addStream(message.name, message.text);
    else if (message.kind === "display") this.addDisplay(message.data);
    else if (message.kind === "error") this.addText("traceback", message.text);
  }

  addStream(name, text) {
    this.text += text;
    if (this.left <= 0) return;
    this.left -= text.length;
    if (this.left <= 0) text = text.slice(0, this.left) + "\n… the rest of this output is not shown.\n";
    if (this.stream?.name !== name) this.stream = { name, pre: this.addText(`stream ${name}`, "") };
    this.stream.pre.append(text);
  }

  addDisplay(data) {
    this.stream = null;
    this.text += data["text/plain"] === undefined ? "" : data["text/plain"] + "\n";
    if (data["image/svg+xml"]) this.addFigure(data["image/svg+xml"]);
    else if (data["text/html"]) this.addElement("text_html").innerHTML = data["text/html"];
    else this.addText("text_plain", data["text/plain"] + "\n");
  }

  addFigure(svg) {
    const template = document.createElement("template");
    template.innerHTML = svg;
    const figure = template.content.firstElementChild;
    figure.setAttribute("aria-label", this.alternative);
    this.element.append(figure);
  }

  addElement(kind) {
    const element = document.createElement("div");
    element.className = `output ${kind}`;
    this.element.append(element);
    return element;
  }

  addText(kind, text) {
    const outer = this.addElement(`${kind} highlight-myst-ansi notranslate`);
    const inner = document.createElement("div");
    inner.className = "highlight";
    const pre = document.createElement("pre");
    pre.textContent = text;
    inner.append(pre);
    outer.append(inner);
    return pre;
  }
}
