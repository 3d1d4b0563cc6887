// Chapter 10: an update rule walks down a valley that is steeper along one weight than along the other.
class Valley extends Explorer {
  static title = "The valley";
  static settings = {
    rule: {
      label: "Update rule", value: "momentum",
      choices: {
        plain: "gradient descent", momentum: "momentum", nesterov: "Nesterov momentum",
        rmsprop: "RMSProp", adam: "Adam",
      },
    },
    rate: { label: "Learning rate η", from: 0.01, to: 0.5, step: 0.005, value: 0.12 },
    mu: { label: "Momentum μ (β in RMSProp, β₁ in Adam)", from: 0, to: 0.98, step: 0.01, value: 0.5 },
    curvature: { label: "Curvature q₂ along w₂ (q₁ is 1)", from: 1, to: 60, step: 1, value: 20 },
    steps: { label: "Steps", from: 1, to: 80, step: 1, value: 30 },
    w1: { from: -4.5, to: 4.5, value: -4 }, // the start is moved in the picture
    w2: { from: -2, to: 2, value: 1.5 },
  };

  static behaviours = {
    direct: "It comes to the minimum without crossing either axis",
    swings: "It crosses an axis, and still comes to the minimum",
    endless: "It keeps moving and never settles",
    diverges: "It moves further and further away",
  };

  // Each rule turns a derivative into what is subtracted from the weight; t counts the steps from 1. The
  // order of the operations is that of the package.
  static rules = {
    plain: (g, memory, { rate }) => g * rate,
    momentum: (g, memory, { rate, mu }) => {
      const velocity = g + (memory.faded || 0);
      memory.faded = velocity * mu;
      return velocity * rate;
    },
    nesterov: (g, memory, { rate, mu }) => {
      memory.faded = ((memory.faded || 0) + g) * mu;
      return (g + memory.faded) * rate;
    },
    rmsprop: (g, memory, { rate, mu }) => {
      memory.square = (memory.square || 0) * mu + g * g * (1 - mu);
      return (g / (Math.sqrt(memory.square) + 1e-8)) * rate;
    },
    adam: (g, memory, { rate, mu }, t) => {
      memory.square = (memory.square || 0) * 0.999 + g * g * (1 - 0.999);
      memory.mean = (memory.mean || 0) * mu + g * (1 - mu);
      const root = Math.sqrt(memory.square) / (1 - 0.999 ** t) ** 0.5 + 1e-8;
      return (memory.mean / root) * (rate / (1 - mu ** t));
    },
  };

  static loss = ([w1, w2], curvature) => (w1 * w1 + curvature * (w2 * w2)) / 2;

  static walk(settings, steps) {
    const { rule, w1, w2, curvature } = settings;
    const memories = [{}, {}];
    const path = [[w1, w2]];
    for (let t = 1; t <= steps; t++) {
      path.push(path.at(-1).map((weight, i) => {
        const derivative = [1, curvature][i] * weight;
        return weight - Valley.rules[rule](derivative, memories[i], settings, t);
      }));
    }
    return path;
  }

  // The factor per step, in the long run, along a weight with this curvature: the larger solution of
  // λ² − (1 + μ − ηq) λ + μ = 0, or of λ² − (1 + μ)(1 − ηq) λ + μ(1 − ηq) = 0 with Nesterov's gradient.
  static factor({ rule, rate, mu }, curvature) {
    const shrink = 1 - rate * curvature;
    const [sum, product] = {
      plain: [shrink, 0], momentum: [shrink + mu, mu], nesterov: [(1 + mu) * shrink, mu * shrink],
    }[rule];
    const square = sum * sum - 4 * product;
    return square < 0 ? Math.sqrt(product) : (Math.abs(sum) + Math.sqrt(square)) / 2;
  }

  // The largest learning rate with which a rule converges; RMSProp and Adam have none of this kind.
  static limit({ rule, mu, curvature }) {
    if (rule === "nesterov") return Formulas.NESTEROV_LIMIT.compute(mu, curvature);
    return Formulas.MOMENTUM_LIMIT.compute(rule === "plain" ? 0 : mu, curvature);
  }

