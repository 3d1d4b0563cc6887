// Chapters 3 and 6: the shapes in a layer's forward product and in its two backward products. What a
// side counts has a name, so a product that fits only because two sizes happen to agree is found.
class MatrixProduct extends Explorer {
  static title = "Three products of a layer, and their shapes";
  static settings = {
    wanted: {
      label: "What is to be computed", value: "forward", asks: true,
      choices: { forward: "Z, without b (forward)", weights: "∂L/∂W (backward, BP4)", passed: "∂L/∂A_in (backward, BP2)" },
    },
    samples: { label: "Samples", from: 2, to: 7, step: 1, value: 5 },
    inputs: { label: "Inputs", from: 2, to: 7, step: 1, value: 3 },
    outputs: { label: "Outputs", from: 2, to: 7, step: 1, value: 4 },
    // What the buttons change: the order of the factors, what is transposed, and the sign between them.
    order: { choices: { usual: "", exchanged: "" }, value: "usual" },
    first: { choices: { plain: "", transposed: "" }, value: "plain" },
    second: { choices: { plain: "", transposed: "" }, value: "plain" },
    sign: { choices: { "@": "", "*": "" }, value: "@" },
    row: { from: 1, to: 7, step: 1, value: 2 },
    column: { from: 1, to: 7, step: 1, value: 3 },
  };

  static axes = { A_in: ["samples", "inputs"], W: ["inputs", "outputs"], delta: ["samples", "outputs"] };
  static products = {
    forward: { name: "Z", factors: ["A_in", "W"], axes: ["samples", "outputs"], formula: "PRODUCT_OF_Z" },
    weights: { name: "∂L/∂W", factors: ["A_in", "delta"], axes: ["inputs", "outputs"], formula: "PRODUCT_OF_DW" },
    passed: { name: "∂L/∂A_in", factors: ["delta", "W"], axes: ["samples", "inputs"], formula: "PRODUCT_PASSED_BACK" },
  };

  compute(settings) {
    const product = MatrixProduct.products[settings.wanted];
    const whole = (name) => Math.round(settings[name]);
    const factors = product.factors.map((name, i) =>
      MatrixProduct.factor(name, settings[["first", "second"][i]] === "transposed", whole));
    const [left, right] = settings.order === "usual" ? factors : factors.reverse();
    const result = MatrixProduct.multiply(left, right, settings.sign);
    const expression = `${left.label} ${settings.sign} ${right.label}`;
    const formula = Formulas[product.formula];
    const isRight = expression === formula.compute();
    const target = MatrixProduct.evaluate(formula.compute(), whole);
    return {
      product, left, right, result, expression, isRight, target, sign: settings.sign,
      mistake: formula.mistakes.find((one) => one.compute() === expression),
      row: result && Math.min(whole("row"), result.sizes[0]),
      column: result && Math.min(whole("column"), result.sizes[1]),
    };
  }

  // An array as a factor: the names and sizes of its sides, and its numbers.
  static factor(name, transposed, whole) {
    const [down, across] = MatrixProduct.axes[name].map(whole);
    const values = Data.ARRAYS[name].slice(0, down).map((row) => row.slice(0, across));
    const plain = { label: name, axes: MatrixProduct.axes[name], sizes: [down, across], values };
    if (!transposed) return plain;
    return {
      label: `${name}.T`, axes: [...plain.axes].reverse(), sizes: [across, down],
      values: values[0].map((_, i) => values.map((row) => row[i])),
    };
  }

  // The product with the names of its sides, or null where NumPy raises an error.
  static multiply(left, right, sign) {
    if (sign === "*") {
      if (left.sizes.some((size, i) => size !== right.sizes[i])) return null;
      return { axes: left.axes, sizes: left.sizes, values: left.values.map((row, r) => row.map((value, c) => value * right.values[r][c])) };
    }
    if (left.sizes[1] !== right.sizes[0]) return null;
    const values = left.values.map((row) => right.values[0].map((_, c) =>
      row.reduce((total, value, i) => total + value * right.values[i][c], 0)));
    return { axes: [left.axes[0], right.axes[1]], sizes: [left.sizes[0], right.sizes[1]], values };
  }

