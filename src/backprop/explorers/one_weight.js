// Chapter 1: gradient descent along one weight of the 2-2-1 network, on the parabola of its error.
class OneWeight extends Explorer {
  static title = "One weight on its parabola";

  // Everything else of the network stays: h₁ = 0.85, what w₆ and h₂ add to the prediction, the target.
  static network = { h1: 0.85, rest: 0.072, target: 1 };
  static stepTime = 450; // of the animation, in milliseconds

  static settings = {
    rate: {
      label: "Learning rate η", from: 0, to: 3, step: 0.01, value: 0.5,
      marks: { "1/h₁²": 1 / OneWeight.network.h1 ** 2, "2/h₁²": 2 / OneWeight.network.h1 ** 2 },
    },
    start: { label: "Weight w₅ at the start", from: -1, to: 3, step: 0.01, value: 0.14 },
    steps: { label: "Steps", from: 1, to: 20, step: 1, value: 8 },
  };

  compute({ rate, start, steps }) {
    const { h1, rest, target } = OneWeight.network;
    const error = (weight) => (weight * h1 + rest - target) ** 2 / 2;
    const slope = (weight) => (weight * h1 + rest - target) * h1;
    const path = [start];
    for (let step = 0; step < Math.round(steps); step++) {
      const weight = path.at(-1);
      path.push(Formulas.NEW_WEIGHT.compute(weight, slope(weight), rate));
    }
    return {
      rate, path, error, slope: slope(start),
      errors: path.map(error), minimum: (target - rest) / h1, jump: 1 / h1 ** 2, limit: 2 / h1 ** 2,
    };
  }

  rows({ path, errors, slope, minimum, jump, limit }) {
    return [
      ["slope at the start", slope], ["weight at the minimum", minimum],
      ["learning rate that jumps there", jump], ["learning rate where it stops converging", limit],
      ...path.map((weight, step) => [`weight after ${step} steps`, weight]),
      ...errors.map((error, step) => [`error after ${step} steps`, error]),
    ];
  }

  question({ rate, path, slope }) {
    const [weight, right] = path;
    return {
      text: `The weight is ${inDigits(weight)}, the slope of the error there is ${inDigits(slope, 5)}, and the ` +
        `learning rate is ${inDigits(rate)}. Where is the weight after one step?`,
      right, digits: 3,
      wrong: Formulas.NEW_WEIGHT.mistakes.map((one) => ({ ...one, value: one.compute(weight, slope, rate) })),
    };
  }

  say({ rate, path, errors, jump, limit }) {
    const way = rate === 0 ? "The learning rate is 0: the weight stays where it is."
      : Math.abs(rate - jump) < 1e-9 ? "The learning rate is 1/h₁²: one step reaches the minimum."
      : Math.abs(rate - jump) < 0.005 ? "The learning rate is nearly 1/h₁²: one step comes close to the minimum."
      : rate < jump ? "The learning rate is below 1/h₁²: the weight comes closer from one side."
      : Math.abs(rate - limit) < 1e-9 ? "The learning rate is 2/h₁²: the weight jumps back and forth between two places."
      : rate < limit ? "The learning rate is below 2/h₁²: the weight jumps over the minimum and comes closer."
      : "The learning rate is above 2/h₁²: the weight jumps further away each time. It diverges.";
    return `${way} After ${path.length - 1} steps the error is ${inDigits(errors.at(-1))}.`;
  }

  // After a prediction the ball rolls, step by step; a change in between shows the end at once.
  judge(...verdict) {
    const before = this.known;
    super.judge(...verdict);
    if (this.known && !before) this.roll();
  }

  set(changes) {
    this.rolling = false;
    super.set(changes);
  }

  roll() {
    const result = this.compute(this.state);
    const start = performance.now();
    this.rolling = !lessMotion();
    const move = (now) => {
      if (!this.rolling || !this.known || !this.isConnected) return;
      const step = Math.max(now - start, 0) / OneWeight.stepTime;
      this.rolling = step < result.path.length - 1;
      this.draw(result, true, step);
      if (this.rolling) requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
  }

  // Draw the path up to a step; between two steps the ball is on its way along the curve.
  draw({ path, error }, known, step = Infinity) {
    const plot = this.plot || this.start();
    plot.clear();
    const curve = Array.from({ length: 121 }, (_, i) => -1.2 + (4.6 * i) / 120);
    plot.curve(curve.map((weight) => [weight, error(weight)]), "muted");
    const last = known ? Math.min(Math.floor(step), path.length - 1) : 0;
    const shown = path.slice(0, last + 1);
    plot.curve(shown.map((weight) => [weight, error(weight)]), "backward dashed");
    shown.slice(1).forEach((weight) => plot.point([weight, error(weight)], "backward", 4));
    if (last < path.length - 1 && known) {
      const part = Math.min(1, (step - last) * 1.5); // then it rests
      const weight = path[last] + part * (path[last + 1] - path[last]);
      plot.point([weight, error(weight)], "backward", 8);
    } else if (known) plot.point([path.at(-1), error(path.at(-1))], "backward", 8);
    this.again.hidden = !known;
    this.ball.setAttribute("cx", plot.toX(path[0]));
    this.ball.setAttribute("cy", plot.toY(error(path[0])));
    this.ball.setAttribute("aria-valuenow", path[0]);
  }

  start() {
    this.plot = new Plot({
      width: this.pictureWidth(),
      x: [-1.2, 3.4], y: [0, 2.2], xLabel: "weight w₅", yLabel: "error E",
      label: "The error as a parabola over the weight, with the steps of gradient descent",
    });
    this.ball = create("circle", { class: "point forward", r: 9 });
    makeDraggable(this.ball, {
      label: "weight at the start", from: -1, to: 3,
      move: (event) => this.set({ start: Number(this.plot.fromEvent(event)[0].toFixed(2)) }),
      step: (right) => this.set({ start: Number((this.state.start + 0.05 * right).toFixed(2)) }),
    });
    this.plot.svg.append(this.ball);
    this.picture.append(this.plot.svg);
    this.again = create("p", { class: "explorer-tools" });
    this.again.append(this.button("Roll again", () => this.roll()));
    this.picture.after(this.again);
    return this.plot;
  }
}

customElements.define("one-weight", OneWeight);
