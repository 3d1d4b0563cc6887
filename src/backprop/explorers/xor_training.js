// Chapter 4: how the lines of the hidden neurons and the region of the output move while a network
// learns XOR, one example after another, from the initial weights that the package draws.
class XorTraining extends Explorer {
  static title = "A network learns XOR";
  static settings = {
    neurons: { label: "Hidden neurons", choices: { 2: "two", 3: "three" }, value: "3", asks: true },
    seed: { label: "Seed of the initial weights", from: 0, to: 19, step: 1, value: 1, asks: true },
    epoch: { label: "Epoch", from: 0, to: 2000, step: 10, value: 400 },
  };

  static examples = [[[0, 0], 0], [[0, 1], 1], [[1, 0], 1], [[1, 1], 0]];
  static learningRate = 1;
  static epochs = 2000;
  static seen = 400; // what a reader sees of the training before the prediction
  static ends = {
    0: "All four right, the loss near 0",
    2: "Three right, the loss near ⅛: two corners share an output near ½",
    3: "Three right, the loss near ⅙: three corners share an output near ⅔",
  };
  static looks = ["forward", "backward dashed", "muted dotted"];

  // The outputs of every layer, the inputs first. A network is a list of layers, a layer a list of
  // neurons, and a neuron the list of its weights with the bias at its end, as in chapter 4.
  static forward(network, inputs) {
    const outputs = [inputs];
    for (const layer of network) {
      const before = outputs.at(-1);
      outputs.push(layer.map((weights) => 0.5 * (1 + Math.tanh(0.5 * XorTraining.weightedSum(weights, before)))));
    }
    return outputs;
  }

  static weightedSum(weights, inputs) {
    return inputs.reduce((total, value, i) => total + weights[i] * value, weights.at(-1));
  }

  // One step with one example, in place; returns the example's error before it.
  static learn(network, [inputs, label]) {
    const outputs = XorTraining.forward(network, inputs);
    let upstream = outputs.at(-1).map((output, k) => output - (k === label ? 1 : 0));
    const error = upstream.reduce((total, difference) => total + 0.5 * difference ** 2, 0);
    const deltas = [];
    for (let index = network.length - 1; index >= 0; index--) {
      const delta = outputs[index + 1].map((output, j) => upstream[j] * (output * (1 - output)));
      deltas.unshift(delta);
      upstream = outputs[index].map((_, i) => network[index].reduce((total, weights, k) => total + delta[k] * weights[i], 0));
    }
    network.forEach((layer, index) => layer.forEach((weights, j) => {
      const step = XorTraining.learningRate * deltas[index][j];
      outputs[index].forEach((value, i) => { weights[i] -= step * value; });
      weights[weights.length - 1] -= step;
    }));
    return error;
  }

  // The network after each epoch and the loss of each: computed once for each start.
  static trained(neurons, seed) {
    XorTraining.runs ||= {};
    return (XorTraining.runs[`${neurons} ${seed}`] ||= XorTraining.train(Data.XOR_STARTS[neurons][seed]));
  }

  static train(start) {
    const network = structuredClone(start);
    const [networks, losses] = [[structuredClone(network)], []];
    for (let epoch = 0; epoch < XorTraining.epochs; epoch++) {
      const errors = XorTraining.examples.map((example) => XorTraining.learn(network, example));
      losses.push(errors.reduce((total, error) => total + error, 0) / errors.length);
      networks.push(structuredClone(network));
    }
    return { networks, losses };
  }

  static predict(network, inputs) {
    const [zero, one] = XorTraining.forward(network, inputs).at(-1);
    return one > zero ? 1 : 0;
  }

  compute({ neurons, seed, epoch }) {
    const run = XorTraining.trained(neurons, Math.round(seed));
    return { ...this.at(run, Math.round(epoch)), run, neurons, seed: Math.round(seed) };
  }

  // What is to be seen of a training run after some epochs.
  at(run, epoch) {
    const network = run.networks[epoch];
    const answers = XorTraining.examples.map(([inputs, label]) => ({
      inputs, label, outputs: XorTraining.forward(network, inputs).at(-1),
      right: XorTraining.predict(network, inputs) === label,
    }));
    const sharing = answers.filter(({ outputs }) => outputs[1] > 0.25 && outputs[1] < 0.75).length;
    const right = answers.filter((answer) => answer.right).length;
    return { network, epoch, answers, right, sharing, loss: run.losses[Math.max(epoch, 1) - 1] };
  }

  rows({ network, epoch, answers, loss, right }) {
    const named = (layer, name) => layer.flatMap((weights, j) => weights.map((weight, i) => [
      `${name} ${j + 1}, ${i < weights.length - 1 ? `weight ${i + 1}` : "bias"}`, weight,
    ]));
    return [
      [`loss in epoch ${Math.max(epoch, 1)}`, loss], ["right answers", right],
      ...answers.flatMap(({ inputs, outputs }) => outputs.map((output, k) => [`output ${k + 1} for (${inputs.join(", ")})`, output])),
      ...named(network[0], "hidden neuron"), ...named(network[1], "output neuron"),
    ];
  }

