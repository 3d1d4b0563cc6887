// The picture of the 2-2-1 network with the numbers that are known so far: values in the neurons, weights
// on the connections, derivatives in orange. Of the last number the factors are framed and the result is
// filled; the place of the next one has a question mark.
class TwoTwoOnePicture {
  constructor(parent, width, step, at) {
    this.step = step;
    this.seen = new Set(step.quantities.slice(0, at).map(({ symbol }) => symbol));
    this.last = step.quantities[at - 1];
    this.next = step.quantities[at];
    this.factors = new Set((this.last || this.next).uses);
    this.place(width, step.sigmoid);
    this.svg = create("svg", {
      viewBox: `0 0 ${width} ${this.height}`, role: "img", "aria-label": "The 2-2-1 network and its numbers so far",
    });
    this.lines = create("g");
    this.svg.append(this.lines);
    parent.replaceChildren(this.svg); // texts can be measured from here on
    this.drawInputs();
    for (const neuron of TwoTwoOneStep.neurons) this.drawNeuron(neuron);
    this.drawError();
    const phase = (this.next || this.last).phase;
    if (["update", "again"].includes(phase)) this.chip("η", [this.places.x2[0], this.places.x2[1] + 42], "value", "η ");
  }

  // The middles of all nodes. On a phone the error and the target stand above the prediction.
  place(width, sigmoid) {
    const narrow = width < 480;
    this.width = width;
    this.narrow = narrow;
    const [top, low] = sigmoid ? [142, 348] : narrow ? [78, 286] : [68, 244];
    const middle = (top + low) / 2;
    const [left, hidden, output] = narrow ? [22, width * 0.45, width - 34] : [36, width * 0.41, width * 0.72];
    const right = narrow ? output : width - 36;
    this.height = low + (sigmoid ? 118 : 52);
    this.places = {
      x1: [left, top], x2: [left, low], h1: [hidden, top], h2: [hidden, low], p: [output, middle],
      E: narrow ? [output, middle - 80] : [right, middle],
      y: narrow ? [output, middle - 150] : [right, middle - 92],
    };
  }

  knows(symbol) {
    return symbol in this.step.values && (this.seen.has(symbol) || /^([xwyb]\d?|η)$/.test(symbol));
  }

  // The symbol of a quantity, of the new pass once that is known.
  current(symbol) {
    return this.knows(`${symbol}′`) || this.next?.symbol === `${symbol}′` ? `${symbol}′` : symbol;
  }

  state(symbol) {
    if (symbol === this.last?.symbol) return "result";
    if (symbol === this.next?.symbol && !this.knows(symbol)) return "asked";
    return this.factors.has(symbol) ? "factor" : "";
  }

  // A number in at most seven characters.
  static brief(number) {
    for (const digits of [4, 3, 2]) {
      const text = inDigits(number, digits);
      if (text.length <= 7) return text;
    }
    return number.toExponential(1).replaceAll("-", "−").replace("e+", "e");
  }

  number(symbol) {
    return this.knows(symbol) ? TwoTwoOnePicture.brief(this.step.values[symbol]) : "?";
  }

  // A small label with a number; nothing if the number is neither known nor asked for.
  chip(symbol, [middle, y], role, label = "") {
    const state = this.state(symbol);
    if (!this.knows(symbol) && state !== "asked") return;
    const text = this.number(symbol);
    const chip = create("g", { class: `chip ${role} ${state}` });
    const words = create("text", { y: y + 4.2, "text-anchor": "middle" });
    words.append(create("tspan", { class: "name" }, label), create("tspan", {}, text));
    chip.append(words);
    this.svg.append(chip);
    const width = words.getComputedTextLength() + 8;
    const x = Math.min(middle, this.width - width / 2);
    words.setAttribute("x", x);
    chip.prepend(create("rect", { x: x - width / 2, y: y - 8, width, height: 16, rx: 4 }));
  }

  // A node with its name and its number inside.
  node(symbol, shape, kind = "") {
    const [x, y] = this.places[symbol.replace("′", "")];
    const node = create("g", { class: `node ${kind} ${this.state(symbol)}` });
    const text = this.knows(symbol) || this.state(symbol) === "asked" ? this.number(symbol) : "";
    const number = create("text", { x, y: y + 11, "text-anchor": "middle" }, text);
    node.append(
      shape,
      create("text", { class: "name", x, y: y - 5, "text-anchor": "middle" }, TwoTwoOneStep.pretty(symbol)),
      number,
    );
    this.svg.append(node);
    const room = shape.getBBox().width - 6;
    if (number.getComputedTextLength() > room) number.setAttribute("textLength", room);
    number.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }

