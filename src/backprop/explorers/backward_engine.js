// Chapter 14: the reader chooses which node of r = s · b, s = b + a, b = a · a passes its gradient on next.
class BackwardEngine extends Explorer {
  static title = "Be the engine: which node comes next?";
  static settings = {
    a: { label: "number a", from: -3, to: 3, step: 0.1, value: 2 },
    order: { value: "r" }, // the nodes that have been processed
  };
  static texts = { r: "r = s · b", s: "s = b + a", b: "b = a · a", a: "a" };
  static most = 8; // steps

  // The right order and the known wrong ones, each as its nodes in a row.
  static right = Formulas.BACKWARD_ORDER.compute("a", "b", "s", "r").replaceAll(", ", "");
  static mistakes = Formulas.BACKWARD_ORDER.mistakes.map((one) => ({
    ...one, order: one.compute("a", "b", "s", "r").replaceAll(", ", ""),
  }));

  compute({ a, order }) {
    const b = a * a;
    const values = { r: (b + a) * b, s: b + a, b, a };
    const known = /^[rsba]*$/.test(order) ? order.slice(0, BackwardEngine.most) : "r";
    const { read } = BackwardEngine.follow(values, BackwardEngine.right);
    return { values, order: known, derivative: read, ...BackwardEngine.follow(values, known) };
  }

  // Process the nodes in an order: each adds its shares to the gradients of its parents.
  static follow({ s, b, a }, order) {
    const shares = {
      r: (gradient) => [["s", gradient * b], ["b", gradient * s]],
      s: (gradient) => [["b", gradient], ["a", gradient]],
      b: (gradient) => [["a", gradient * a], ["a", gradient * a]],
      a: () => [],
    };
    const gradients = { r: 1, s: 0, b: 0, a: 0 };
    const steps = [];
    let read = null; // the gradient of a when it was last processed
    for (const node of order) {
      const passed = shares[node](gradients[node]);
      if (node === "a") read = gradients.a;
      steps.push({ node, gradient: gradients[node], passed });
      for (const [parent, share] of passed) gradients[parent] += share;
    }
    return { gradients, steps, read };
  }

  rows({ order, values, gradients, steps, read, derivative }) {
    return [
      ["order", [...order].join(", ")],
      ...Object.entries(values).map(([node, value]) => [`value of ${node}`, value]),
      ...steps.map(({ node, gradient }, i) => [`step ${i + 1}: ${node} is processed with`, gradient]),
      ...Object.entries(gradients).map(([node, gradient]) => [`gradient of ${node} so far`, gradient]),
      ["gradient read at a", read ?? "not read yet"],
      ["derivative of r with respect to a", derivative],
    ];
  }

  question({ values }) {
    const { right, mistakes, texts } = BackwardEngine;
    const options = ["s", "b", "a"].map((node) => {
      const mistake = mistakes.find(({ order }) =>
        order.startsWith("r") && [...order].find((one, i) => one !== right[i]) === node);
      if (node !== right[1]) return { label: texts[node], explanation: `${mistake.form}: ${mistake.explanation}` };
      return { label: texts[node], right: true, explanation: "All that s can receive comes from r. Go on in the picture: choose node after node." };
    });
    return {
      text: `The result r was processed first: it passed ${inDigits(values.b)} on to s and ` +
        `${inDigits(values.s)} to b. Which node comes next?`,
      options,
    };
  }

  say({ order, steps, read, derivative }) {
    const outcome = `a gets ${inDigits(read)}; the derivative is ${inDigits(derivative)}.`;
    if (order === BackwardEngine.right) return `Right: each node passed on the sum of all its shares, once. ${outcome}`;
    const mistake = BackwardEngine.mistakes.find((one) => one.order === order);
    if (mistake) return `${mistake.form.replace(/^./, (letter) => letter.toUpperCase())}: ${mistake.explanation} ${outcome}`;
    const rest = [..."rsba"].filter((node) => !order.includes(node));
    if (!rest.length) {
      return `${outcome} ${read === derivative ? "Here the order did no harm."
        : "A node passed its gradient on before all shares had arrived, or more than once."}`;
    }
    if (!steps.length) return "Only r has a gradient yet, and it is 1. Choose the node that passes its gradient on first.";
    const { node, gradient, passed } = steps.at(-1);
    const did = node === "a" ? `The gradient of a was read: ${inDigits(gradient)}.`
      : `${node} passed on ${passed.map(([parent, share]) => `${inDigits(share)} to ${parent}`).join(" and ")}.`;
    return `${did} Still to be processed: ${rest.join(", ")}.`;
  }

  // Choosing a node answers the question first, and then processes the node.
  choose(node) {
    const { order } = this.compute(this.state);
    if (this.known) {
      if (order.length < BackwardEngine.most) this.set({ order: order + node });
      return;
    }
    const label = BackwardEngine.texts[node];
    [...this.asking.querySelectorAll(".choices button")].find((one) => one.textContent === label)?.click();
  }