  set(changes) {
    super.set(changes);
    if (!this.known) this.ask(); // the start has no control, and the answer depends on it
  }

  compute(given) {
    const settings = { ...given, steps: Math.round(given.steps) };
    const { rule, curvature, steps } = settings;
    const path = Valley.walk(settings, steps);
    const adaptive = rule === "rmsprop" || rule === "adam";
    const theory = adaptive ? null : {
      along: Valley.factor(settings, 1), across: Valley.factor(settings, curvature), limit: Valley.limit(settings),
    };
    const losses = path.map((weights) => Valley.loss(weights, curvature));
    return { settings, path, losses, theory, behaviour: Valley.behaviour(settings, theory) };
  }

  // What happens in the long run: by the theory where there is one, otherwise by a long walk.
  static behaviour(settings, theory) {
    const long = Valley.walk(settings, 2000);
    const size = ([w1, w2]) => Math.max(Math.abs(w1), Math.abs(w2));
    if (theory && settings.w2 !== 0) {
      const ratio = settings.rate / theory.limit;
      if (Math.abs(ratio - 1) < 1e-9) return "endless";
      if (ratio > 1) return "diverges";
    } else if (!theory && Math.max(...long.slice(-100).map(size)) > 0.1 * settings.rate) return "endless";
    const crosses = [0, 1].some((i) => long.some((weights) => weights[i] * long[0][i] < -1e-9));
    return crosses ? "swings" : "direct";
  }

  rows({ path, losses, theory }) {
    return [
      ...(theory ? [
        ["largest learning rate that converges", theory.limit],
        ["factor per step along w₁", theory.along], ["factor per step along w₂", theory.across],
      ] : []),
      ...path.flatMap(([w1, w2], t) => [
        [`w₁ after ${t} steps`, w1], [`w₂ after ${t} steps`, w2], [`loss after ${t} steps`, losses[t]],
      ]),
    ];
  }

  question({ settings, theory, behaviour }) {
    const options = Object.entries(Valley.behaviours).map(([name, label]) => ({
      label, right: name === behaviour,
      explanation: name === behaviour ? Valley.reason(settings, theory, behaviour)
        : Valley.mistake(settings, theory, name, behaviour),
    }));
    const { choices } = Valley.settings.rule;
    const { rule, rate, mu, curvature } = settings;
    const memory = { plain: "", rmsprop: `, β = ${inDigits(mu)}`, adam: `, β₁ = ${inDigits(mu)}` };
    return {
      text: `The rule is ${choices[rule]} with η = ${inDigits(rate)}${memory[rule] ?? `, μ = ${inDigits(mu)}`}, and ` +
        `q₂ is ${inDigits(curvature)}. What does the point do in 2,000 steps?`,
      options,
    };
  }

  static reason({ rate, curvature, w2 }, theory, behaviour) {
    if (!theory) {
      return behaviour === "endless"
        ? "Close to the minimum the derivatives shrink, but so does the root that divides them: a step becomes " +
          "about as long as the learning rate again."
        : "Both running means fade, and the mean of the derivatives fades first, so the steps become short.";
    }
    const product = `The product ηq₂ is ${inDigits(rate * curvature)}`;
    const ratio = rate / theory.limit;
    const side = Math.abs(ratio - 1) < 1e-9 ? "equal to" : ratio > 1 ? "larger than" : "smaller than";
    const still = w2 === 0 && side !== "smaller than" ? " But w₂ starts at 0, where its derivative is 0, and stays there." : "";
    const crossing = { direct: " No weight changes its sign.", swings: " A weight changes its sign on the way." };
    return `${product}, and the learning rate is ${side} the limit, ${inDigits(theory.limit)}.${still}` +
      (crossing[behaviour] || "");
  }

  // A wrong prediction that a known mistake in the limit makes, has the name of that mistake.
  static mistake(settings, theory, chosen, behaviour) {
    const truth = Valley.reason(settings, theory, behaviour);
    if (!theory) return `${chosen === "diverges" ? "the steps do not grow with the derivative. " : ""}${truth}`;
    const { rule, rate, mu, curvature } = settings;
    const formula = rule === "nesterov" ? Formulas.NESTEROV_LIMIT : Formulas.MOMENTUM_LIMIT;
    const goesAway = chosen === "diverges";
    const mixedUp = goesAway !== (behaviour === "diverges") && chosen !== "endless" && behaviour !== "endless";
    const found = mixedUp && formula.mistakes.find((one) =>
      rate > one.compute(rule === "plain" ? 0 : mu, curvature) === goesAway);
    return found ? `${found.form}: ${found.explanation} ${truth}` : truth;
  }