  question({ run, neurons, seed }) {
    const { seen, epochs, ends } = XorTraining;
    const [now, end] = [this.at(run, seen), this.at(run, epochs)];
    const truth = end.right === 4 ? Formulas.XOR_SOLVED : Formulas.XOR_STUCK;
    const outputs = end.answers.map(({ outputs }) => inDigits(outputs[1], 2)).join(", ");
    const options = Object.entries(ends).map(([sharing, label]) => {
      const mistake = truth.mistakes.find((one) => one.compute(end.sharing) === Number(sharing));
      if (mistake) return { label, right: false, explanation: `${mistake.form}: ${mistake.explanation}` };
      return { label, right: true, explanation: `The second outputs become ${outputs}; they should be 0, 1, 1, 0.` };
    });
    return {
      options,
      text: `With ${XorTraining.settings.neurons.choices[neurons]} hidden neurons and seed ${seed}, the loss in epoch ` +
        `${seen} is ${inDigits(now.loss, 3)}, and ${now.right} of 4 answers are right, as you see below. What ` +
        `will you see after ${epochs.toLocaleString("en")} epochs?`,
    };
  }

  say({ epoch, loss, answers, right }) {
    const wrong = answers.filter((answer) => !answer.right).map(({ inputs }) => `(${inputs.join(", ")})`);
    const which = wrong.length ? `; wrong: ${wrong.join(" and ")}` : "";
    return `Epoch ${epoch}: the loss is ${inDigits(loss, 3)}, and ${right} of 4 answers are right${which}.`;
  }

  judge(...verdict) {
    const before = this.known;
    super.judge(...verdict);
    if (this.known && !before) this.play(XorTraining.seen);
  }

  ask() {
    this.playing = false;
    super.ask();
  }