  static evaluate(expression, whole) {
    const [left, sign, right] = expression.split(" ");
    const factor = (label) => MatrixProduct.factor(label.replace(".T", ""), label.endsWith(".T"), whole);
    return MatrixProduct.multiply(factor(left), factor(right), sign);
  }

  // The settings with which the buttons show an expression.
  static settingsFor(expression, wanted) {
    const [left, sign, right] = expression.split(" ");
    const { factors } = MatrixProduct.products[wanted];
    const usual = left.replace(".T", "") === factors[0];
    const turned = (label) => (label.endsWith(".T") ? "transposed" : "plain");
    const [first, second] = usual ? [left, right] : [right, left];
    return { order: usual ? "usual" : "exchanged", first: turned(first), second: turned(second), sign };
  }

  static shape(sizes) {
    return `(${sizes.join(", ")})`;
  }

  rows({ product, left, right, result, expression, isRight, target, sign }) {
    const same = result && String(result.sizes) === String(target.sizes);
    const gap = same && Math.max(...result.values.flatMap((row, r) => row.map((value, c) => Math.abs(value - target.values[r][c]))));
    const entries = (result ? result.values : []).flatMap((row, r) => row.map((value, c) => [`entry (${r + 1}, ${c + 1})`, value]));
    return [
      ["expression", expression],
      ["first shape", MatrixProduct.shape(left.sizes)], ["second shape", MatrixProduct.shape(right.sizes)],
      ["shape of the product", result ? MatrixProduct.shape(result.sizes) : "an error"],
      ["multiplications", result ? result.sizes[0] * result.sizes[1] * (sign === "@" ? left.sizes[1] : 1) : 0],
      [`is it ${product.name}?`, isRight ? "yes" : "no"],
      [`largest difference from ${product.name}`, same ? gap : "another shape"],
      ...entries,
    ];
  }

  // Another product begins with its factors as they are.
  set(changes) {
    const another = changes.wanted && changes.wanted !== this.state.wanted;
    super.set(another ? { order: "usual", first: "plain", second: "plain", sign: "@", ...changes } : changes);
  }

  question({ product }) {
    const { wanted } = this.state;
    const formula = Formulas[product.formula];
    const options = formula.mistakes.map((one) => ({
      label: one.compute(), right: false, explanation: `${one.form}: ${one.explanation}`,
    }));
    const [down, across] = product.axes;
    const inner = ["samples", "inputs", "outputs"].find((name) => !product.axes.includes(name));
    options.push({
      label: formula.compute(), right: true, explanation: `The ${inner} are in the middle, so the product sums over them, and ` +
        `the ${down} and the ${across} are left.`,
    });
    options.sort((a, b) => (a.label < b.label ? -1 : 1));
    for (const option of options) option.settings = MatrixProduct.settingsFor(option.label, wanted);
    const sides = product.factors.map((name) => `${name} is (${MatrixProduct.axes[name].join(", ")})`);
    return { options, text: `${sides.join(" and ")}. Which expression gives ${product.name}, of shape (${down}, ${across})? It must be right for any sizes.` };
  }

  say({ product, left, right, result, isRight, expression, mistake, sign }) {
    const [inner, other] = [left.axes[1], right.axes[0]];
    const told = this.asking.textContent.includes(mistake?.explanation); // by the verdict already
    const name = mistake && !told ? ` ${mistake.form[0].toUpperCase()}${mistake.form.slice(1)}: ${mistake.explanation}` : "";
    if (isRight) return `${expression} is ${product.name}: it sums over the ${inner}, and ${MatrixProduct.shape(result.sizes)} is left.`;
    if (!result) {
      const why = sign === "@" ? `${left.sizes[1]} ${inner} meet ${right.sizes[0]} ${other} in the middle`
        : `the shapes ${MatrixProduct.shape(left.sizes)} and ${MatrixProduct.shape(right.sizes)} differ`;
      return `${expression} raises an error: ${why}.${name}`;
    }
    const shape = MatrixProduct.shape(result.sizes);
    const why = sign === "*" ? "entries are multiplied that belong to different things"
      : inner !== other ? `the ${inner} meet the ${other} in the middle, and only their numbers agree`
      : `it sums over the ${inner}, but has the ${result.axes[0]} as rows and the ${result.axes[1]} as columns`;
    return `${expression} fits and gives ${shape}, but it is wrong: ${why}.${name}`;
  }

