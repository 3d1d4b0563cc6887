// Chapter 9: what is left of delta after many layers, for an activation and a size of the initial weights.
class DeltaDepth extends Explorer {
  static title = "Delta in a deep network";
  static settings = {
    activation: {
      label: "Activation", value: "sigmoid", choices: { sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU" },
    },
    scale: { label: "Standard deviation of the weights, times √n (He: 1.41)", from: 0.1, to: 3, step: 0.05, value: 1 },
    layers: { label: "Hidden layers", from: 3, to: 20, step: 1, value: 20 },
  };

  static neurons = 30;
  static samples = 8;

  // Each function, its derivative written with its output, and the largest derivative.
  static activations = {
    sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), derivative: (a) => a * (1 - a), steepest: 1 / 4 },
    tanh: { value: (z) => Math.tanh(z), derivative: (a) => 1 - a * a, steepest: 1 },
    relu: { value: (z) => Math.max(z, 0), derivative: (a) => (a > 0 ? 1 : 0), steepest: 1 },
  };

  // The stored draws of NumPy's generator: a byte is a multiple of 1/32.
  static unpack() {
    const { neurons, samples } = DeltaDepth;
    const bytes = Int8Array.from(atob(Data.DRAWS), (sign) => sign.charCodeAt(0));
    const draws = Float64Array.from(bytes, (byte) => byte / 32);
    const rows = (from, count) => Array.from({ length: count }, (_, i) =>
      draws.subarray(from + i * neurons, from + (i + 1) * neurons));
    const own = samples * neurons;
    return {
      inputs: rows(0, samples), upstream: rows(own, samples),
      weights: Array.from({ length: 20 }, (_, layer) => rows(2 * own + layer * neurons ** 2, neurons)),
    };
  }

  // The sum over k of row[k] · of(k).
  static sum(row, of) {
    let total = 0;
    for (let k = 0; k < row.length; k++) total += row[k] * of(k);
    return total;
  }

  static rootMeanSquare(rows) {
    const total = rows.reduce((sum, row) => sum + DeltaDepth.sum(row, (k) => row[k]), 0);
    return Math.sqrt(total / (rows.length * rows[0].length));
  }

  compute(settings) {
    const layers = Math.round(settings.layers);
    const { scale, activation } = settings;
    const { value, derivative, steepest } = DeltaDepth.activations[activation];
    const { neurons, rootMeanSquare: size, sum } = DeltaDepth;
    this.stored ||= DeltaDepth.unpack();
    const std = scale / Math.sqrt(neurons);
    const W = this.stored.weights.slice(0, layers).map((rows) => rows.map((row) => row.map((draw) => std * draw)));

    // Forward: Z = A W and A = f(Z), without biases. `at` lists the derivatives f′(Z).
    const outputs = [this.stored.inputs];
    for (const rows of W) {
      outputs.push(outputs.at(-1).map((A) => Float64Array.from({ length: neurons }, (_, j) =>
        value(sum(A, (i) => rows[i][j])))));
    }
    const at = outputs.slice(1).map((A) => A.map((row) => row.map(derivative)));

    // Backward: delta of the last layer is G ⊙ f′(Z); below it, BP2.
    let delta = this.stored.upstream.map((G, i) => G.map((g, k) => g * at[layers - 1][i][k]));
    const deltas = [size(delta)];
    for (let layer = layers - 2; layer >= 0; layer--) {
      delta = delta.map((above, i) => Float64Array.from({ length: neurons }, (_, k) =>
        sum(above, (j) => W[layer + 1][k][j]) * at[layer][i][k]));
      deltas.unshift(size(delta));
    }
    const slopes = at.map(size);
    const steps = layers - 1;
    const typical = Math.exp(slopes.slice(0, steps).reduce((total, one) => total + Math.log(one), 0) / steps);
    const left = deltas[0] / deltas[steps];
    return {
      settings: { activation, scale, layers }, deltas, slopes, outputs: outputs.slice(1).map(size), left,
      perLayer: left ** (1 / steps), typical, given: [scale, typical, steepest, neurons, steps],
    };
  }

  rows({ deltas, slopes, outputs, left, perLayer, typical, given }) {
    return [
      ["δ in layer 1 as a multiple of δ in the last layer", left],
      ["the same, in powers of ten", Math.log10(left)],
      ["factor per layer", perLayer],
      ["root mean square of f′(Z), typical layer", typical],
      ["estimate: (std · √n · f′) to the power of the steps", Formulas.DELTA_LEFT.compute(...given)],
      ...deltas.flatMap((delta, i) => [
        [`δ in layer ${i + 1}, root mean square`, delta],
        [`f′(Z) in layer ${i + 1}, root mean square`, slopes[i]],
        [`outputs of layer ${i + 1}, root mean square`, outputs[i]],
      ]),
    ];
  }

  // Sizes further apart than a factor of 5 are different answers.
  static differ = (one, other) => Math.abs(Math.log10(one) - Math.log10(other)) > Math.log10(5);

  static times(number) {
    const power = Math.round(Math.log10(number));
    return `× ${Math.abs(power) < 3 ? inDigits(number, 1) : Plot.powerOfTen(power)}`;
  }

  question({ settings, left, perLayer, given }) {
    const options = [{
      value: left, right: true,
      explanation: `The factor per layer is ${inDigits(perLayer, 2)}, and there are ${settings.layers - 1} of them.`,
    }];
    for (const { form, explanation, compute } of Formulas.DELTA_LEFT.mistakes) {
      const value = compute(...given);
      if (options.every((one) => DeltaDepth.differ(one.value, value))) {
        options.push({ value, right: false, explanation: `${form}: ${explanation}` });
      }
    }
    options.sort((one, other) => one.value - other.value);
    return {
      text: `Each layer has n = 30 neurons (${DeltaDepth.settings.activation.choices[settings.activation]}), and the ` +
        `weights have the standard deviation ${inDigits(settings.scale)}/√n. By about what factor does the size of ` +
        `delta change on its way back from layer ${settings.layers} to layer 1?`,
      options: options.map(({ value, ...rest }) => ({ label: DeltaDepth.times(value), ...rest })),
    };
  }

  say({ settings, left, perLayer, typical }) {
    const what = left < 1e-3 ? "Delta vanishes" : left > 1e3 ? "Delta explodes" : "Delta stays within three powers of ten";
    return `${what}: in layer 1 it is ${inDigits(left, 2)} times as large as in layer ${settings.layers}. The factor ` +
      `per layer is ${inDigits(perLayer, 2)}. The weights contribute ${inDigits(settings.scale, 3)} to it and the ` +
      `derivative about ${inDigits(typical, 2)}.`;
  }

  draw({ deltas, outputs, settings }, known) {
    const powers = (sizes) => sizes.map((size, i) => [i + 1, Math.log10(Math.max(size, 1e-300))]);
    const [ofDelta, ofOutputs] = [deltas, outputs].map(powers);
    const shown = known ? ofDelta : ofDelta.slice(-1);
    const all = [...shown, ...ofOutputs].map(([, power]) => power);
    const plot = new Plot({
      width: this.pictureWidth(), x: [1, settings.layers], yTick: Plot.powerOfTen,
      y: [Math.min(-4, Math.floor(Math.min(...all))), Math.max(2, Math.ceil(Math.max(...all)))],
      xTick: (layer) => (Number.isInteger(layer) ? layer : ""), xLabel: "hidden layer", yLabel: "root mean square",
      label: "The size of delta and of the outputs in each hidden layer, in powers of ten",
    });
    plot.curve(ofOutputs, "forward dashed");
    plot.curve(shown, "backward");
    shown.forEach((place) => plot.point(place, "backward", 3.5));
    DeltaDepth.label(plot, "outputs A", ofOutputs, known ? ofDelta : ofOutputs);
    DeltaDepth.label(plot, "delta", shown, ofOutputs.slice(-shown.length));
    this.picture.replaceChildren(plot.svg);
  }

  // Write the name of a curve where the other one is furthest away, on the far side of it.
  static label(plot, words, curve, other) {
    const apart = (i) => Math.abs(curve[i][1] - other[i][1]);
    const inner = curve.map((_, i) => i).slice(2, -2);
    const at = inner.reduce((best, i) => (apart(i) > apart(best) ? i : best), inner[0] ?? 0);
    const above = curve[at][1] > other[at][1];
    const rises = (curve[at + 1] || curve[at])[1] > curve[at][1];
    const place = at / curve.length; // near an edge the words stay inside
    const anchor = curve.length === 1 || place > 0.7 ? "end" : place < 0.3 ? "start" : above === rises ? "end" : "start";
    plot.text(curve[at], words, { dx: anchor === "end" ? -5 : 5, dy: above ? -8 : 18, "text-anchor": anchor });
  }
}

customElements.define("delta-depth", DeltaDepth);
