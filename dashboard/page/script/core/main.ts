// Panel calls this once for the page; see dashboard/page/workbench.py.

import { Bench } from "./bench.ts"
import { h } from "./dom.ts"
import { listenToKeys } from "./keys.ts"
import { refuseMenus } from "../drawing/pointer.ts"
import { nameDownloads } from "../panels/hints.ts"
import { isInside } from "../slices/geometry.ts"
import { render as renderSurfaces } from "../surfaces/main.ts"
import { listenToPicks } from "../surfaces/picks.ts"

function render({ model, view }) {
  uncover()
  const bench = new Bench(model, view)
  model.on("msg:custom", (message) => {
    bench.connection.heard()
    bench.wire.receive(message)
  })
  bench.connection.watch(view.model.document)
  for (const part of bench.el.querySelectorAll("header, aside")) {
    for (const name of ["pointerover", "focusin"]) part.addEventListener(name, () => nameDownloads(bench.el))
  }
  listenToPicks(bench.el, {
    opened: () => bench.store, choose: (label) => bench.chooseLabel(label), moveTo: (ijk) => bench.moveTo(ijk),
  })
  const keys = listenToKeys(bench)
  const menus = refuseMenus()
  model.on("remove", () => { keys.abort(); menus.abort(); bench.connection.end() })
  window.addEventListener("pagehide", () => bench.leave())
  window.addEventListener("beforeunload", (event) => { if (bench.savedMark.unsaved && !bench.leaving) event.preventDefault() })
  window.supervox = publicView(bench)
  // The server sends the volume when the figures are there to show it.
  const begin = () => (bench.panes.every((pane) => pane.wire(view.model.document)) ? bench.say("begin") : requestAnimationFrame(begin))
  begin()
  return bench.el
}

export default { Workbench: { render }, SurfacePane: { render: renderSurfaces } }

/** Take off the spinner of the template: it lies over all until the last figure rests, and takes what is drawn. */
function uncover() {
  document.head.append(h("style", {}, "#loader:not(.error) { display: none !important }"))
}

const at = ({ store }, ijk, what) => (store && isInside(store.shape, ijk) ? store.slices[what](ijk) : undefined)

/** What tests and scripts may read; documented in CONTRIBUTING.md. */
function publicView(bench) {
  return Object.freeze({
    get ready() { return bench.ready },
    get revision() { return bench.store?.revision ?? -1 },
    get cursor() { return [...bench.cursor] },
    get pending() { return bench.changes.unacknowledged },
    get saved() { return !bench.savedMark.unsaved && bench.saved.held && !bench.connection.lost },
    get connected() { return !bench.connection.lost },
    idAt: (i, j, k) => at(bench, [i, j, k], "idAt") ?? 0,
    labelAt: (i, j, k) => at(bench, [i, j, k], "labelAt") ?? 0,
    valueAt: (i, j, k) => at(bench, [i, j, k], "valueAt") ?? NaN,
    toScreen: (plane, i, j, k) => bench.toScreen(plane, [i, j, k]),
  })
}