  draw({ values, order, gradients, steps }, known) {
    if (!this.boxes) this.start();
    const result = known ? { gradients, steps } : BackwardEngine.follow(values, "r");
    this.tools.hidden = !known;
    for (const [node, { group, lines }] of Object.entries(this.boxes)) {
      const passed = result.steps.filter((step) => step.node === node).map((step) => inDigits(step.gradient));
      const did = node === "a" ? "read with" : "passed on";
      const texts = [
        BackwardEngine.texts[node], `value ${inDigits(values[node])}`,
        `gradient ${inDigits(result.gradients[node])}`, passed.length ? `${did} ${passed.join(", ")}` : "not processed",
      ];
      texts.forEach((text, i) => { lines[i].textContent = text; });
      group.classList.toggle("done", passed.length > 0);
      group.setAttribute("aria-label", `Process ${texts.join(", ")}`);
    }
    this.drawEdges(result.steps);
  }

  // An arrow for each use of a node; where a share came back, it is dashed, and points back.
  drawEdges(steps) {
    const came = Object.fromEntries(Object.keys(this.places).map((name) => [name, []]));
    for (const { node, passed } of steps) {
      passed.forEach(([parent, share], i) => {
        came[node === "b" && i === 1 ? "ba2" : node + parent].push(inDigits(share));
      });
    }
    this.edges.replaceChildren();
    for (const [name, [low, high, side]] of Object.entries(this.places)) {
      const [role, from, to] = came[name].length ? ["backward", high, low] : ["muted", low, high];
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      const [right, down] = to.map((value, i) => (value - from[i]) / length);
      const at = (back, aside) => `${to[0] - back * right - aside * down},${to[1] - back * down + aside * right}`;
      const [x, y] = at(length / 2, side * (role === "backward" ? -1 : 1)).split(",");
      const anchor = Math.abs(right) > 0.99 ? "middle" : Number(x) < (from[0] + to[0]) / 2 ? "end" : "start";
      const [endX, endY] = at(9, 0).split(",");
      this.edges.append(
        create("line", { class: `curve ${role}${role === "backward" ? " dashed" : ""}`, x1: from[0], y1: from[1], x2: endX, y2: endY }),
        create("polygon", { class: `tip ${role}`, points: `${at(0, 0)} ${at(11, 5)} ${at(11, -5)}` }),
        create("text", { class: "share", x, y: Number(y) + 4, "text-anchor": anchor }, came[name].join(" + ")),
      );
    }
  }

  start() {
    const width = this.pictureWidth(460);
    const [across, high, gap] = [112, 68, 60];
    const [middle, side] = [width / 2, across / 2 + 2];
    const rows = [0, 1, 2].map((row) => 36 + row * (high + gap));
    const centres = { r: [middle, rows[0]], s: [side, rows[1]], b: [width - side, rows[1]], a: [middle, rows[2]] };
    const svg = create("svg", {
      viewBox: `0 0 ${width} ${centres.a[1] + 40}`, style: "max-width: 30rem", role: "group",
      "aria-label": "The graph of r = (b + a) · b with b = a · a",
    });
    this.edges = create("g");
    svg.append(this.edges);
    this.boxes = {};
    for (const [node, [x, y]] of Object.entries(centres)) {
      const group = create("g", { class: "choosable", role: "button", tabindex: "0" });
      const corner = { x: x - across / 2, y: y - high / 2, width: across, height: high, rx: 6 };
      const lines = [0, 1, 2, 3].map((i) => create("text", { x, y: y - 19 + 15 * i, "text-anchor": "middle" }));
      lines[0].setAttribute("class", "name");
      group.append(create("rect", corner), ...lines);
      group.addEventListener("click", () => this.choose(node));
      group.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        this.choose(node);
      });
      svg.append(group);
      this.boxes[node] = { group, lines };
    }
    this.places = BackwardEngine.arrows(centres, across / 2, high / 2);
    this.tools = create("p", { class: "explorer-tools" });
    this.tools.append(
      this.button("Undo", () => this.set({ order: this.compute(this.state).order.slice(0, -1) })),
      this.button("Start with nothing processed", () => this.set({ order: "" })),
    );
    this.picture.append(svg, this.tools);
  }

  // The lower and the upper end of each arrow, and on which side and how far away its label stands.
  static arrows({ r, s, b, a }, x, y) {
    return {
      rs: [[s[0] + 20, s[1] - y], [r[0] - 30, r[1] + y], -12],
      rb: [[b[0] - 20, b[1] - y], [r[0] + 30, r[1] + y], 12],
      sb: [[b[0] - x, b[1]], [s[0] + x, s[1]], 12],
      sa: [[a[0] - 34, a[1] - y], [s[0] + 20, s[1] + y], -12],
      ba: [[a[0] + 10, a[1] - y], [b[0] - 32, b[1] + y], -12],
      ba2: [[a[0] + 40, a[1] - y], [b[0] - 2, b[1] + y], 12],
    };
  }
}

customElements.define("backward-engine", BackwardEngine);
