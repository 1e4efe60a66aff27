// Panel calls this once for the page; see dashboard/views/workbench.py.

export function render({ model, view }) {
  const bench = new Bench(model, view)
  model.on("msg:custom", (message) => bench.wire.receive(message))
  const keys = listenToKeys(bench)
  model.on("remove", () => keys.abort())
  window.supervox = publicView(bench)
  // The server sends the volume when the figures are there to show it.
  const begin = () => (bench.panes.every((pane) => pane.wire(view.model.document)) ? bench.say("begin") : requestAnimationFrame(begin))
  begin()
  return bench.el
}

/** What tests and scripts may read; documented in CONTRIBUTING.md. */
function publicView(bench) {
  return Object.freeze({
    get ready() { return bench.ready },
    get revision() { return bench.store?.revision ?? -1 },
    get cursor() { return [...bench.cursor] },
    get pending() { return bench.strokes.waiting.size },
    idAt: (i, j, k) => bench.store?.idAt([i, j, k]) ?? 0,
    labelAt: (i, j, k) => bench.store?.labelAt([i, j, k]) ?? 0,
    toScreen: (plane, i, j, k) => bench.toScreen(plane, [i, j, k]),
  })
}