  // Train before the reader's eyes, or show the end at once to readers who asked for less motion.
  play(from) {
    this.playing = !lessMotion();
    if (!this.playing) return this.set({ epoch: XorTraining.epochs });
    const start = performance.now();
    const move = (now) => {
      if (!this.playing || !this.isConnected) return;
      const epoch = from + Math.round(Math.max(now - start, 0) / 30) * 10;
      this.playing = epoch < XorTraining.epochs;
      this.set({ epoch });
      if (this.playing) requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
  }

  draw(result, known) {
    if (!this.plane) this.start();
    const shown = known ? result : { ...result, ...this.at(result.run, Math.min(result.epoch, XorTraining.seen)) };
    this.drawPlane(shown);
    this.drawLoss(shown, known);
    this.tools.hidden = !known;
    this.trainButton.textContent = this.playing ? "Stop" : "Train";
    this.status.setAttribute("aria-live", this.playing ? "off" : "polite");
  }

  drawPlane({ network, answers }) {
    this.plane.clear();
    this.drawRegion(network);
    network[0].forEach((weights, index) => this.drawNeuron(weights, index));
    for (const { inputs, label, right } of answers) {
      const [x, y] = [this.plane.toX(inputs[0]), this.plane.toY(inputs[1])];
      const look = label ? ["rect", { x: x - 6, y: y - 6, width: 12, height: 12 }] : ["circle", { cx: x, cy: y, r: 7 }];
      this.plane.add(create(look[0], { class: `corner label-${label}`, ...look[1] }));
      this.plane.text(inputs, right ? "✓" : "✗", { dx: 11, dy: -7, class: "mark" });
    }
  }

  // By how much the second output's weighted sum exceeds the first one's: the network predicts 1 if it does.
  static lead([hidden, [zero, one]], x1, x2) {
    let lead = one[hidden.length] - zero[hidden.length];
    for (let j = 0; j < hidden.length; j++) {
      const [w1, w2, bias] = hidden[j];
      lead += (one[j] - zero[j]) * 0.5 * (1 + Math.tanh(0.5 * (w1 * x1 + w2 * x2 + bias)));
    }
    return lead;
  }

  // The region where the network predicts 1, row by row: tinted, and hatched with a stroke in some cells.
  drawRegion(network) {
    const cells = 90;
    const [from, to] = this.plane.x;
    const side = (to - from) / cells;
    const edge = Array.from({ length: cells + 1 }, (_, i) => from + i * side);
    const across = edge.map((value) => this.plane.toX(value).toFixed(1));
    const up = edge.map((value) => this.plane.toY(value).toFixed(1));
    let [tint, hatching] = ["", ""];
    for (let row = 0; row < cells; row++) {
      const inside = (column) => column < cells && XorTraining.lead(network, edge[column] + side / 2, edge[row] + side / 2) > 0;
      let first = null;
      for (let column = 0; column <= cells; column++) {
        const here = inside(column);
        if (here && first === null) first = column;
        if (!here && first !== null) {
          tint += `M${across[first]} ${up[row]}H${across[column]}V${up[row + 1]}H${across[first]}Z`;
          first = null;
        }
        const stroke = (row - column + cells) % 9 === 0;
        if (here && stroke) hatching += `M${across[column]} ${up[row]}L${across[column + 1]} ${up[row + 1]}`;
      }
    }
    this.plane.add(create("path", { class: "region", d: tint }));
    this.plane.add(create("path", { class: "hatching", d: hatching }));
  }

  // The line on which the weighted sum is 0, with an arrow to the side where it is positive.
  drawNeuron([w1, w2, bias], index) {
    const [from, to] = this.plane.x;
    const crossings = [from, to].flatMap((edge) => [[edge, -(w1 * edge + bias) / w2], [-(w2 * edge + bias) / w1, edge]]);
    const ends = crossings.filter((point) => point.every((value) => value >= from && value <= to));
    if (ends.length < 2) return;
    ends.sort(([a, b], [c, d]) => a - c || b - d);
    const [first, last] = [ends[0], ends.at(-1)];
    this.plane.curve([first, last], XorTraining.looks[index]);
    const part = [0.22, 0.75, 0.22][index]; // away from the corners
    const foot = first.map((value, i) => value + part * (last[i] - value));
    const long = 0.3 / Math.hypot(w1, w2);
    const tip = [foot[0] + long * w1, foot[1] + long * w2];
    this.plane.curve([foot, tip], XorTraining.looks[index].replace(/ .*/, ""));
    const [x, y] = [this.plane.toX(tip[0]), this.plane.toY(tip[1])];
    const turn = (Math.atan2(-w2, w1) * 180) / Math.PI;
    const head = { class: `arrow ${XorTraining.looks[index]}`, points: "3,0 -5,-5 -5,5", transform: `translate(${x} ${y}) rotate(${turn})` };
    this.plane.add(create("polygon", head));
    this.plane.text(tip, String(index + 1), { dx: (12 * w1) / Math.hypot(w1, w2), dy: 4 - (12 * w2) / Math.hypot(w1, w2), class: "mark", "text-anchor": "middle" });
  }

  drawLoss({ run, epoch, loss }, known) {
    this.curve.clear();
    for (const [value, name] of [[1 / 4, "¼"], [1 / 6, "⅙"], [1 / 8, "⅛"]]) {
      this.curve.curve([[0, value], [XorTraining.epochs, value]], "muted dashed thin");
      this.curve.text([0, value], name, { dx: 4, dy: 13, class: "tick" });
    }
    const points = run.losses.map((one, i) => [i + 1, one]).filter((_, i) => i < 20 || i % 5 === 4);
    if (known) this.curve.curve(points, "muted");
    this.curve.curve(points.filter(([at]) => at <= Math.max(epoch, 1)), "forward");
    this.ball.setAttribute("cx", this.curve.toX(epoch));
    this.ball.setAttribute("cy", this.curve.toY(loss));
    this.ball.setAttribute("aria-valuenow", epoch);
  }

  start() {
    const room = this.picture.clientWidth;
    const width = room >= 600 ? (room - 16) / 2 : this.pictureWidth();
    const edges = 20; // how much wider than high the edges of a plot are
    this.picture.classList.add("side-by-side");
    const height = Math.min(width, 340);
    this.plane = new Plot({
      width: height + edges - 12, height, x: [-1, 2], y: [-1, 2], xLabel: "input x₁", yLabel: "input x₂",
      label: "The plane of the two inputs: the lines of the hidden neurons, and the region where label 1 is predicted",
    });
    this.curve = new Plot({
      width, height: room >= 600 ? height : 220, x: [0, XorTraining.epochs], y: [0, 0.4], xLabel: "epoch", yLabel: "loss L",
      label: "The loss over the epochs",
    });
    this.ball = create("circle", { class: "point forward", r: 8 });
    const { from, to } = XorTraining.settings.epoch;
    const move = (epoch) => {
      this.playing = false;
      this.set({ epoch: Math.round(epoch / 10) * 10 });
    };
    makeDraggable(this.ball, {
      label: "epoch", from, to, move: (event) => move(this.curve.fromEvent(event)[0]), step: (right) => move(this.state.epoch + 10 * right),
    });
    this.curve.svg.append(this.ball);
    this.tools = create("p", { class: "explorer-tools" });
    this.trainButton = this.button("Train", () => {
      if (!this.playing) return this.play(this.state.epoch < XorTraining.epochs ? this.state.epoch : 0);
      this.playing = false;
      this.refresh();
    });
    this.tools.append(this.trainButton);
    const note = "○ label 0, ■ label 1, ✓ right, ✗ wrong. In the hatched region the network predicts 1. On the line of a hidden " +
      "neuron its weighted sum is 0; the arrow with its number points to the side where it is positive. A line outside the plot is not drawn.";
    this.picture.append(this.plane.svg, this.curve.svg);
    this.picture.after(create("p", { class: "explorer-note" }, note), this.tools);
  }
}

customElements.define("xor-training", XorTraining);