  caption([x, y], text) {
    this.svg.append(create("text", { class: "caption", x, y: y + 4, "text-anchor": "middle" }, text));
  }

  static box([x, y], width, height, round) {
    return create("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: round });
  }

  // A line between two nodes that ends in a tip, `aside` from the middle line and `gap` from the nodes.
  arrow(from, to, role, gap = 30, aside = 0) {
    const [[x1, y1], [x2, y2]] = [this.places[from], this.places[to]];
    const length = Math.hypot(x2 - x1, y2 - y1);
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
    const [ax, ay] = [x1 + gap * ux - aside * uy, y1 + gap * uy + aside * ux];
    const [bx, by] = [x2 - gap * ux - aside * uy, y2 - gap * uy + aside * ux];
    const tip = [[bx, by], [bx - 8 * ux - 4 * uy, by - 8 * uy + 4 * ux], [bx - 8 * ux + 4 * uy, by - 8 * uy - 4 * ux]];
    this.lines.append(
      create("line", { class: `edge ${role}`, x1: ax, y1: ay, x2: bx - 6 * ux, y2: by - 6 * uy }),
      create("polygon", { class: `tip ${role}`, points: tip.join(" ") }),
    );
  }

  drawInputs() {
    for (const symbol of ["x1", "x2", "y"]) {
      this.node(symbol, TwoTwoOnePicture.box(this.places[symbol], this.narrow ? 42 : 52, 44, 6), "given");
    }
    const above = (symbol) => [this.places[symbol][0], this.places[symbol][1] - 32];
    this.caption(above("x1"), "inputs");
    this.caption(above("y"), "target");
  }

  drawNeuron({ name, sum, bias, weights, inputs }) {
    weights.forEach((weight, index) => this.drawConnection(weight, inputs[index], name));
    const [x, y] = this.places[name];
    this.node(this.current(name), create("circle", { cx: x, cy: y, r: this.narrow ? 25 : 28 }));
    const side = name === "h1" ? -1 : 1;
    const lines = [
      ...(this.step.sigmoid ? [[bias, "value"], [this.current(sum), "value"], [`∂E/∂${bias}`, "gradient"],
        [`∂E/∂${sum}`, "gradient"]] : []),
      [`∂E/∂${name}`, "gradient"],
    ];
    const shown = lines.filter(([symbol]) => this.knows(symbol) || this.state(symbol) === "asked");
    shown.forEach(([symbol, role], line) => {
      this.chip(symbol, [x, y + side * (40 + 17 * line)], role, `${TwoTwoOneStep.pretty(symbol)} `);
    });
    const caption = { h1: "hidden neurons", p: "prediction" }[name] || "";
    this.caption([x, y + side * (40 + 17 * shown.length)], caption);
  }

  // The arrow of a weight; on it the weight, its slope and its new value.
  drawConnection(weight, from, to) {
    const active = this.factors.has(weight) || this.factors.has(`${weight}′`);
    const phase = (this.last || this.next).phase;
    const forward = active && (phase === "forward" || phase === "again");
    this.arrow(from, to, forward ? "forward" : "muted");
    if (this.seen.has(`∂E/∂${from}`)) this.arrow(to, from, "backward dashed", 30, -6);
    const [[x1, y1], [x2, y2]] = [this.places[from], this.places[to]];
    const part = { w2: 0.3, w3: 0.3, w6: this.narrow ? 0.38 : 0.48 }[weight] || 0.48;
    const [x, y] = [x1 + part * (x2 - x1), y1 + part * (y2 - y1) + ({ w5: -18, w6: 8 }[weight] || 0)];
    const lines = [[weight, "value", `${TwoTwoOneStep.pretty(weight)} `], [`∂E/∂${weight}`, "gradient boxed", ""],
      [`${weight}′`, "new", "→ "]];
    const shown = lines.filter(([symbol]) => this.knows(symbol) || this.state(symbol) === "asked");
    // The weight above its line, the rest below it.
    shown.forEach(([symbol, role, label], line) => this.chip(symbol, [x, y - 9 + 18 * line], role, label));
  }

  drawError() {
    const gap = this.narrow ? 27 : 34;
    this.arrow("p", "E", "muted", gap);
    this.arrow("y", "E", "muted", 24);
    if (this.seen.has("∂E/∂p")) this.arrow("E", "p", "backward dashed", gap, -7);
    this.node(this.current("E"), TwoTwoOnePicture.box(this.places.E, this.narrow ? 58 : 64, 44, 22));
    const [x, y] = this.places.E;
    if (!this.narrow) this.caption([x, y + 34], "error");
  }
}
