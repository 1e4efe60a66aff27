// Touch-up by voxel. The page writes the labels while one drags, so that they are seen at once; the
// stroke then goes to the server as any other, and what the server tells of it is the truth.

import { h } from "../core/dom.ts"
import { Sweep, toPlace } from "./sweep.ts"
import { isInside, partOf, unionOf } from "../slices/geometry.ts"

/** What a stroke writes, as far as it was drawn. */
class Preview {
  constructor(sweep, { label, locked, within }) {
    Object.assign(this, { sweep, label, locked, within, places: [], seen: new Set() })
  }

  /** Write the label where the brush passes; what is locked, or in other superpixels, stays. */
  paint(from, to, labels, ids, inside, strides) {
    const { label, locked, within } = this
    this.sweep.each(from, to, inside, strides, (at) => {
      if (!locked[labels[at]] && (!within || ids?.[at] === within)) labels[at] = label
    })
  }

  /** Go on to a place; returns where the last one was. */
  extend(slices, place) {
    const from = this.places.at(-1) ?? place
    this.places.push(place)
    slices.brush(this, from, place)
    return from
  }

  replay(slices) { this.places.forEach((place, n) => slices.brush(this, this.places[Math.max(0, n - 1)], place)) }
}

const OUTSIDE = -1 // the superpixel of a stroke that is to stay in one, and began in none

export class Brush {
  constructor(bench) {
    Object.assign(this, { bench, drag: null, dirty: null })
    this.previews = new Map() // by the stroke's name, of those that the server has not told of
    this.circle = h("i", { class: "circle", hidden: true })
  }

  /** Begin to paint where the button went down; false, and a hint why, if nothing would be taken. */
  begin(pane, at) {
    const { bench } = this
    if (bench.refusal) bench.readout.hint(bench.refusal)
    if (bench.refusal || bench.store.revision < 0) return false
    const context = bench.strokes.context(pane)
    const { tip, label, index } = context
    const place = toPlace(pane.layout, ...pane.toPoint(...at))
    const sweep = new Sweep({ spacing: bench.store.spacing, axis: pane.layout.axis, index, ...tip })
    const preview = new Preview(sweep, { label, locked: this.lockedValues, within: tip.is_within ? this.superpixelAt(pane, place) : 0 })
    this.previews.set(context.name, preview)
    this.drag = { pane, context, preview, xs: [], ys: [] }
    bench.drawing = true
    this.go(at)
    return true
  }

  get lockedValues() {
    const locked = new Uint8Array(65536)
    for (const label of this.bench.table) locked[label.value] = label.locked
    return locked
  }

  superpixelAt(pane, place) {
    const ijk = place.map((n) => Math.floor(n + 0.5))
    ijk.splice(pane.layout.axis, 0, pane.index)
    const { slices, shape } = this.bench.store
    return (isInside(shape, ijk) && slices.idAt(ijk)) || OUTSIDE
  }

  /** Paint as far as the pointer is now. */
  go([px, py]) {
    const { pane, preview, xs, ys } = this.drag
    const [x, y] = pane.toPoint(px, py)
    xs.push(x)
    ys.push(y)
    const to = toPlace(pane.layout, x, y)
    const from = preview.extend(this.bench.store.slices, to)
    this.soil(pane, preview.sweep.bounds(from, to))
  }

  /** Have a part of a pane painted with the next frame. */
  soil(pane, ends) {
    const part = partOf(pane.layout, ends)
    if (!this.dirty) requestAnimationFrame(() => this.flush(pane))
    this.dirty = this.dirty ? unionOf(this.dirty, part) : part
  }

  flush(pane) {
    const part = this.dirty
    this.dirty = null
    if (this.bench.store?.slices.look(pane.layout, pane.index).labels) for (const each of this.bench.compare.alike(pane)) each.drawLabels(part)
  }

  /** What is being painted is given up, and the labels are the server's again. */
  giveUp() {
    const { name } = this.drag.context
    this.drag = null
    this.takeBack(name)
  }

  /** The button went up: the stroke is sent. */
  end() {
    const { pane, context, xs, ys } = this.drag
    this.drag = null
    this.bench.drawing = false
    this.bench.strokes.add(pane, context, xs, ys)
    this.bench.readout.hint("")
    for (const other of this.bench.panes) if (other !== pane) other.drawLabels()
    this.bench.readout.refresh()
  }

  // What the server says

  /** The server has told what a stroke did; returns what the page had made of it. */
  settle(name) {
    const preview = this.previews.get(name)
    this.previews.delete(name)
    return preview
  }

  /** A stroke has ended and the server told of no labels, or all are put aside: the labels are the server's again. */
  takeBack(name) {
    const { previews, bench: { store } } = this
    for (const refused of name === undefined ? [...previews.keys()] : [name]) {
      const preview = previews.get(refused)
      if (previews.delete(refused) && store?.revision >= 0) store.slices.mistrust(preview)
    }
  }

  /** Labels came that know nothing of the latest strokes: paint those again; tells whether there are any. */
  replay() {
    for (const preview of this.previews.values()) preview.replay(this.bench.store.slices)
    return this.previews.size > 0
  }

  // Under the pointer

  /** Show how far the tool reaches, at a point of a pane; where it was last, if none is given. */
  outline(pane = this.over, at = this.at) {
    Object.assign(this, { over: pane, at })
    const { radius } = this.bench.tools
    this.circle.hidden = !(pane?.layout && radius)
    if (this.circle.hidden) return
    if (this.circle.parentNode !== pane.el) pane.el.append(this.circle)
    const size = Math.max(4, 2 * radius * pane.pxPerMm)
    this.circle.style.width = this.circle.style.height = `${size}px`
    this.circle.style.transform = `translate(${at[0] - size / 2}px, ${at[1] - size / 2}px)`
  }
}