  // How the chosen entry is computed.
  entry({ product, left, right, result, row, column, sign, isRight }) {
    const name = isRight ? product.name : "the product";
    const [a, b] = [left.values[row - 1], right.values.map((one) => one[column - 1])];
    const pairs = sign === "@" ? a.map((value, i) => [value, b[i]]) : [[a[column - 1], right.values[row - 1][column - 1]]];
    const inBrackets = (value) => (value < 0 ? `(${inDigits(value)})` : inDigits(value));
    const terms = pairs.map((pair) => pair.map(inBrackets).join(" · ")).join(" + ");
    return `Entry (${row}, ${column}) of ${name}: ${terms} = ${inDigits(result.values[row - 1][column - 1])}`;
  }

  draw(result, known) {
    if (!this.svg) this.start();
    this.content.replaceChildren();
    this.layOut(result);
    this.drawFactors(result, known);
    const shown = known && result.result;
    if (shown) this.drawProduct(result);
    this.chosen.setAttribute("visibility", shown ? "visible" : "hidden");
    this.chosen.setAttribute("tabindex", shown ? "0" : "-1");
    this.note.textContent = shown ? this.entry(result) : "";
    this.showTools(result);
  }

  // How large a cell is, and where the three blocks begin.
  layOut({ left, right, result, target }) {
    const last = result || target;
    const blocks = [left, right, last];
    const columns = blocks.reduce((total, block) => total + block.sizes[1], 0);
    this.cell = Math.min(34, (this.width - 3 * 22 - 2 * 22) / columns);
    const used = this.cell * columns + 3 * 22 + 2 * 22;
    let x = (this.width - used) / 2;
    this.places = blocks.map((block) => {
      const place = x + 22;
      x = place + this.cell * block.sizes[1] + 22;
      return place;
    });
    const rows = Math.max(...blocks.map((block) => block.sizes[0]));
    this.middle = 30 + (rows * this.cell) / 2;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${rows * this.cell + 80}`);
  }

  drawFactors({ left, right, sign, row, column, result }, known) {
    const chosen = known && result;
    const inRow = (r, c) => r === row - 1 && (sign === "@" || c === column - 1);
    const inColumn = (r, c) => c === column - 1 && (sign === "@" || r === row - 1);
    this.drawBlock(left, this.places[0], (r, c) => chosen && inRow(r, c), 1);
    this.drawBlock(right, this.places[1], (r, c) => chosen && inColumn(r, c), 1);
    const fits = left.sizes[1] === right.sizes[0] || sign === "*";
    this.write(this.places[1] - 33, this.middle + 6, sign, "sign");
    if (known && !fits) this.write(this.places[1] - 33, this.middle + 24, "≠", "sign");
    this.write(this.places[2] - 33, this.middle + 6, "=", "sign");
    if (!chosen) this.write(this.places[2] + 20, this.middle + 6, known ? "error" : "?", "sign");
  }

  drawProduct({ product, result, isRight, row, column }) {
    const label = isRight ? product.name : `not ${product.name}`;
    this.drawBlock({ ...result, label }, this.places[2], (r, c) => r === row - 1 && c === column - 1, 2);
    const top = this.middle - (result.sizes[0] * this.cell) / 2;
    const place = { x: this.places[2] + (column - 1) * this.cell, y: top + (row - 1) * this.cell, width: this.cell, height: this.cell };
    for (const [name, value] of Object.entries(place)) this.chosen.setAttribute(name, value);
    this.chosen.setAttribute("aria-valuenow", row);
    this.chosen.setAttribute("aria-valuetext", `row ${row}, column ${column}`);
  }

  // A block of cells with its numbers if they have room; each side has the name of what it counts.
  drawBlock({ label, axes, sizes, values }, x, isChosen, digits) {
    const [high, wide] = sizes.map((size) => size * this.cell);
    const y = this.middle - high / 2;
    values.forEach((row, r) => row.forEach((value, c) => {
      const place = { x: x + c * this.cell, y: y + r * this.cell, width: this.cell, height: this.cell };
      const strength = Math.min(0.55, 0.08 + 0.4 * Math.abs(value)).toFixed(2);
      const look = `cell ${value < 0 ? "backward" : "forward"}`;
      this.add(create("rect", { class: look, ...place, "fill-opacity": strength }));
      if (isChosen(r, c)) this.add(create("rect", { class: "chosen", ...place }));
      if (this.cell >= 28) {
        this.write(place.x + this.cell / 2, place.y + this.cell / 2 + 4, value.toFixed(digits).replace("-", "−"), "entry");
      }
    }));
    this.add(create("line", { class: `side ${axes[1]}`, x1: x, x2: x + wide, y1: y - 3, y2: y - 3 }));
    this.add(create("line", { class: `side ${axes[0]}`, x1: x - 3, x2: x - 3, y1: y, y2: y + high }));
    this.write(x + wide / 2, y - 9, `${sizes[1]} ${axes[1]}`, "side-name");
    const left = [x - 10, this.middle];
    const turned = create("text", { class: "side-name", transform: `rotate(-90 ${left.join(" ")})`, x: left[0], y: left[1], "text-anchor": "middle" });
    turned.textContent = `${sizes[0]} ${axes[0]}`;
    this.add(turned);
    this.write(x + wide / 2, y + high + 18, label, "code");
    this.write(x + wide / 2, y + high + 33, MatrixProduct.shape(sizes), "tick");
  }

  write(x, y, text, look) {
    this.add(create("text", { class: look, x, y, "text-anchor": "middle" }, text));
  }

  add(element) {
    this.content.append(element);
  }

  start() {
    this.width = this.pictureWidth(640);
    this.svg = create("svg", { viewBox: `0 0 ${this.width} 200`, role: "group", "aria-label": "The two factors and their product as blocks of cells" });
    this.content = create("g");
    this.chosen = create("rect", { class: "chosen-entry" });
    makeDraggable(this.chosen, {
      label: "entry of the product", from: 1, to: 7, move: (event) => this.choose(event),
      step: (right, up) => this.set({ column: this.at("column") + right, row: this.at("row") - up }),
    });
    this.svg.append(this.content, this.chosen);
    this.svg.addEventListener("click", (event) => this.choose(event));
    this.note = create("p", { class: "explorer-note" });
    this.tools = create("p", { class: "explorer-tools" });
    const turn = (name) => () => this.set({ [name]: this.state[name] === "plain" ? "transposed" : "plain" });
    const exchange = () => this.set({ order: this.state.order === "usual" ? "exchanged" : "usual" });
    const other = () => this.set({ sign: this.state.sign === "@" ? "*" : "@" });
    this.buttons = [this.button("", turn("first")), this.button("", turn("second")), this.button("Exchange factors", exchange), this.button("Entry by entry", other)];
    this.tools.append(...this.buttons);
    this.picture.append(this.svg);
    this.picture.before(this.tools);
    this.picture.after(this.note);
  }

  // The row or column that is shown: at most as many as the product has.
  at(name) {
    return this.compute(this.state)[name];
  }

  // Choose the entry of the product below the pointer.
  choose(event) {
    const { result } = this.compute(this.state);
    if (!this.known || !result) return;
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const column = Math.ceil((place.x - this.places[2]) / this.cell);
    const row = Math.ceil((place.y - this.middle) / this.cell + result.sizes[0] / 2);
    if (column >= 1 && column <= result.sizes[1] && row >= 1 && row <= result.sizes[0]) this.set({ row, column });
  }

  showTools({ product }) {
    const { first, second, order, sign } = this.state;
    const pressed = [first === "transposed", second === "transposed", order === "exchanged", sign === "*"];
    product.factors.forEach((name, i) => { this.buttons[i].textContent = `Transpose ${name}`; });
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", pressed[i]));
  }
}

customElements.define("matrix-product", MatrixProduct);
