// Runs Python beside the page: Pyodide, and the cells that the page sends, one after the other.
"use strict";

let pyodide = null;
let interpreter = null;

// What interpreter.py calls. A request that waits is allowed in a worker.
self.sendToPage = (text) => postMessage(JSON.parse(text));
self.fetchFile = (name) => {
  const request = new XMLHttpRequest();
  request.open("GET", name, false);
  request.responseType = "arraybuffer";
  try {
    request.send();
  } catch {
    return null;
  }
  return request.status === 200 ? new Uint8Array(request.response) : null;
};

// A module asks for a library by its name alone, as Pyodide's own loader makes it known.
self.shareLibrary = (path) => {
  const libraries = pyodide._module.LDSO.loadedLibsByName;
  libraries[path.split("/").pop()] = libraries[path];
};

async function fetchOrFail(name, options = {}) {
  const response = await fetch(name, options);
  if (!response.ok) throw new Error(`${name} is missing (${response.status})`);
  return response;
}

async function start({ page, interrupt }) {
  // Pyodide would wait forever for a file that is missing.
  const core = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"];
  await Promise.all(core.map((name) => fetchOrFail(name, { method: "HEAD" })));
  importScripts("pyodide.js");
  const [course, lock, started] = await Promise.all([
    fetchOrFail("course.zip").then((response) => response.arrayBuffer()),
    fetchOrFail("pyodide-lock.json").then((response) => response.text()),
    loadPyodide({
      indexURL: new URL(".", location.href).href,
      env: {
        HOME: "/home/pyodide",
        MPLBACKEND: "module://page_figures",
        PYTHONHASHSEED: "0", // sets in the order of the stored outputs
        TQDM_DISABLE: "1",
      },
    }),
  ]);
  pyodide = started;
  if (interrupt) pyodide.setInterruptBuffer(interrupt);
  pyodide.unpackArchive(course, "zip", { extractDir: "/course" });
  pyodide.runPython('import sys; sys.path[:0] = ["/course/book/live", "/course/book/_ext", "/course/src"]');
  interpreter = pyodide.pyimport("interpreter");
  interpreter.start(page, lock);
}

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") await start(data);
    const error = data.kind === "run" ? interpreter.run(data.code, data.name) : null;
    postMessage({ kind: "done", error });
  } catch (error) {
    postMessage({ kind: "failed", text: String(error.message || error) });
  }
};
