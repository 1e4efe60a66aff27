// Side by side: the plane that was used last, twice; the second volume is in a pane of its own, whose
// cursor, slice and zoom are those of the first. One draws on either.

import { Pane } from "./pane.ts"

export class ComparePane extends Pane {
  constructor(child, bench) {
    super("compare", "Second volume", child, bench)
    Object.assign(this, { isCompare: true, on: false, twin: bench.panes[0] })
  }

  get plane() { return this.twin.name }

  open() { super.open(this.bench.convention.layouts(this.store)[this.plane]) }

  show(cursor) { if (this.on) super.show(cursor) }
  drawVolume() { if (this.on) super.drawVolume() }
  drawOverlay() { if (this.on) super.drawOverlay() }
  drawLabels(part) { if (this.on) super.drawLabels(part) }
  setWindow() { if (this.on) super.setWindow(this.bench.series.of(this).window) }
  window() { this.setWindow() }

  toggle() { this.on ? this.stop() : this.start() }

  start() {
    const { bench } = this
    if (!bench.series.second) return
    if (bench.quad.largest) bench.quad.toggle()
    if (!bench.active.isCompare) this.twin = bench.active
    this.on = true
    this.label = this.twin.label
    bench.el.classList.add("comparing")
    for (const pane of bench.panes) pane.el.classList.toggle("compared", pane === this.twin)
    bench.convention.show()
    this.open()
    this.setWindow()
    this.follow(this.twin)
    this.show(bench.cursor)
    bench.series.refresh()
    bench.hints.show()
  }

  stop() {
    if (!this.on) return
    const { bench } = this
    this.on = false
    bench.el.classList.remove("comparing")
    if (bench.active === this) bench.activate(this.twin)
    if (bench.quad.pointed === this.el) bench.quad.pointed = this.twin.el
    bench.series.refresh()
    bench.hints.show()
  }

  /** The panes that show the same slice as one does. */
  alike(pane) { return this.on && [this, this.twin].includes(pane) ? [this, this.twin] : [pane] }

  /** One of the two was moved or zoomed: so is the other. */
  follow(pane) {
    const other = pane === this ? this.twin : pane === this.twin ? this : null
    if (!this.on || !other || this.following) return
    this.following = true
    Object.assign(other, { pxPerMm: pane.pxPerMm, fitted: pane.fitted, centre: pane.centre })
    other.place()
    this.following = false
  }
}
