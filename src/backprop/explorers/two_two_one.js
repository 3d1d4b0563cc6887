// Chapters 2 and 3: one training step of the 2-2-1 network, one quantity after another, and many steps.
class TwoTwoOne extends Explorer {
  static title = "The 2-2-1 network, step by step";
  static settings = {
    ...TwoTwoOne.fields("Input", -10, 10, { x1: 2, x2: 3 }),
    ...TwoTwoOne.fields("Target", -10, 10, { y: 1 }),
    ...TwoTwoOne.fields("Weight", -5, 5, { w1: 0.11, w2: 0.21, w3: 0.12, w4: 0.08, w5: 0.14, w6: 0.15 }),
    ...TwoTwoOne.fields("Bias", -5, 5, { b1: 0, b2: 0, b3: 0 }),
    η: { label: "Learning rate η", from: 0.001, to: 2, step: 0.001, value: 0.05 },
    activation: {
      label: "Activation function", value: "none",
      choices: { none: "none, as in chapter 2", sigmoid: "sigmoid, with biases, as in chapter 3" },
    },
    reuse: {
      label: "Products that slopes share", value: "on",
      choices: { on: "computed once and reused", off: "written out for each slope" },
    },
    at: { from: 0, to: 60, step: 1, value: 0 }, // how many quantities are shown
    done: { from: 0, to: 400, step: 1, value: 0 }, // how many steps came before
  };

  static phases = {
    forward: "Forward pass", error: "Error", backward: "Backward pass", update: "Update",
    again: "Forward pass again",
  };

  static fields(word, from, to, values) {
    const field = ([name, value]) => [name, { label: `${word} ${TwoTwoOneStep.pretty(name)}`, from, to, step: 0.01, value }];
    return Object.fromEntries(Object.entries(values).map(field));
  }

  compute({ activation, reuse, at, done, ...given }) {
    const options = { sigmoid: activation === "sigmoid", reuse: reuse === "on" };
    let step = new TwoTwoOneStep(given, options);
    const errors = [];
    for (let count = 0; count < Math.round(done); count++) {
      errors.push(step.values.E);
      step = new TwoTwoOneStep(step.next, options);
    }
    at = Math.min(Math.round(at), step.quantities.length);
    return { step, at, errors, complete: at === step.quantities.length };
  }

  // What is given, the errors of the steps before, and the quantities; those after `at` are not shown yet.
  rows({ step, errors }) {
    const given = ["x1", "x2", "y", ...step.parameters, "η"].map((name) => [name, step.values[name]]);
    const quantities = step.quantities.map(({ symbol, value }) => [symbol, value]);
    return [
      ...given.map(([name, value]) => [TwoTwoOneStep.pretty(name), value]),
      ...errors.map((error, count) => [`E before step ${count + 1}`, error]),
      ...quantities.map(([name, value]) => [TwoTwoOneStep.pretty(name), value]),
    ];
  }

  showNumbers(result) {
    super.showNumbers(result);
    const rows = [...this.numbers.querySelectorAll("tr")];
    const hidden = result.step.quantities.length - result.at;
    if (hidden) rows.slice(-hidden).forEach((row) => row.remove());
  }

  question({ step, at, complete }) {
    if (!complete) {
      const { text, value, wrong } = step.quantities[at];
      return { text, right: value, digits: 3, wrong };
    }
    const { done } = this.state;
    if (done > 100) return { text: "Change a number below. Will the error still fall?", options: [] };
    const { E } = step.values;
    const later = this.compute({ ...this.state, done: done + 20 }).step.values.E;
    const explanation = `The error goes from ${inDigits(E)} to ${inDigits(later)}.`;
    const option = (label, right) => ({ label, right, explanation });
    return {
      text: `The error was E = ${inDigits(E)} before this step. What will it be after twenty steps?`,
      options: [
        option("less than a tenth of it", later < E / 10),
        option("smaller, but not that small", later >= E / 10 && later < E),
        option("larger, or no number any more", !(later < E)),
      ],
    };
  }

  say({ step, at }) {
    const { phase, symbol, formula, value } = step.quantities[at - 1];
    const place = `Step ${this.state.done + 1}. ${TwoTwoOne.phases[phase]}, ${at} of ${step.quantities.length}: `;
    return `${place}${TwoTwoOneStep.pretty(`${symbol} = ${formula}`)} = ${step.putIn(formula)} = ${inDigits(value)}`;
  }

  parts() {
    const fold = create("details", { class: "explorer-fold" });
    fold.append(create("summary", {}, "Change any number"), this.controls);
    this.back = this.button("← Back", () => this.goBack());
    this.more = [this.button("1 step", () => this.train(1)), this.button("20 steps", () => this.train(20))];
    this.buttons.replaceChildren(this.back, ...this.more, this.button("Reset", () => this.reset()));
    this.work = create("div", { class: "explorer-work" });
    this.work.append(create("p"), this.inputs.reuse[0].closest("div"));
    this.curve = create("div", { class: "explorer-picture" });
    return [this.picture, this.status, this.asking, this.buttons, this.work, this.curve, fold, this.numbers];
  }