  say({ settings, losses, theory, behaviour }) {
    const limit = theory ? `The limit is ${inDigits(theory.limit)}; the factors per step are ` +
      `${inDigits(theory.along, 3)} along w₁ and ${inDigits(theory.across, 3)} along w₂.`
      : `This rule has no such limit, since its steps do not grow with the derivatives.${
        behaviour === "endless" ? " It may come close, but later it jumps away again." : ""}`;
    return `${Valley.behaviours[behaviour]}. ${limit} The loss after ${settings.steps} steps is ` +
      `${inDigits(losses.at(-1), 3)}.`;
  }

  draw({ settings, path, losses }, known) {
    const { curvature } = settings;
    const map = this.map || this.start();
    map.clear();
    const highest = Math.max(Valley.loss([4.5, 2], curvature), 1);
    for (let level = highest; level > highest / 1000; level /= 2.5) map.curve(Valley.contour(level, curvature), "thin");
    map.text([0, 0], "+", { "text-anchor": "middle", dy: 4 });
    if (known) {
      map.curve(path, "backward");
      path.slice(1).forEach((weights) => {
        if (Valley.isNear(weights)) map.point(weights, "backward", 3.5);
      });
    }
    this.ball.setAttribute("cx", map.toX(path[0][0]));
    this.ball.setAttribute("cy", map.toY(path[0][1]));
    this.ball.setAttribute("aria-valuenow", path[0][0]);
    this.ball.setAttribute("aria-valuetext", `w₁ ${inDigits(path[0][0])}, w₂ ${inDigits(path[0][1])}`);
    this.chart?.remove();
    if (known) this.drawLosses(losses);
  }

  static isNear = ([w1, w2]) => Math.abs(w1) <= 5 && Math.abs(w2) <= 2.6;

  static contour(level, curvature) {
    return Array.from({ length: 121 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 120;
      const across = Math.sqrt((2 * level) / curvature) * Math.sin(angle);
      return [Math.sqrt(2 * level) * Math.cos(angle), across];
    });
  }

  // The loss of each step, in powers of ten.
  drawLosses(losses) {
    const powers = losses.map((loss) => Math.log10(Math.max(loss, 1e-16)));
    const plot = new Plot({
      width: this.pictureWidth(), height: 170, xLabel: "step", yLabel: "loss",
      x: [0, losses.length - 1], y: [Math.floor(Math.min(...powers)), Math.ceil(Math.max(...powers, -15))],
      yTick: Plot.powerOfTen,
      label: "The loss after each step, in powers of ten",
    });
    plot.curve(powers.map((power, step) => [step, power]), "backward");
    this.chart = plot.svg;
    this.picture.append(plot.svg);
  }

  start() {
    const width = this.pictureWidth();
    this.map = new Plot({
      width, height: Math.round((width - 58) * (4.8 / 9.8)) + 50,
      x: [-4.9, 4.9], y: [-2.4, 2.4], xLabel: "w₁", yLabel: "w₂",
      label: "The valley from above, with lines of equal loss and the path of the point",
    });
    this.ball = create("circle", { class: "point forward", r: 9 });
    const into = (value, limit) => Math.min(limit, Math.max(-limit, Number(value.toFixed(1))));
    const moveTo = (w1, w2) => this.set({ w1: into(w1, 4.5), w2: into(w2, 2) });
    makeDraggable(this.ball, {
      label: "start of the path", from: -4.5, to: 4.5,
      move: (event) => moveTo(...this.map.fromEvent(event)),
      step: (right, up) => moveTo(this.state.w1 + 0.1 * right, this.state.w2 + 0.1 * up),
    });
    this.map.svg.append(this.ball);
    this.picture.append(this.map.svg);
    return this.map;
  }
}

customElements.define("optimizer-valley", Valley);
