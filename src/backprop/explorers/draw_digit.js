// Chapter 11: draw a digit, see how it is prepared, and what the network of the chapter reads in it.
// What is drawn is kept as strokes, so that an address restores it, and as ink on a grid, so that it
// does not depend on the browser.
class DrawDigit extends Explorer {
  static title = "Draw a digit, and the network of this chapter reads it";
  static grid = 64; // places for the pen in each direction: a letter of the alphabet for each
  static alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  static side = 112; // pixels of ink, four for each of the small picture
  static field = 28;
  static longest = 3000; // letters of a drawing
  static settings = {
    input: {
      label: "what the network reads", value: "prepared", asks: true,
      choices: {
        prepared: "prepared like MNIST", resized: "only resized", step: "prepared, then a step",
      },
    },
    pen: { label: "width of the pen in pixels", from: 4, to: 16, step: 0.5, value: 6, asks: true },
    size: { label: "size ε of the step", from: 0, to: 0.25, step: 0.01, value: 0.1, asks: true },
    drawing: { value: "UOqOoVfibz" }, // the seven of the chapter
  };

  compute({ input, pen, size, drawing }) {
    const { side, field } = DrawDigit;
    const ink = DrawDigit.inkOf(DrawDigit.strokesOf(drawing), pen);
    const box = DrawDigit.boxOf(ink);
    if (!box) return { input, size, drawing, ink };
    const pixel = Math.max(box.right - box.left, box.bottom - box.top) / 20;
    const width = field * pixel;
    const middle = [(box.left + box.right - width) / 2, (box.top + box.bottom - width) / 2];
    const mass = DrawDigit.massOf(ink);
    const edge = DrawDigit.edgeOf(mass, box, pixel);
    const pictures = {
      resized: DrawDigit.blocks(ink),
      scaled: DrawDigit.resample(ink, middle, width),
      prepared: DrawDigit.resample(ink, edge, width),
    };
    const network = this.network ||= ReaderWeights.layers.map(Explorer.layer);
    const first = DrawDigit.read(network, pictures.prepared);
    const target = first.answer;
    const uphill = DrawDigit.slopes(network, first, target);
    pictures.step = pictures.prepared.map((x, i) => Math.min(1, Math.max(0, x + size * Math.sign(uphill[i]))));
    const reading = DrawDigit.read(network, pictures[input]);
    return {
      input, size, drawing, ink, box, pixel, mass, edge, pictures, target, first, reading,
      slopes: DrawDigit.slopes(network, reading, target), error: -Math.log(reading.outputs[target]),
    };
  }

  // The strokes of a drawing: for each the places of the pen, [x, y] in pixels of ink.
  static strokesOf(drawing) {
    const { alphabet, side, grid, longest } = DrawDigit;
    const place = (letter) => ((alphabet.indexOf(letter) + 0.5) * side) / grid;
    return drawing.slice(0, longest).split(".").map((stroke) => {
      const pairs = stroke.match(/[A-Za-z0-9_-]{2}/g) || [];
      return pairs.map(([x, y]) => [place(x), place(y)]);
    });
  }

