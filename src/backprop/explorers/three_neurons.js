// Chapter 12: three neurons that feed each other, repeated until nothing changes; then their deltas.
class ThreeNeurons extends Explorer {
  static title = "Three neurons that feed each other: do they converge?";
  static settings = {
    pass: { label: "pass", choices: { forward: "forward: outputs", backward: "backward: deltas" }, value: "forward", asks: true },
    scale: { label: "factor on all weights", from: 0, to: 5, step: 0.1, value: 1, asks: true },
    damping: { label: "damping (share kept per step)", from: 0, to: 0.8, step: 0.1, value: 0, asks: true },
    u1: { label: "input u₁", from: -1, to: 1, step: 0.1, value: 0.5, asks: true },
    u2: { label: "input u₂", from: -1, to: 1, step: 0.1, value: -0.2, asks: true },
    u3: { label: "input u₃", from: -1, to: 1, step: 0.1, value: 0.1, asks: true },
    target: { label: "target of neuron 3", from: -1, to: 1, step: 0.1, value: 1, asks: true },
    step: { label: "step that the network shows", from: 0, to: 30, step: 1, value: 1 },
  };
  static weights = [[0, 0.4, -0.5], [0.5, 0, 0.2], [-0.3, 0.6, 0]]; // from neuron i to neuron j
  static tolerance = 1e-10;
  static limit = 1000;
  static shown = 30; // steps in the plot and in the table

  compute({ pass, scale, damping, u1, u2, u3, target, step }) {
    const W = ThreeNeurons.weights.map((row) => row.map((weight) => scale * weight));
    const u = [u1, u2, u3];
    const drive = (A) => [0, 1, 2].map((j) => A[0] * W[0][j] + A[1] * W[1][j] + A[2] * W[2][j] + u[j]);
    const forward = ThreeNeurons.repeat((A) => drive(A).map(Math.tanh), [0, 0, 0], damping);
    const Z = drive(forward.middle);
    const A = forward.converged ? Z.map(Math.tanh) : forward.middle;
    const slope = A.map((a) => 1 - a * a);
    const J = W.map((row) => row.map((weight, j) => weight * slope[j]));
    const eigenvalues = ThreeNeurons.eigenvalues(J);
    const radius = Math.max(...eigenvalues.map(([re, im]) => Math.hypot(re, im)));
    const result = { pass, scale, damping, step: Math.round(step), W, A, slope, forward, eigenvalues, radius };
    if (!forward.converged) return result;
    const start = [0, 0, (A[2] - target) * slope[2]];
    const back = (d) => [0, 1, 2].map((i) => start[i] + (d[0] * W[i][0] + d[1] * W[i][1] + d[2] * W[i][2]) * slope[i]);
    const backward = ThreeNeurons.repeat(back, start, damping);
    return { ...result, backward, deltas: back(backward.middle), error: 0.5 * (A[2] - target) ** 2 };
  }

  // Repeat an update, as FixedPointNetwork does. `middle` is the state before the last step or, if
  // nothing converges, the mean of the last ten.
  static repeat(update, start, damping) {
    const { tolerance, limit } = ThreeNeurons;
    const states = [start];
    for (let step = 1; step <= limit; step++) {
      const state = states.at(-1);
      const change = update(state).map((value, i) => (1 - damping) * (value - state[i]));
      states.push(state.map((value, i) => value + change[i]));
      if (Math.max(...change.map(Math.abs)) <= tolerance * Math.max(...states.at(-1).map(Math.abs))) {
        return { states, converged: true, middle: state };
      }
    }
    const middle = start.map((_, i) => states.slice(-10).reduce((sum, state) => sum + state[i], 0) / 10);
    return { states, converged: false, middle };
  }

  // The eigenvalues of a 3 × 3 matrix with zeros on its diagonal, as pairs of real and imaginary part:
  // the solutions of λ³ + pλ + q = 0.
  static eigenvalues([[, a, b], [c, , d], [e, f]]) {
    const p = -(a * c + b * e + d * f);
    const q = -(a * d * e + b * c * f);
    const inside = (q / 2) ** 2 + (p / 3) ** 3;
    if (inside <= 0) {
      const size = 2 * Math.sqrt(-p / 3);
      const angle = size && Math.acos(Math.max(-1, Math.min(1, (3 * q) / (p * size))));
      return [0, 1, 2].map((k) => [size * Math.cos((angle + 2 * Math.PI * k) / 3), 0]);
    }
    const u = Math.cbrt(-q / 2 - Math.sign(q || 1) * Math.sqrt(inside));
    let real = u - p / (3 * u);
    for (let i = 0; i < 2; i++) real -= (real ** 3 + p * real + q) / (3 * real ** 2 + p || 1);
    const imaginary = Math.sqrt(Math.max(0, p + 0.75 * real ** 2));
    return [[real, 0], [-real / 2, imaginary], [-real / 2, -imaginary]];
  }

