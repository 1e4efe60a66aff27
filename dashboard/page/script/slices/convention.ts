// On which side of the screen the patient's right lies. A volume whose file does not know left from
// right is of no patient: x is to the right there, and y downwards, as in its file. A stroke says in which view it was drawn, so
// that the server reads it in that one; the browser remembers what its user prefers.

import { h, keycap } from "../core/dom.ts"
import { remember, remembered } from "../core/keeping.ts"

const CONVENTION = "supervox-convention"
const NO_SIDES = "The file of this volume does not know left from right"
const ON_THE_WAY = "A stroke is still on its way: turn the slices when it is saved"

export class Convention {
  constructor(bench) {
    this.bench = bench
    this.prefersRadiological = remembered(CONVENTION) !== "neurological"
    this.button = h("button", { "aria-label": "Radiological", title: "Radiological view: the patient’s right on the left of the screen; off is neurological (N)",
      onclick: () => this.flip() }, "Radiological", keycap("N"))
  }

  get oriented() { return this.bench.store?.oriented ?? true }

  get radiological() { return this.prefersRadiological || !this.oriented }

  get name() { return this.radiological ? "radiological" : "neurological" }

  /** How the slices of a volume lie in this view. */
  layouts({ layouts, neurological }) { return this.radiological ? layouts : neurological }

  flip() {
    const { bench } = this
    if (!this.oriented) return bench.readout.hint(NO_SIDES)
    // A line that waits lies on the canvas as it was drawn, and would be seen on the other side.
    if (bench.drawing || bench.strokes.areOnTheWay) return bench.readout.hint(ON_THE_WAY)
    this.prefersRadiological = !this.prefersRadiological
    remember(CONVENTION, this.name)
    this.show()
    if (!bench.store) return
    for (const pane of bench.panes) pane.turn(this.layouts(bench.store)[pane.plane])
    bench.redraw()
  }

  show() {
    this.button.hidden = !this.oriented
    this.button.setAttribute("aria-pressed", String(this.radiological))
    this.bench.el.classList.toggle("neurological", !this.radiological)
    for (const pane of this.bench.panes) pane.side.textContent = pane.plane === "sagittal" || !this.oriented ? "" : this.name
  }
}