  // How much ink there is at each pixel, from 0 to 1 in 256 steps, so that sums of it are exact.
  static inkOf(strokes, pen) {
    const { side } = DrawDigit;
    const ink = new Float64Array(side * side);
    const reach = pen / 2 + 0.5;
    for (const places of strokes) {
      for (let i = 0; i < places.length; i++) {
        const [[ax, ay], [bx, by]] = [places[Math.max(0, i - 1)], places[i]];
        const [dx, dy] = [bx - ax, by - ay];
        const far = dx * dx + dy * dy;
        const from = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - reach));
        const to = (a, b) => Math.min(side, Math.ceil(Math.max(a, b) + reach));
        const [top, bottom, left, right] = [from(ay, by), to(ay, by), from(ax, bx), to(ax, bx)];
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
            const part = far ? Math.min(1, Math.max(0, (px * dx + py * dy) / far)) : 0;
            const amount = Math.round(256 * (reach - Math.hypot(px - part * dx, py - part * dy))) / 256;
            ink[y * side + x] = Math.max(ink[y * side + x], Math.min(1, amount));
          }
        }
      }
    }
    return ink;
  }

  // The smallest box around the pixels that are more than half full; nothing without any.
  static boxOf(ink) {
    const { side } = DrawDigit;
    const full = [...ink.keys()].filter((i) => ink[i] > 0.5);
    if (!full.length) return null;
    const [xs, ys] = [full.map((i) => i % side), full.map((i) => Math.floor(i / side))];
    return {
      left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs) + 1, bottom: Math.max(...ys) + 1,
    };
  }

  // The centre of mass of the ink, counted in pixels from 0.
  static massOf(ink) {
    const { side } = DrawDigit;
    let [total, across, down] = [0, 0, 0];
    ink.forEach((amount, i) => {
      total += amount;
      across += amount * (i % side);
      down += amount * Math.floor(i / side);
    });
    return [across / total, down / total];
  }

  // The left and the upper edge of the field, so that the centre of mass is in its middle, unless a
  // part of the digit would lie outside.
  static edgeOf([x, y], { left, top, right, bottom }, pixel) {
    const width = DrawDigit.field * pixel;
    const clip = (value, low, high) => Math.min(high, Math.max(low, value));
    return [
      clip(x + 0.5 - 14.5 * pixel, right - width, left), clip(y + 0.5 - 14.5 * pixel, bottom - width, top),
    ];
  }

  // The mean of each block of 4 × 4 pixels.
  static blocks(ink) {
    const { side, field } = DrawDigit;
    const each = side / field;
    return Array.from({ length: field * field }, (_, i) => {
      let total = 0;
      for (let k = 0; k < each * each; k++) {
        total += ink[(Math.floor(i / field) * each + Math.floor(k / each)) * side + (i % field) * each + (k % each)];
      }
      return total / each ** 2;
    });
  }

  // The part of the ink from the edge on, resized to 28 × 28, between 0 and 1. Pillow does it first
  // across and then down, and keeps places and results in 32 bits; so does this.
  static resample(ink, [left, top], width) {
    const { side, field } = DrawDigit;
    const pad = Math.ceil(width);
    const across = DrawDigit.shares(left + pad, left + pad + width, pad);
    const down = DrawDigit.shares(top + pad, top + pad + width, pad);
    const mix = (shares, at) => Math.fround(shares.reduce((sum, [place, share]) => sum + at(place) * share, 0));
    const rows = Array.from({ length: side }, (_, y) => across.map((shares) => mix(shares, (x) => ink[y * side + x])));
    const picture = down.flatMap((shares) => Array.from({ length: field }, (_, x) => mix(shares, (y) => rows[y][x])));
    const most = Math.max(...picture);
    return picture.map((value) => value / most);
  }

  // For each of 28 pixels the pixels of ink that it covers, each with its share; `pad` are outside.
  static shares(from, to, pad) {
    const { side, field } = DrawDigit;
    const start = Math.fround(from);
    const scale = Math.fround(Math.fround(to) - start) / field;
    const size = Math.max(scale, 1);
    return Array.from({ length: field }, (_, i) => {
      const centre = start + (i + 0.5) * scale;
      const [first, last] = [centre - size / 2, centre + size / 2].map((end) => Math.trunc(end + 0.5));
      const covered = [];
      for (let place = Math.max(0, first); place < last; place++) {
        const off = (place - centre + 0.5) / size;
        if (off > -0.5 && off <= 0.5) covered.push(place - pad);
      }
      return covered.filter((place) => place >= 0 && place < side).map((place) => [place, 1 / covered.length]);
    });
  }

  // The forward pass: ReLU, then softmax.
  static read(network, X) {
    const sums = ({ W, b, inputs, outputs }, A) => {
      const Z = new Float64Array(outputs);
      for (let i = 0; i < inputs; i++) {
        if (A[i]) for (let j = 0; j < outputs; j++) Z[j] += A[i] * W[i * outputs + j];
      }
      return [...Z].map((z, j) => z + b[j]);
    };
    const hidden = sums(network[0], X).map((z) => Math.max(0, z));
    const Z = sums(network[1], hidden);
    const powers = Z.map((z) => Math.exp(z - Math.max(...Z)));
    const total = powers.reduce((sum, power) => sum + power);
    const outputs = powers.map((power) => power / total);
    return { hidden, outputs, answer: outputs.indexOf(Math.max(...outputs)) };
  }

  // BP1 and BP2 down to the pixels: the derivative of the error with respect to each.
  static slopes(network, { hidden, outputs }, target) {
    const back = ({ W, inputs, outputs: count }, delta) => Array.from({ length: inputs }, (_, i) =>
      delta.reduce((sum, one, j) => sum + one * W[i * count + j], 0));
    const last = outputs.map((p, digit) => p - (digit === target ? 1 : 0));
    return back(network[0], back(network[1], last).map((slope, j) => (hidden[j] > 0 ? slope : 0)));
  }

  rows({ box, pixel, mass, edge, reading, error, target }) {
    if (!box) return [["drawing", "empty"]];
    return [
      ["left edge of the digit", box.left], ["upper edge of the digit", box.top],
      ["width of the digit", box.right - box.left], ["height of the digit", box.bottom - box.top],
      ["pixels of the drawing per pixel of 28", pixel],
      ["centre of mass, from the left", mass[0]], ["centre of mass, from the top", mass[1]],
      ["left edge of the field", edge[0]], ["upper edge of the field", edge[1]],
      ...reading.outputs.map((output, digit) => [`probability of ${digit}`, output]),
      [`error, if ${target} is right`, error],
      ...reading.hidden.map((output, j) => [`output of hidden neuron ${j + 1}`, output]),
    ];
  }

  question({ input, size, reading, first }) {
    const asked = {
      prepared: "Your drawing is prepared like the digits of MNIST.",
      resized: "Your drawing is only resized to 28 × 28 pixels, and stays where it is.",
      step: `Prepared, it is read as ${first?.answer} with the probability ${inDigits(first?.outputs[first.answer], 3)}. ` +
        `Now each pixel changes by ${inDigits(size)}, in the direction that raises the error.`,
    };
    const because = {
      prepared: "", resized: " It has learned digits that are 20 pixels large and lie in the middle.",
      step: " Each change is small, but all of them push the sums in the same direction.",
    };
    const options = Array.from({ length: 10 }, (_, digit) => ({
      label: String(digit), right: digit === reading?.answer,
      explanation: !reading ? "The field is empty: draw a digit first."
        : `The network reads ${reading.answer} with the probability ${inDigits(reading.outputs[reading.answer], 3)}` +
          (digit === reading.answer ? "." : `, and ${digit} with ${inDigits(reading.outputs[digit], 3)}.`) + because[input],
    }));
    return { text: `${reading ? asked[input] : "Draw a digit."} Which digit does the network read?`, options };
  }

  say({ input, reading, first }) {
    if (!reading) return "The field is empty: draw a digit.";
    const { answer, outputs, hidden } = reading;
    const second = outputs.reduce((best, p, digit) => (digit !== answer && (best < 0 || p > outputs[best]) ? digit : best), -1);
    const before = input === "prepared" ? "" : ` Prepared, it is read as ${first.answer} with ${inDigits(first.outputs[first.answer], 3)}.`;
    return `Read as ${answer} with the probability ${inDigits(outputs[answer], 3)}; next is ${second} with ` +
      `${inDigits(outputs[second], 2)}. ${hidden.filter((one) => one > 0).length} of 100 hidden neurons are active.${before}`;
  }

  set(changes) {
    super.set(changes);
    if (!this.known && this.asking.firstChild && "drawing" in changes) this.ask(); // about what is there now
  }

  draw(result, known) {
    if (!this.canvases) this.start();
    const { pictures, reading, input } = result;
    const blank = new Array(784).fill(0);
    DrawDigit.paint(this.canvases.drawing, result.ink);
    for (const name of ["resized", "scaled", "prepared"]) DrawDigit.paint(this.canvases[name], pictures?.[name] ?? blank);
    DrawDigit.paint(this.canvases.step, (known && pictures?.step) || blank);
    for (const [name, figure] of Object.entries(this.figures)) figure.classList.toggle("chosen", name === input);
    const { outputs, hidden } = (known && reading) || { outputs: new Array(10).fill(0), hidden: new Array(100).fill(0) };
    DrawDigit.paint(this.canvases.hidden, hidden.map((one) => one / (Math.max(...hidden) || 1)), 20);
    DrawDigit.paint(this.canvases.slopes, (known && pictures) ? pictures[input].map((one) => one / 4) : blank, 28, 16);
    if (known && pictures) this.drawSigns(result.slopes);
    this.drawBars(outputs, known && reading ? reading.answer : null);
  }

  // Grey values from 0, nothing, to 1, ink, in a picture of so many columns.
  static paint(canvas, values, columns = Math.sqrt(values.length), zoom = 1) {
    canvas.width = columns * zoom;
    canvas.height = (values.length / columns) * zoom;
    const pen = canvas.getContext("2d");
    values.forEach((value, i) => {
      if (value <= 0) return;
      pen.globalAlpha = value;
      pen.fillRect((i % columns) * zoom, Math.floor(i / columns) * zoom, zoom, zoom);
    });
  }

  // A + where ink raises the error and a − where it lowers it, the larger the more.
  drawSigns(slopes) {
    const canvas = this.canvases.slopes;
    const pen = canvas.getContext("2d");
    const most = Math.max(...slopes.map(Math.abs));
    pen.globalAlpha = 1;
    slopes.forEach((slope, i) => {
      const reach = 9 * Math.sqrt(Math.abs(slope) / most);
      if (!(reach > 3.5)) return;
      const [x, y] = [(i % 28) * 16 + 8, Math.floor(i / 28) * 16 + 8];
      pen.fillStyle = slope > 0 ? "#b4530a" : "#1f5fa8";
      pen.fillRect(x - reach, y - 1.5, 2 * reach, 3);
      if (slope > 0) pen.fillRect(x - 1.5, y - reach, 3, 2 * reach);
    });
  }

  drawBars(outputs, answer) {
    const longest = this.barWidth - 90;
    this.bars.replaceChildren();
    outputs.forEach((output, digit) => {
      const y = 16 * digit + 12;
      const weight = digit === answer ? "bold" : "normal";
      this.bars.append(
        create("text", { x: 8, y, "font-weight": weight }, digit === answer ? `${digit} ←` : String(digit)),
        create("rect", { class: "bar", x: 34, y: y - 9, width: Math.max(1, longest * output), height: 10 }),
        create("text", { x: 40 + longest * output, y, "font-weight": weight }, answer === null ? "?" : output.toFixed(3)),
      );
    });
  }

  start() {
    this.canvases = {};
    this.figures = {};
    const line = create("div", { class: "digit-pictures" });
    const small = {
      resized: "only resized", scaled: "20 pixels large", prepared: "centre of mass in the middle: prepared",
      step: "after the step",
    };
    for (const [name, caption] of Object.entries(small)) line.append(this.figureOf(name, caption));
    const outcome = create("div", { class: "explorer-columns" });
    this.barWidth = Math.min(300, this.pictureWidth());
    this.bars = create("svg", {
      viewBox: `0 0 ${this.barWidth} 164`, role: "img",
      "aria-label": "Bars for the probabilities of the ten digits; the table has the numbers",
    });
    const bars = create("figure");
    bars.append(this.bars, create("figcaption", {}, "probability of each digit"));
    outcome.append(bars, this.figureOf("hidden", "outputs of the 100 hidden neurons: the stronger, the larger"));
    const desk = create("div", { class: "explorer-columns" });
    desk.append(this.pad(), this.figureOf("slopes", "∂E/∂x over the picture: + where ink raises the error, − where it lowers it"));
    this.picture.append(desk, line, outcome, create("p", { class: "explorer-note" },
      `The weights are those of this chapter's network, rounded to whole numbers from −127 to 127 per layer. ` +
      `With them it reads ${inDigits(1000 * ReaderWeights.accuracy)} of the 1,000 test digits correctly.`));
  }

  figureOf(name, caption) {
    const figure = create("figure");
    this.canvases[name] = create("canvas", { role: "img", "aria-label": caption });
    figure.append(this.canvases[name], create("figcaption", {}, caption));
    this.figures[name] = figure;
    return figure;
  }

  // The field to draw in, with mouse, finger or keys.
  pad() {
    const canvas = create("canvas", {
      tabindex: "0", role: "application", class: "digit-field",
      "aria-label": "Field to draw in. Arrow keys move the pen, space puts it down and lifts it.",
    });
    this.canvases.drawing = canvas;
    this.pen = create("span", { class: "digit-pen", "aria-hidden": "true" });
    this.cursor = [20, 14];
    const place = (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const on = (value) => Math.min(63, Math.max(0, Math.floor(64 * value)));
      return [on((event.clientX - left) / width), on((event.clientY - top) / height)];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
      canvas.focus();
      this.put(place(event), true);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) this.put(place(one), false);
    });
    canvas.addEventListener("keydown", (event) => this.press(event));
    canvas.addEventListener("blur", () => this.lift());
    const box = create("div", { class: "digit-pad" });
    box.append(canvas, this.pen);
    const tools = create("div", { class: "explorer-tools" });
    tools.append(this.button("Clear", () => this.clear()), this.button("Take back a stroke", () => this.takeBack()));
    const hint = create("p", { class: "explorer-note" },
      "Mouse or finger: draw. Keys: arrows move the pen, space puts it down and lifts it.");
    this.penState = create("span", { role: "status" });
    hint.append(" ", this.penState);
    const whole = create("div");
    whole.append(box, tools, hint);
    this.lift();
    return whole;
  }

  // Add a place of the pen, in a new stroke or in the last one; the first stroke replaces the example.
  put([x, y], isNew) {
    const { alphabet, settings, longest } = DrawDigit;
    const { drawing } = this.state;
    const letters = alphabet[x] + alphabet[y];
    this.cursor = [x, y];
    if (isNew && drawing === settings.drawing.value) this.set({ drawing: letters });
    else if (isNew) this.set({ drawing: drawing ? `${drawing}.${letters}` : letters });
    else if (!drawing.endsWith(letters) && drawing.length < longest) this.set({ drawing: drawing + letters });
    this.showPen();
  }

  press(event) {
    const moves = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] };
    const move = moves[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    if (!move) {
      this.down = !this.down;
      if (this.down) this.put(this.cursor, true);
    } else {
      this.cursor = this.cursor.map((value, i) => Math.min(63, Math.max(0, value + move[i])));
      if (this.down) this.put(this.cursor, false);
    }
    this.showPen();
  }

  lift() {
    this.down = false;
    this.showPen();
  }

  showPen() {
    this.pen.style.left = `${((this.cursor[0] + 0.5) / 64) * 100}%`;
    this.pen.style.top = `${((this.cursor[1] + 0.5) / 64) * 100}%`;
    this.pen.classList.toggle("down", this.down);
    if (this.penState) this.penState.textContent = this.down ? "The pen is down." : "The pen is up.";
  }

  clear() {
    this.known = false;
    this.set({ drawing: "" });
  }

  takeBack() {
    this.set({ drawing: this.state.drawing.split(".").slice(0, -1).join(".") });
  }
}

customElements.define("draw-digit", DrawDigit);