  rows({ A, forward, backward, deltas, error, radius }) {
    const steps = (states, name) => states.slice(1, ThreeNeurons.shown + 1).flatMap((state, step) =>
      state.map((value, i) => [`${name} ${i + 1} after step ${step + 1}`, value]));
    const rows = [
      ["forward pass", forward.converged ? `converges in ${forward.states.length - 1} steps` : "does not converge"],
      ["spectral radius", radius],
      ...A.map((value, i) => [forward.converged ? `output ${i + 1}` : `mean of the last outputs ${i + 1}`, value]),
    ];
    if (backward) {
      rows.push(
        ["error", error],
        ["backward pass", backward.converged ? `converges in ${backward.states.length - 1} steps` : "does not converge"],
      );
    }
    if (backward?.converged) {
      rows.push(...deltas.map((value, i) => [`delta ${i + 1}`, value]));
      rows.push(...A.flatMap((a, i) => deltas.map((delta, j) => [`∂E/∂W${i + 1}${j + 1}`, a * delta])));
    }
    rows.push(...steps(forward.states, "output"));
    if (backward?.converged) rows.push(...steps([[], ...backward.states], "delta"));
    return rows;
  }

  question(result) {
    const { pass, backward, W, slope, scale } = result;
    if (pass === "backward" && backward?.converged && scale) {
      const [delta, numbers] = [backward.states[0][2], [W[0][2], W[2][0], slope[0], slope[2]]];
      const given = [delta, ...numbers];
      return {
        text: `The outputs have converged. After step 1 only neuron 3 has a delta, ${inDigits(delta)}. ` +
          `W₁₃ = ${inDigits(W[0][2])}, W₃₁ = ${inDigits(W[2][0])}, f′(z₁) = ${inDigits(slope[0])} and ` +
          `f′(z₃) = ${inDigits(slope[2])}. What is δ₁ after step 2, without damping?`,
        right: Formulas.DELTA_OF_FEEDER.compute(...given), digits: 3,
        wrong: Formulas.DELTA_OF_FEEDER.mistakes.map((one) => ({ ...one, value: one.compute(...given) })),
      };
    }
    const kinds = {
      side: "they converge from one side", sign: "they converge, and overshoot at each step",
      turns: "they converge, and circle around their end", never: "they do not converge",
    };
    const kind = ThreeNeurons.kindOf(result);
    const options = Object.entries(kinds).map(([name, label]) => ({
      label, right: name === kind, explanation: ThreeNeurons.because(result),
    }));
    return { text: "The first three steps are shown. What do the outputs do in the long run?", options };
  }

  // The eigenvalue with the largest size, of a step with its damping.
  static leading({ eigenvalues, damping }) {
    const damped = eigenvalues.map(([re, im]) => [damping + (1 - damping) * re, (1 - damping) * im]);
    return damped.reduce((best, one) => (Math.hypot(...one) > Math.hypot(...best) + 1e-12 ? one : best));
  }

  static kindOf(result) {
    const [re, im] = ThreeNeurons.leading(result);
    return !result.forward.converged ? "never" : im ? "turns" : re < 0 ? "sign" : "side";
  }

  static because(result) {
    const [re, im] = ThreeNeurons.leading(result);
    const size = inDigits(Math.hypot(re, im));
    const name = im ? `${inDigits(re)} ± ${inDigits(Math.abs(im))}i, of the size ${size}` : inDigits(re);
    const why = {
      side: "A disturbance becomes smaller by this factor at each step, and keeps its sign.",
      sign: "A disturbance becomes smaller, and changes its sign at each step.",
      turns: "A disturbance turns as it becomes smaller.",
      never: "It is not below 1 in size, so disturbances do not die out.",
    };
    const kind = ThreeNeurons.kindOf(result);
    if (kind === "never" && Math.hypot(re, im) < 1) return `After ${ThreeNeurons.limit} steps the outputs still change.`;
    const where = kind === "never" ? " at the mean of the last outputs" : "";
    return `The eigenvalue with the largest absolute value${where} is ${name}${result.damping ? ", with damping" : ""}. ${why[kind]}`;
  }

