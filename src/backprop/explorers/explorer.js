// What all explorers share: settings with a control each, a prediction before the result, a picture,
// a line that says what is to be seen, a table of all numbers, and an address that restores them.
//
// An explorer is a subclass with `title`, `settings`, `compute`, `rows`, `say`, `question` and `draw`.

// Create an element, in HTML or inside a picture, with attributes and a text.
function create(tag, attributes = {}, text = "") {
  const inPicture = /^(svg|g|path|line|circle|rect|text|tspan|polyline|polygon|image|title|clipPath)$/.test(tag);
  const space = inPicture ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

// A number for people: a few significant digits, a real minus sign.
function inDigits(number, digits = 4) {
  if (typeof number !== "number") return String(number);
  if (Number.isNaN(number)) return "not a number";
  if (!Number.isFinite(number)) return number < 0 ? "−∞" : "∞";
  const size = Math.abs(number);
  const plain = size && (size < 1e-4 || size >= 1e6);
  const text = plain ? number.toExponential(digits - 1) : String(Number(number.toPrecision(digits)));
  return text.replaceAll("-", "−").replace("e+", "e");
}

class Explorer extends HTMLElement {
  // {name: {label, from, to, step, value}} for a number, {name: {label, choices: {value: label}, value}}
  // for a choice. What an explorer remembers without a control has no label. Before the result is known, a
  // change of a control asks again; a change of a setting with `asks: true` does so afterwards too. `marks`,
  // {label: value}, are special values of a slider, which are shown after the prediction.
  static settings = {};
  static title = "";

  // All numbers for these settings, as a plain object. It must not depend on anything else.
  compute(settings) {
    throw new Error("An explorer has to say what it computes.");
  }

  // The table of all numbers: pairs of a name and a number or text.
  rows(result) {
    throw new Error("An explorer has to list its numbers.");
  }

  // A sentence for the status line.
  say(result) {
    return "";
  }

  // What is asked before the result is shown: {text, right, digits, wrong: [{form, explanation, value}]}
  // for a number, {text, options: [{label, explanation, right}]} for a choice. An option may have
  // `settings`, which show what was chosen.
  question(result) {
    throw new Error("An explorer has to ask for a prediction.");
  }

  // Draw into `this.picture`. What is asked for must not be seen unless `known`.
  draw(result, known) {}

  connectedCallback() {
    if (this.picture) return;
    const { title, settings } = this.constructor;
    this.state = this.usual();
    this.known = false;
    this.classList.add("explorer");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", title);
    this.picture = create("div", { class: "explorer-picture" });
    this.controls = create("div", { class: "explorer-controls" });
    this.inputs = {};
    for (const name of Object.keys(settings)) this.addControl(name);
    this.asking = create("div", { class: "explorer-question" });
    this.status = create("p", { class: "explorer-status", role: "status" });
    this.numbers = create("details", { class: "explorer-numbers" });
    this.buttons = create("p", { class: "explorer-buttons" });
    this.buttons.append(
      this.button("Predict again", () => this.ask()),
      this.button("Reset", () => this.reset()),
    );
    this.append(create("p", { class: "explorer-title" }, title), ...this.parts());
    this.readAddress();
    window.addEventListener("hashchange", () => this.readAddress());
    this.ask();
  }

  // What is below the title, from top to bottom.
  parts() {
    return [this.controls, this.asking, this.picture, this.status, this.numbers, this.buttons];
  }

  // The settings at the start: the usual ones, or those of the page, as in <one-weight data-rate="1">.
  usual() {
    const start = (name, { value }) => {
      const own = this.dataset[name];
      return own === undefined ? value : typeof value === "number" ? Number(own) : own;
    };
    const { settings } = this.constructor;
    return Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, start(name, one)]));
  }

  // How wide a picture should be, in its own units: on a phone its texts stay as large as they are.
  pictureWidth(most = 480) {
    return Math.max(290, Math.min(most, this.picture.clientWidth || most));
  }

  button(label, action) {
    const button = create("button", { type: "button" }, label);
    button.addEventListener("click", action);
    return button;
  }

  addControl(name) {
    const setting = this.constructor.settings[name];
    if (!setting.label) return;
    const label = create("label", { class: "explorer-control" });
    label.append(create("span", {}, setting.label));
    if (setting.choices) {
      const list = create("select", { name });
      for (const [value, text] of Object.entries(setting.choices)) {
        list.append(create("option", { value }, text));
      }
      list.addEventListener("change", () => this.set({ [name]: list.value }));
      this.inputs[name] = [list];
    } else {
      const limits = { min: setting.from, max: setting.to, step: setting.step };
      const slider = create("input", { type: "range", ...limits });
      const field = create("input", {
        type: "number", ...limits, step: "any", "aria-label": `${setting.label}, as a number`,
      });
      slider.addEventListener("input", () => this.set({ [name]: Number(slider.value) }));
      field.addEventListener("change", () => this.set({ [name]: Number(field.value) }));
      this.inputs[name] = [slider, field];
    }
    label.append(...this.inputs[name]);
    const box = create("div");
    box.append(label, ...(setting.marks ? [this.marksOf(name)] : []));
    this.controls.append(box);
  }

  // A button for each special value of a setting, which lies below that place of the slider.
  marksOf(name) {
    const { from, to, marks } = this.constructor.settings[name];
    const line = create("div", { class: "explorer-marks explorer-tools" });
    for (const [label, value] of Object.entries(marks)) {
      const mark = this.button(label, () => this.set({ [name]: value }));
      mark.style.setProperty("--place", (value - from) / (to - from));
      line.append(mark);
    }
    return line;
  }

  // Change settings; what is no value for a setting is brought into its limits or left out.
  set(changes) {
    const before = { ...this.state };
    for (const [name, value] of Object.entries(changes)) {
      const setting = this.constructor.settings[name];
      if (!setting) continue;
      if (setting.choices) {
        if (value in setting.choices) this.state[name] = value;
      } else if (typeof setting.value === "number") {
        const number = typeof value === "string" && !value.trim() ? NaN : Number(value);
        if (!Number.isFinite(number)) continue;
        this.state[name] = Math.min(setting.to ?? Infinity, Math.max(setting.from ?? -Infinity, number));
      } else this.state[name] = String(value);
    }
    const { settings } = this.constructor;
    const asks = (one) => one.asks || (one.label && !this.known);
    const changed = Object.keys(settings).filter((name) => this.state[name] !== before[name]);
    if (changed.some((name) => asks(settings[name]))) this.ask();
    else this.refresh();
    this.writeAddress();
  }

  reset() {
    this.state = this.usual();
    this.writeAddress();
    this.ask();
  }

  // All numbers of the table by name, for the settings as they are.
  values() {
    return Object.fromEntries(this.rows(this.compute(this.state)));
  }

  refresh() {
    for (const [name, inputs] of Object.entries(this.inputs)) {
      for (const input of inputs) if (input.value !== String(this.state[name])) input.value = this.state[name];
    }
    const result = this.compute(this.state);
    this.draw(result, this.known);
    this.status.textContent = this.known ? this.say(result) : "Predict first; then the result is shown.";
    this.numbers.hidden = !this.known;
    this.classList.toggle("known", this.known);
    if (this.known) this.showNumbers(result);
  }

  showNumbers(result) {
    const table = create("table");
    for (const [name, value] of this.rows(result)) {
      const row = create("tr");
      row.append(create("th", { scope: "row" }, name));
      row.append(create("td", { "data-value": value }, inDigits(value)));
      table.append(row);
    }
    this.numbers.replaceChildren(create("summary", {}, "All numbers"), table);
  }

  // Ask for a prediction about the settings as they are.
  ask() {
    this.known = false;
    const question = this.question(this.compute(this.state));
    const verdict = create("div", { class: "verdict", role: "status" });
    const parts = question.options ? this.askChoice(question, verdict) : this.askNumber(question, verdict);
    const text = create("p");
    text.append(create("strong", {}, "Predict. "), question.text);
    this.asking.replaceChildren(text, parts, verdict);
    this.refresh();
  }

  askChoice(question, verdict) {
    const list = create("div", { class: "choices" });
    for (const option of question.options) {
      list.append(this.button(option.label, () => {
        this.judge(verdict, option.right, option.explanation);
        if (option.settings) this.set(option.settings);
      }));
    }
    return list;
  }

  askNumber(question, verdict) {
    const form = create("form");
    const label = create("label", {}, "Your number ");
    const field = create("input", { type: "text", autocomplete: "off", size: "12" });
    label.append(field);
    form.append(label, create("button", { type: "submit" }, "Check"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const numbers = Answers.read(field.value);
      const allowed = Answers.tolerance(question.digits);
      const right = Answers.agrees(numbers, question.right, allowed);
      const mistake = question.wrong.find((one) => Answers.agrees(numbers, one.value, allowed));
      if (right) this.judge(verdict, true, `It is ${inDigits(question.right, question.digits)}.`);
      else if (mistake) this.judge(verdict, false, `${mistake.form}: ${mistake.explanation}`);
      else this.judge(verdict, false, Answers.excuse(numbers, question.right, question.digits), numbers.length);
    });
    return form;
  }

  // Say whether a prediction is right, and show the result; but not to one that could not be read.
  judge(verdict, right, words, shown = true) {
    const sign = create("span", { class: "sign", "aria-hidden": "true" }, right ? "✓ " : "✗ ");
    const text = right ? `Right. ${words}` : words.charAt(0).toUpperCase() + words.slice(1);
    verdict.replaceChildren(sign, create("span", {}, text));
    verdict.dataset.verdict = right ? "right" : "wrong";
    this.known = this.known || Boolean(shown);
    this.refresh();
  }

  // A layer's W and b from a script of weights: whole numbers in base64, and their scale.
  static layer({ W, b, scale, shape }) {
    const whole = Int8Array.from(atob(W), (sign) => sign.charCodeAt(0));
    return { W: Float64Array.from(whole, (number) => number * scale), b, inputs: shape[0], outputs: shape[1] };
  }

  // The address ends in #name?setting=value&…, and holds the settings of one explorer.
  readAddress() {
    const [name, query] = location.hash.slice(1).split("?");
    if (name !== this.localName || query === undefined) return;
    this.set(Object.fromEntries(new URLSearchParams(query)));
    this.scrollIntoView({ block: "nearest" });
  }

  writeAddress() {
    clearTimeout(this.writing); // a browser refuses too many changes of the address
    this.writing = setTimeout(() => {
      const [page] = location.href.split("#"); // "#…" alone is relative to the notebook around it
      history.replaceState(null, "", `${page}#${this.localName}?${new URLSearchParams(this.state)}`);
    }, 300);
  }
}

// Whether the reader asked for less motion: then show the end of a movement at once.
const lessMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
