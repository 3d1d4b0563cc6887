// A plot inside an explorer: a picture with two axes, to which curves, points and texts are added.
class Plot {
  static count = 0;

  // `x` and `y` are the ends of the axes; `width` and `height` are units of the picture, which scales.
  // `xTick` and `yTick` say what is written at a tick.
  constructor({ x, y, width = 480, height = 300, xLabel = "", yLabel = "", label = "", ...ticks }) {
    Object.assign(this, { x, y, width, height, xTick: inDigits, yTick: inDigits, ...ticks });
    this.edge = { left: 46, right: 12, top: 12, bottom: 38 };
    this.svg = create("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label });
    this.drawAxes(xLabel, yLabel);
    this.content = create("g", { "clip-path": `url(#${this.cutOff()})` });
    this.svg.append(this.content);
  }

  // Add a frame that cuts off what leaves the plot, and give its name; points on the edge stay whole.
  cutOff() {
    const { left, right, top, bottom } = this.edge;
    const id = `plot-${++Plot.count}`;
    const frame = create("clipPath", { id });
    frame.append(create("rect", {
      x: left - 4, y: top - 4, width: this.width - left - right + 8, height: this.height - top - bottom + 8,
    }));
    this.svg.append(frame);
    return id;
  }

  // Where a value lies in the picture, and which value lies at a place.
  toX(value) {
    const { left, right } = this.edge;
    return left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (this.width - left - right);
  }

  toY(value) {
    const { top, bottom } = this.edge;
    return top + ((this.y[1] - value) / (this.y[1] - this.y[0])) * (this.height - top - bottom);
  }

  fromEvent(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      this.svg.getScreenCTM().inverse(),
    );
    const { left, right, top, bottom } = this.edge;
    const across = (place.x - left) / (this.width - left - right);
    const up = 1 - (place.y - top) / (this.height - top - bottom);
    return [this.x[0] + across * (this.x[1] - this.x[0]), this.y[0] + up * (this.y[1] - this.y[0])];
  }

  // Round numbers from `from` to `to`, at most so many steps of them.
  static ticks([from, to], most = 5) {
    const rough = (to - from) / most;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
    const first = Math.ceil(from / step - 1e-9);
    const last = Math.floor(to / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  // What is written at a tick of a logarithmic axis, whose values are powers of ten.
  static powerOfTen(power) {
    if (!Number.isInteger(power)) return "";
    const raised = { "-": "⁻", ...[..."⁰¹²³⁴⁵⁶⁷⁸⁹"] };
    return power === 0 ? "1" : `10${[...String(power)].map((sign) => raised[sign]).join("")}`;
  }

  drawAxes(xLabel, yLabel) {
    const { left, right, top, bottom } = this.edge;
    const [low, far] = [this.height - bottom, this.width - right];
    for (const tick of Plot.ticks(this.x)) {
      const place = this.toX(tick);
      this.svg.append(create("line", { class: "grid", x1: place, x2: place, y1: top, y2: low }));
      this.svg.append(create("text", { class: "tick", x: place, y: low + 15, "text-anchor": "middle" }, this.xTick(tick)));
    }
    for (const tick of Plot.ticks(this.y)) {
      const place = this.toY(tick);
      this.svg.append(create("line", { class: "grid", x1: left, x2: far, y1: place, y2: place }));
      this.svg.append(create("text", { class: "tick", x: left - 6, y: place + 4, "text-anchor": "end" }, this.yTick(tick)));
    }
    this.svg.append(create("text", { class: "axis", x: (left + far) / 2, y: this.height - 4, "text-anchor": "middle" }, xLabel));
    const middle = (top + low) / 2;
    const turned = { transform: `rotate(-90 12 ${middle})`, "text-anchor": "middle" };
    this.svg.append(create("text", { class: "axis", x: 12, y: middle, ...turned }, yLabel));
  }

  clear() {
    this.content.replaceChildren();
  }

  // A curve through pairs of values; what leaves the plot is cut off at a little beyond its edge.
  curve(points, role = "forward") {
    const inside = (value, [from, to]) => Math.min(to + (to - from), Math.max(from - (to - from), value));
    const text = points
      .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
      .map(([a, b]) => `${this.toX(inside(a, this.x)).toFixed(2)},${this.toY(inside(b, this.y)).toFixed(2)}`)
      .join(" ");
    return this.add(create("polyline", { class: `curve ${role}`, points: text }));
  }

  point([a, b], role = "forward", radius = 6) {
    return this.add(create("circle", { class: `point ${role}`, cx: this.toX(a), cy: this.toY(b), r: radius }));
  }

  text([a, b], words, attributes = {}) {
    return this.add(create("text", { x: this.toX(a), y: this.toY(b), ...attributes }, words));
  }

  add(element) {
    this.content.append(element);
    return element;
  }
}

// Let a part of a picture be dragged by mouse and finger, and moved with the arrow keys. The part has to
// stay the same element while it moves; its `aria-valuenow` is set when it is drawn.
// `move` gets the pointer's event, `step` the steps to the right and up.
function makeDraggable(element, { label, from, to, move, step }) {
  const role = { tabindex: "0", role: "slider", "aria-label": label };
  const range = { "aria-valuemin": from, "aria-valuemax": to, "aria-valuenow": from };
  for (const [name, value] of Object.entries({ ...role, ...range })) element.setAttribute(name, value);
  element.classList.add("draggable");
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
    element.focus();
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) move(event);
  });
  element.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!steps[event.key]) return;
    event.preventDefault();
    step(...steps[event.key]);
  });
}
