// The Python of a page: a worker that starts at the first click and runs one cell at a time.
"use strict";

class Session {
  static FROM_A_FOLDER =
    "A browser does not run Python in a page that was opened from a folder. Serve the book and open " +
    "it at the address that this prints: make serve (or: python3 tools/serve.py _build/html).";
  static NOT_LOADED =
    "Python could not be loaded. Check the network and that the folder _static/live is complete " +
    "(make live writes it), then run the cell again. The page stays as it is. The browser says: ";
  static ENDED =
    "Stopped. The interpreter had to be ended, so its variables are gone: run the cells above again.";
  static WITHOUT_HEADERS =
    " Stop keeps the variables if the book is served with two headers, as make serve does.";
  static PATIENCE = 3000; // milliseconds in which a cell should react to Stop

  constructor(folder, page) {
    this.folder = folder;
    this.page = page;
    this.worker = null;
    this.fail = null; // ends the wait for the worker's answer
  }

  get running() {
    return this.fail !== null;
  }

  // Run code. Resolves with the name of the error that ended it, or null; rejects with a message if
  // there is no interpreter (any more). What the cell gives on its way goes to `hear`.
  async run(code, name, hear) {
    if (!this.worker) {
      this.ready = false;
      if (location.protocol === "file:") throw new Error(Session.FROM_A_FOLDER);
      hear({ kind: "status", text: "Loading Python" });
      this.interrupt = self.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
      this.worker = new Worker(this.folder + "worker.js");
      await this.ask({ kind: "start", page: this.page, interrupt: this.interrupt }, hear);
      this.ready = true;
    }
    if (this.interrupt) this.interrupt[0] = 0; // a Stop that came too late
    hear({ kind: "status", text: "Running" });
    return this.ask({ kind: "run", code, name }, hear);
  }

  ask(message, hear) {
    return new Promise((resolve, reject) => {
      this.fail = (text) => {
        this.finish();
        this.worker.terminate();
        this.worker = null;
        reject(new Error(text));
      };
      this.worker.onmessage = ({ data }) => {
        if (data.kind === "failed") this.fail(Session.NOT_LOADED + data.text);
        else if (data.kind === "done") {
          this.finish();
          resolve(data.error);
        } else hear(data);
      };
      this.worker.onerror = (event) => this.fail(Session.NOT_LOADED + (event.message || "not found"));
      this.worker.postMessage(message);
    });
  }

  finish() {
    clearTimeout(this.timer);
    this.fail = null;
  }

  // Interrupt the cell, or end the interpreter if it does not react or cannot be interrupted.
  stop() {
    if (!this.running) return;
    const end = () => this.fail(Session.ENDED + (this.interrupt ? "" : Session.WITHOUT_HEADERS));
    if (!this.ready || !this.interrupt) return end();
    this.interrupt[0] = 2; // SIGINT
    clearTimeout(this.timer);
    this.timer = setTimeout(end, Session.PATIENCE);
  }
}