  say(result) {
    const { pass, A, forward, backward, deltas, radius } = result;
    const list = (values) => values.map((value) => inDigits(value)).join(", ");
    if (!forward.converged) return `After ${ThreeNeurons.limit} steps the outputs still change: no fixed point is reached, so there is no backward pass. At the mean of the last outputs the spectral radius is ${inDigits(radius)}.`;
    const about = `The spectral radius is ${inDigits(radius)}. `;
    if (pass === "forward") return `${about}The outputs converge in ${forward.states.length - 1} steps to ${list(A)}.`;
    if (!backward.converged) return `${about}The deltas do not converge in ${ThreeNeurons.limit} steps.`;
    return `${about}The deltas converge in ${backward.states.length - 1} steps to ${list(deltas)}, with the same radius as the outputs.`;
  }

  draw(result, known) {
    const { pass, forward, backward } = result;
    const back = pass === "backward" && backward;
    const all = back ? [[0, 0, 0], ...backward.states] : forward.states;
    const states = all.slice(0, known ? ThreeNeurons.shown + 1 : back ? 2 : 4);
    const most = Math.max(1, ...states.flat().map(Math.abs));
    this.columns ||= this.start();
    this.columns.replaceChildren(this.drawPlot(states, back, Math.ceil(most * 2) / 2), this.drawNetwork(result, all, back, known));
  }

  drawPlot(states, back, most) {
    const plot = new Plot({
      width: Math.min(340, this.pictureWidth()), height: 260, x: [0, ThreeNeurons.shown], y: [-most, most],
      xLabel: "step", yLabel: back ? "deltas" : "outputs",
      label: `The ${back ? "deltas" : "outputs"} of the three neurons after each step`,
    });
    const role = back ? "backward" : "forward";
    ["", " dashed", " dotted"].forEach((line, i) => {
      plot.curve(states.map((state, step) => [step, state[i]]), `${role}${line}`);
      const end = states.length - 1;
      plot.text([end, states[end][i]], String(i + 1), { dx: -10, dy: -5, class: "mark" });
    });
    return plot.svg;
  }

  drawNetwork({ W, step }, all, back, known) {
    const shown = known ? Math.min(step, all.length - 1) : Math.min(step, back ? 1 : 3);
    const svg = create("svg", { viewBox: "0 0 300 260", role: "img", "aria-label": `The network after step ${shown}` });
    const places = [[150, 48], [252, 206], [48, 206]];
    const role = back ? "backward" : "forward";
    places.forEach(([x, y], i) => places.forEach(([toX, toY], j) => {
      if (i === j) return;
      const length = Math.hypot(toX - x, toY - y);
      const [right, down] = [(toX - x) / length, (toY - y) / length];
      const at = (along, aside) => [x + along * right - aside * down, y + along * down + aside * right];
      const [from, to, text] = [at(31, -7), at(length - 31, -7), at(length * 0.42, -19)];
      const tip = at(length - 40, -12).concat(at(length - 40, -2));
      const weight = back ? W[j][i] : W[i][j];
      svg.append(
        create("line", { class: `curve ${role}${back ? " dashed" : ""}`, x1: from[0], y1: from[1], x2: to[0], y2: to[1] }),
        create("polygon", { class: `tip ${role}`, points: `${to} ${tip[0]},${tip[1]} ${tip[2]},${tip[3]}` }),
        create("text", { x: text[0], y: text[1] + 4, "text-anchor": "middle", class: "tick" }, inDigits(weight, 3)),
      );
    }));
    places.forEach(([x, y], i) => svg.append(
      create("circle", { class: "neuron", cx: x, cy: y, r: 29 }),
      create("text", { x, y: y - 6, "text-anchor": "middle", class: "mark" }, String(i + 1)),
      create("text", { x, y: y + 12, "text-anchor": "middle" }, inDigits(all[shown][i], 3)),
    ));
    svg.append(create("text", { x: 8, y: 16, class: "axis" }, `after step ${shown}`));
    return svg;
  }

  start() {
    const columns = create("div", { class: "explorer-columns" });
    this.picture.append(columns);
    return columns;
  }
}

customElements.define("three-neurons", ThreeNeurons);
