// Gives every code cell of a page its buttons: Run, Edit, Run all above, Stop, Reset. Until the first
// of them is used, nothing is loaded, and a cell keeps its stored output until it has run.
(() => {
  "use strict";
  const FOLDER = new URL(".", document.currentScript.src).href;
  const ROOT = new URL(document.documentElement.dataset.content_root, location.href).href;
  const PAGE = location.href.slice(ROOT.length).replace(/\.html.*$/, "");
  // A cell that imports one of these starts other processes, which a page cannot do.
  const NEEDS_PROCESSES = /^\s*(?:import|from)\s+(?:subprocess|multiprocessing|concurrent|dask)\b/m;
  // A task of the coursework that is not solved raises this; the cells below it may run all the same.
  const STILL_TO_DO = "NotImplementedError";

  class Cell {
    constructor(element, number, page) {
      this.number = number;
      this.page = page;
      this.input = element.querySelector(".cell_input");
      this.stored = [...element.querySelectorAll(".cell_output")];
      this.picture = element.querySelector(".cell_output :is(img, svg.figure)");
      this.hasRun = false;
      this.bar = document.createElement("div");
      this.bar.className = "live-bar";
      const folded = this.input.closest("details.above-input");
      const within = folded?.contains(this.stored[0] ?? null) ?? element.matches(".tag_hide-cell");
      (folded && !within ? folded : this.input).after(this.bar);
      const pre = this.input.querySelector("pre");
      this.canRun = !NEEDS_PROCESSES.test(pre.textContent);
      if (this.canRun) this.addButtons(pre);
      else this.bar.append("This cell starts another process, which a page cannot do: run it in JupyterLab.");
    }

    addButtons(pre) {
      const label = `Code of cell ${this.number}`;
      this.editor = new Editor(pre, label, () => this.page.run([this], this));
      this.buttons = {
        run: this.addButton("Run", () => this.page.run([this], this)),
        edit: this.addButton("Edit", () => this.editor.open()),
        above: this.addButton("Run all above", () => this.page.run(this.page.above(this), this)),
        stop: this.addButton("Stop", () => this.page.stop()),
        reset: this.addButton("Reset", () => this.reset()),
      };
      this.status = document.createElement("span");
      this.status.setAttribute("role", "status");
      this.bar.append(this.status);
      this.editor.area.addEventListener("input", () => this.refresh());
      this.refresh();
    }

    addButton(text, act) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-label", `${text}: cell ${this.number}`);
      button.addEventListener("click", act);
      this.bar.append(button);
      return button;
    }

    // Show the buttons that do something now.
    refresh() {
      const { run, edit, above, stop, reset } = this.buttons;
      const mine = this.page.runner === this;
      for (const button of [run, edit, above]) button.disabled = this.page.runner !== null;
      above.hidden = this.page.above(this).length === 0;
      stop.hidden = !mine;
      reset.hidden = mine || !(this.output || this.editor.edited || this.status.textContent);
    }

    say(text) {
      this.status.textContent = text;
    }

    // Run the code, and show what it gives. Returns the name of the error that ended it, or null.
    async run(session) {
      const output = new Output(this.alternative());
      const start = performance.now();
      const code = this.editor.code;
      const error = await session.run(code, `<cell ${this.number}>`, (message) => {
        if (message.kind === "status") this.say(`${message.text} …`);
        else {
          output.add(message);
          this.show(output);
        }
      });
      this.show(output);
      this.hasRun = true;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      this.say(error ? this.excuse(error) : `Ran in ${seconds} s`);
      return error;
    }

    alternative() {
      const drawn = "Figure that the code above draws";
      const stored = this.picture?.getAttribute("alt") ?? this.picture?.getAttribute("aria-label");
      return (!this.editor.edited && stored) || drawn;
    }

    excuse(error) {
      if (error === "KeyboardInterrupt") return "Stopped; the variables are kept";
      const first = this.page.above(this).some((cell) => !cell.hasRun);
      return error === "NameError" && first
        ? "A name is missing, and not all cells above have run: Run all above, then Run"
        : `Ended with ${error}`;
    }

    show(output) {
      if (this.output === output) return;
      this.hide();
      this.output = output;
      for (const stored of this.stored) stored.hidden = true;
      this.bar.after(output.element);
    }

    hide() {
      this.output?.element.remove();
      this.output = null;
      for (const stored of this.stored) stored.hidden = false;
    }

    reset() {
      this.hide();
      this.editor.write(this.editor.original);
      this.say("");
      this.refresh();
      this.buttons.run.focus();
    }
  }

  class Page {
    constructor(elements) {
      this.session = new Session(FOLDER, PAGE);
      this.runner = null; // the cell whose button was pressed
      this.cells = [];
      for (const element of elements) this.cells.push(new Cell(element, this.cells.length + 1, this));
    }

    above(cell) {
      return this.cells.slice(0, cell.number - 1).filter((other) => other.canRun);
    }

    async run(cells, runner) {
      if (this.runner) return;
      this.runner = runner;
      this.refresh();
      for (const cell of cells) {
        if (cell !== runner) runner.say(`Running cell ${cell.number} of ${cells.at(-1).number} …`);
        let error;
        try {
          error = await cell.run(this.session);
        } catch (failure) {
          error = failure.message;
          for (const other of this.cells) other.hasRun = false;
          cell.say(error);
        }
        if (cell !== runner) runner.say(error ? `Cell ${cell.number}: ${cell.status.textContent}` : "");
        if (error && error !== STILL_TO_DO) break;
        if (cell !== runner && cell === cells.at(-1)) runner.say("All cells above have run");
      }
      this.runner = null;
      this.refresh();
    }

    stop() {
      this.session.stop();
    }

    refresh() {
      for (const cell of this.cells) if (cell.canRun) cell.refresh();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const inputs = document.querySelectorAll(".bd-article div.cell .cell_input");
    window.livePage = new Page([...inputs].map((input) => input.closest("div.cell")));
  });
})();
