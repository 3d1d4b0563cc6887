// Chapters 2 and 3: one training step of the 2-2-1 network, every quantity by name with its formula, as
// `trace_step` of backprop.byhand lists them. With sigmoids, each neuron has a bias too.
class TwoTwoOneStep {
  static neurons = [
    { name: "h1", sum: "z1", bias: "b1", weights: ["w1", "w2"], inputs: ["x1", "x2"] },
    { name: "h2", sum: "z2", bias: "b2", weights: ["w3", "w4"], inputs: ["x1", "x2"] },
    { name: "p", sum: "z3", bias: "b3", weights: ["w5", "w6"], inputs: ["h1", "h2"] },
  ];
  static symbols = /∂E\/∂[a-z]\d?|[a-zη]\d?′?/g;

  // `given` has the numbers by their symbols. Without `reuse`, every slope is written out from p − y on.
  constructor(given, { sigmoid = false, reuse = true } = {}) {
    Object.assign(this, { sigmoid, reuse, values: { ...given }, quantities: [] });
    this.forward("");
    this.backward();
    this.update();
    this.forward("′");
  }

  // The parameters in the order in which they are updated.
  get parameters() {
    const biases = this.sigmoid ? ["b1", "b2", "b3"] : [];
    return [...TwoTwoOneStep.neurons.flatMap(({ weights }) => weights), ...biases];
  }

  // The numbers for the next step.
  get next() {
    const changed = this.parameters.map((name) => [name, this.values[`${name}′`]]);
    return { ...this.values, ...Object.fromEntries(changed) };
  }

  // Multiplications and subtractions of the backward pass, in the first so many quantities.
  operations(count = Infinity) {
    const formulas = this.quantities.slice(0, count).filter(({ phase }) => phase === "backward");
    const text = formulas.map(({ formula }) => formula).join();
    return { products: text.split("·").length - 1, subtractions: text.split(" − ").length - 1 };
  }

  // A symbol for people, with the index set below.
  static pretty(symbol) {
    return symbol.replace(/([a-z])(\d)/g, (_, letter, digit) => letter + "₀₁₂₃₄₅₆"[digit]);
  }

  // A symbol and its number, such as w₁ = 0.11, on one line.
  named(symbol) {
    return `${TwoTwoOneStep.pretty(symbol)}\u00a0=\u00a0${inDigits(this.values[symbol])}`;
  }

  // A formula with the numbers put in.
  putIn(formula) {
    return formula.replace(TwoTwoOneStep.symbols, (symbol) => {
      const text = inDigits(this.values[symbol]);
      return text.startsWith("−") ? `(${text})` : text;
    });
  }

  // What the known mistakes in a formula of backprop.mistakes give.
  static mistakes(name, ...numbers) {
    return Formulas[name].mistakes.map((one) => ({ ...one, value: one.compute(...numbers) }));
  }

  // Note a quantity: how it is computed, what is asked before it is seen, and what may go wrong.
  record(phase, symbol, formula, value, text, wrong) {
    this.values[symbol] = value;
    const uses = formula.match(TwoTwoOneStep.symbols);
    const asked = `${text} What is ${TwoTwoOneStep.pretty(symbol)}?`.replaceAll("E/∂", "E/\u2060∂"); // unbroken
    this.quantities.push({ phase, symbol, formula, value, uses, text: asked, wrong });
  }

  forward(prime) {
    const phase = prime ? "again" : "forward";
    for (const neuron of TwoTwoOneStep.neurons) this.fire(phase, neuron, prime);
    const [p, y] = [this.values[`p${prime}`], this.values.y];
    const text = `The prediction is ${this.named(`p${prime}`)}, and the target is ${this.named("y")}.`;
    this.record(prime ? "again" : "error", `E${prime}`, `½·(p${prime} − y)²`, 0.5 * ((p - y) * (p - y)),
      text, TwoTwoOneStep.mistakes("ERROR", p, y));
  }

  fire(phase, { name, sum, bias, weights, inputs }, prime) {
    const [w, v] = weights.map((weight) => weight + prime);
    const [a, b] = inputs.map((input) => (input.startsWith("h") ? input + prime : input));
    const numbers = [w, v, a, b].map((symbol) => this.values[symbol]);
    const plain = numbers[0] * numbers[2] + numbers[1] * numbers[3];
    const formula = `${w}·${a} + ${v}·${b}`;
    const text = `${this.named(a)} enters through ${this.named(w)}, and ${this.named(b)} through ${this.named(v)}.`;
    const wrong = TwoTwoOneStep.mistakes("WEIGHTED_SUM", ...numbers);
    if (!this.sigmoid) return this.record(phase, name + prime, formula, plain, text, wrong);

    const shift = this.values[bias + prime];
    const unbiased = { ...Formulas.NEURON.mistakes[0], value: plain };
    this.record(phase, sum + prime, `${formula} + ${bias}${prime}`, plain + shift,
      `${text} The bias is ${this.named(bias + prime)}.`,
      [unbiased, ...wrong.map((one) => ({ ...one, value: one.value + shift }))]);
    this.record(phase, name + prime, `σ(${sum}${prime})`, 0.5 * (1 + Math.tanh((plain + shift) / 2)),
      `The pre-activation is ${this.named(sum + prime)}, and the activation function is the sigmoid.`,
      TwoTwoOneStep.mistakes("NEURON", ...numbers, shift));
  }