  // Numbers have a field and no slider: there are many.
  addControl(name) {
    const { label, choices, from, to } = this.constructor.settings[name];
    if (choices || !label) return super.addControl(name);
    const field = create("input", { type: "number", min: from, max: to, step: "any" });
    field.addEventListener("change", () => this.set({ [name]: field.value }));
    const control = create("label", { class: "explorer-field" });
    control.append(create("span", {}, label), field);
    this.inputs[name] = [field];
    this.controls.append(control);
  }

  // Where other quantities are computed, go on behind the same one or, without it, at the same phase.
  set(changes) {
    const before = this.compute(this.state);
    const last = before.step.quantities[before.at - 1];
    if (last && !("at" in changes)) {
      const { quantities } = this.compute({ ...this.state, ...changes }).step;
      const same = quantities.findIndex(({ symbol }) => symbol === last.symbol);
      const first = quantities.findIndex(({ phase }) => phase === last.phase);
      changes = { ...changes, at: same < 0 ? first : same + 1 };
    }
    super.set(changes);
    this.ask();
  }

  refresh() {
    this.known = this.state.at > 0;
    super.refresh();
    const result = this.compute(this.state);
    if (this.known) this.showFormula(this.status.textContent);
    for (const name of ["b1", "b2", "b3"]) this.inputs[name][0].parentElement.hidden = !result.step.sigmoid;
    this.back.disabled = !this.known && !this.state.done;
    for (const button of this.more) button.disabled = !this.known && !this.state.done;
    this.showWork(result);
    this.showCurve(result);
  }

  // The status line in parts: where in the step, the formula, and the result.
  showFormula(text) {
    const [place, formula] = text.split(/(?<=: )/);
    const [symbol, rule, numbers, value] = formula.split(/ (?== )/);
    const line = create("span", { class: "formula" });
    for (const part of [`${symbol} ${rule}`, numbers]) line.append(create("span", {}, part), " ");
    line.append(create("strong", {}, value));
    this.status.replaceChildren(create("span", { class: "place" }, place), line);
  }

  // Count the operations of the backward pass.
  showWork({ step, at }) {
    const [so, all] = [step.operations(at), step.operations()];
    const phase = step.quantities[at - 1]?.phase;
    this.work.hidden = !["backward", "update", "again"].includes(phase);
    this.work.firstChild.textContent = "Work of the backward pass so far: " +
      `multiplications ${so.products} of ${all.products}, subtractions ${so.subtractions} of ${all.subtractions}.`;
  }

  showCurve({ step, errors, complete }) {
    const { E, "E′": after } = step.values;
    const shown = [...errors, ...(complete ? [E, after] : [])];
    this.curve.hidden = !shown.length;
    if (!shown.length) return;
    const plot = new Plot({
      width: this.pictureWidth(), height: 190, x: [0, Math.max(20, shown.length - 1)],
      y: [0, Math.max(...shown.filter(Number.isFinite), 1e-9)], xLabel: "steps", yLabel: "error E",
      label: "The error after each step",
    });
    const points = shown.map((error, count) => [count, error]);
    plot.curve(points, "forward");
    points.filter((point) => Number.isFinite(point[1])).forEach((point) => plot.point(point, "forward", 3));
    this.curve.replaceChildren(plot.svg);
  }

  draw({ step, at }) {
    this.network = new TwoTwoOnePicture(this.picture, this.pictureWidth(560), step, at);
  }

  ask() {
    super.ask();
    const place = this.asking.querySelector("form, .choices");
    if (!place.matches(".choices:empty")) place.append(this.button("Show it", () => this.goOn()));
  }

  // A wrong number can be tried again; a choice shows what comes.
  judge(verdict, right, words, shown) {
    super.judge(verdict, right, words, false);
    if (right || this.compute(this.state).complete) this.goOn(verdict);
  }

  // Show the next quantity or, after the last one, take twenty steps; keep the verdict and the focus.
  goOn(verdict) {
    const focused = this.asking.contains(document.activeElement) && document.activeElement.localName;
    const { complete, at } = this.compute(this.state);
    this.set(complete ? { done: this.state.done + 20 } : { at: at + 1 });
    if (verdict) {
      const fresh = this.asking.querySelector(".verdict");
      fresh.replaceChildren(...verdict.childNodes);
      fresh.dataset.verdict = verdict.dataset.verdict;
      this.asking.prepend(fresh);
    }
    const fields = this.asking.querySelectorAll(focused === "input" ? "input" : "button");
    if (focused) [...fields].at(-1)?.focus({ preventScroll: true });
  }

  // Finish this step or, if it is finished, take more of them.
  train(count) {
    const { complete, step } = this.compute(this.state);
    const done = this.state.done + (complete || count > 1 ? count : 0);
    this.set({ done, at: step.quantities.length });
  }

  goBack() {
    const { at, step } = this.compute(this.state);
    this.set(at ? { at: at - 1 } : { done: this.state.done - 1, at: step.quantities.length });
  }
}

customElements.define("two-two-one", TwoTwoOne);
