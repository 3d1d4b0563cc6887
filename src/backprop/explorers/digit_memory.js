// Chapter 12: the trained memory restores a digit of which most pixels are missing.
class DigitMemory extends Explorer {
  static title = "A digit that restores itself";
  static settings = {
    pattern: {
      label: "stored digit", value: "4", asks: true,
      choices: Object.fromEntries(MemoryWeights.patterns.map((_, i) => [i, `${Math.floor(i / 2)}, ${i % 2 ? "second" : "first"}`])),
    },
    share: { label: "share of missing pixels", from: 0, to: 1, step: 0.05, value: 0.8, asks: true },
    damage: { label: "number of the damage", from: 1, to: 50, step: 1, value: 1, asks: true },
    step: { label: "step that is shown", from: 0, to: 30, step: 1, value: 2 },
  };
  static side = 14;
  static pixels = 196;
  static tolerance = 1e-3;
  static limit = 1000;
  static few = 10;
  static patterns = MemoryWeights.patterns.map((text) => [...text].map((sign) => (sign === "#" ? 1 : -1)));

  compute({ pattern, share, damage, step }) {
    const { pixels, patterns, tolerance, limit } = DigitMemory;
    const whole = patterns[Number(pattern)];
    const missing = DigitMemory.missing(share, 50 * Number(pattern) + Math.round(damage));
    const given = whole.map((pixel, i) => (missing[i] ? 0 : pixel));
    const { W, b } = this.network ||= Explorer.layer(MemoryWeights.layer);
    const states = [new Array(pixels).fill(0)];
    for (let count = 1; count <= limit; count++) {
      const [old, state] = [states.at(-1), DigitMemory.next(W, b, given, states.at(-1))];
      states.push(state);
      const change = Math.max(...state.map((value, i) => Math.abs(value - old[i])));
      if (change <= tolerance * Math.max(...state.map(Math.abs))) break;
    }
    const counts = states.map((state) => DigitMemory.agreement(state, whole));
    const alike = patterns.map((one) => DigitMemory.agreement(states.at(-1), one));
    return {
      pattern: Number(pattern), whole, given, states, counts, known: given.filter(Boolean).length,
      nearest: alike.indexOf(Math.max(...alike)), step: Math.min(Math.round(step), states.length - 1),
    };
  }

  // Which pixels are missing: numbers from 0 to 1 that look random, and are the same in each browser.
  static missing(share, seed) {
    let number = seed;
    return Array.from({ length: DigitMemory.pixels + 10 }, () => {
      number = (16807 * number) % 2147483647;
      return number / 2147483647 < share;
    }).slice(10);
  }

  // One step: each neuron computes from all others, its own pixel and its bias.
  static next(W, b, given, state) {
    const { pixels } = DigitMemory;
    const Z = new Float64Array(pixels);
    for (let i = 0; i < pixels; i++) {
      if (state[i]) for (let j = 0; j < pixels; j++) Z[j] += state[i] * W[i * pixels + j];
    }
    return [...Z].map((z, j) => Math.tanh(z + given[j] + b[j]));
  }

  // How many pixels lie on the side of 0 where the pattern has them.
  static agreement(state, pattern) {
    return state.filter((value, i) => value * pattern[i] > 0).length;
  }

  static nameOf(pattern) {
    return `${Math.floor(pattern / 2)} (${pattern % 2 ? "second" : "first"})`;
  }

  rows({ states, counts, known, nearest }) {
    return [
      ["pixels that are given", known],
      ["steps", states.length - 1],
      ["nearest stored digit", DigitMemory.nameOf(nearest)],
      ...counts.map((count, step) => [`pixels on their right side after step ${step}`, count]),
      ...states.at(-1).map((value, i) => [`pixel ${Math.floor(i / 14)}, ${i % 14}`, value]),
    ];
  }

  question({ counts, known, pattern, nearest }) {
    const wrong = DigitMemory.pixels - counts.at(-1);
    const { few } = DigitMemory;
    const because = `${counts.at(-1)} of 196 pixels end on their right side of 0. ` +
      (nearest === pattern ? "The nearest stored digit is the right one." : `The nearest stored digit is another one, ${DigitMemory.nameOf(nearest)}.`);
    const options = [
      ["all of them", wrong === 0], [`all but 1 to ${few}`, wrong > 0 && wrong <= few], [`more than ${few} are wrong`, wrong > few],
    ].map(([label, right]) => ({ label, right, explanation: because }));
    return { text: `${known} of 196 pixels are given. How many pixels does the memory restore at its fixed point?`, options };
  }

  say({ states, counts, step }) {
    return `After step ${step}, ${counts[step]} of 196 pixels are on their right side of 0; at the fixed point, ` +
      `after ${states.length - 1} steps, ${counts.at(-1)}.`;
  }

  draw({ given, states, whole, step }, known) {
    if (!this.canvases) this.start();
    const blank = new Array(DigitMemory.pixels).fill(0);
    const shown = { given, step: known ? states[step] : blank, fixed: known ? states.at(-1) : blank, whole };
    for (const [name, values] of Object.entries(shown)) DigitMemory.paint(this.canvases[name], values);
    this.captions.step.textContent = known ? `after step ${step}` : "after a step";
  }

  // Ink as full squares, paper as small ones, both the stronger the surer; undecided pixels are empty.
  static paint(canvas, values) {
    const zoom = 10;
    canvas.width = canvas.height = DigitMemory.side * zoom;
    const pen = canvas.getContext("2d");
    values.forEach((value, i) => {
      const [x, y] = [(i % 14) * zoom, Math.floor(i / 14) * zoom];
      pen.globalAlpha = Math.min(1, Math.abs(value));
      pen.fillStyle = value > 0 ? "#1f5fa8" : "#b4530a";
      if (value > 0) pen.fillRect(x, y, zoom, zoom);
      else pen.fillRect(x + 3.5, y + 3.5, 3, 3);
    });
  }

  start() {
    this.canvases = {};
    this.captions = {};
    const line = create("div", { class: "digit-pictures" });
    const captions = { given: "given", step: "after a step", fixed: "fixed point", whole: "stored" };
    for (const [name, text] of Object.entries(captions)) {
      const figure = create("figure");
      this.canvases[name] = create("canvas", { role: "img", "aria-label": `The digit: ${text}; the table has the numbers` });
      this.captions[name] = create("figcaption", {}, text);
      figure.append(this.canvases[name], this.captions[name]);
      line.append(figure);
    }
    this.picture.append(line, create("p", { class: "explorer-note" },
      "Full squares are ink, dots are paper, and empty places are missing or undecided. The weights are " +
      "those of this chapter's memory, rounded to whole numbers from −127 to 127."));
  }
}

customElements.define("digit-memory", DigitMemory);