  backward() {
    const [h1, h2, output] = TwoTwoOneStep.neurons;
    const { p, y } = this.values;
    const arrives = this.keep("∂E/∂p", "p − y", p - y,
      `The error ½·(p − y)² changes when p does: ${this.named("p")}, ${this.named("y")}.`,
      TwoTwoOneStep.mistakes("ERROR_SLOPE", p, y));
    const delta = this.passSigmoid(output, arrives);
    this.slopes(output, delta);
    const reached = [h1, h2].map((neuron, index) => this.sendBack(neuron, delta, output.weights[index]));
    [h1, h2].forEach((neuron, index) => this.slopes(neuron, this.passSigmoid(neuron, reached[index])));
  }

  // A product that several slopes share. With reuse it is a quantity, and they have its symbol in their
  // formulas; without, each of them has the whole product.
  keep(symbol, formula, value, text, wrong) {
    if (this.reuse) this.record("backward", symbol, formula, value, text, wrong);
    else this.values[symbol] = value;
    return { symbol, text: this.reuse ? symbol : formula.replace(/^p − y$/, "(p − y)") };
  }

  passSigmoid({ name, sum }, arrives) {
    if (!this.sigmoid) return arrives;
    const [given, z, a] = [arrives.symbol, sum, name].map((symbol) => this.values[symbol]);
    return this.keep(`∂E/∂${sum}`, `${arrives.text}·${name}·(1 − ${name})`, given * a * (1 - a),
      `${this.named(arrives.symbol)} passes the sigmoid of ${this.named(sum)} with the output ${this.named(name)}.`,
      [
        ...TwoTwoOneStep.mistakes("DELTA", given, a * (1 - a)),
        ...TwoTwoOneStep.mistakes("SIGMOID_SLOPE", z).map((one) => ({ ...one, value: given * one.value })),
      ]);
  }

  sendBack({ name }, delta, weight) {
    const numbers = [delta.symbol, weight, name].map((symbol) => this.values[symbol]);
    return this.keep(`∂E/∂${name}`, `${delta.text}·${weight}`, numbers[0] * numbers[1],
      `${this.named(delta.symbol)} goes back along ${this.named(weight)} to ${this.named(name)}.`,
      TwoTwoOneStep.mistakes("SENT_BACK", ...numbers));
  }

  slopes(neuron, delta) {
    neuron.weights.forEach((weight, index) => {
      const input = neuron.inputs[index];
      const value = this.values[delta.symbol] * this.values[input];
      const formula = `${delta.text}·${input}`;
      const factors = [...new Set(formula.match(TwoTwoOneStep.symbols))].map((symbol) => this.named(symbol));
      const text = this.reuse
        ? `${this.named(delta.symbol)} arrives at the neuron, and the connection of ${this.named(weight)} carries ` +
          `${this.named(input)}.`
        : `Write the whole product, with ${factors.join(", ")}.`;
      this.record("backward", `∂E/∂${weight}`, formula, value, text,
        this.wrongSlopes(neuron, delta, weight, input));
    });
    if (!this.sigmoid) return;
    const [given, enters] = [delta.symbol, neuron.inputs[0]].map((symbol) => this.values[symbol]);
    this.record("backward", `∂E/∂${neuron.bias}`, delta.text, given,
      `${this.named(delta.symbol)} is the delta of the neuron; a bias is the weight of an input that is always 1.`,
      TwoTwoOneStep.mistakes("BIAS_SLOPE_OF_ROW", given, enters));
  }

  wrongSlopes({ name }, delta, weight, input) {
    const { [delta.symbol]: given, [input]: enters, [weight]: own, [name]: value } = this.values;
    const outer = TwoTwoOneStep.mistakes("OUTER_SLOPE", given, enters, own);
    if (this.sigmoid) {
      const unpassed = this.values[`∂E/∂${name}`] * enters;
      return [...outer, ...TwoTwoOneStep.mistakes("DELTA", unpassed, 0)];
    }
    if (name === "p") return outer;
    const out = this.values[name === "h1" ? "w5" : "w6"];
    const inner = TwoTwoOneStep.mistakes("INNER_SLOPE", this.values["∂E/∂p"], out, value, enters, own);
    return [...outer, ...inner];
  }

  update() {
    const rate = this.values.η;
    for (const name of this.parameters) {
      const { [name]: own, [`∂E/∂${name}`]: slope } = this.values;
      this.record("update", `${name}′`, `${name} − η·∂E/∂${name}`, Formulas.NEW_WEIGHT.compute(own, slope, rate),
        `${this.named(name)}, its slope is ${inDigits(slope)}, and the learning rate is ${this.named("η")}.`,
        TwoTwoOneStep.mistakes("NEW_WEIGHT", own, slope, rate));
    }
  }
}
