// A slice source for a volume that no browser holds: slices come one by one as they are looked at.
//
// A coarse copy of the whole volume (an overview) gives every slice at once; what is looked at is
// asked for at full resolution when it comes to rest, and its neighbours when nothing else is to do.
// Slices are kept up to a number of bytes. Labels are brought up to date when they are looked at.

import { Incoming } from "../core/wire.ts"
import { cut, endsOf, indexOf, meets, stridesOf, unionOf } from "./geometry.ts"

const KEPT_BYTES = 256 * 2 ** 20
const REST_MS = 80 // shorter than that, and the hand is still scrolling
const AHEAD = 3 // slices
const AGAIN_MS = 15_000

export class RemoteSource {
  constructor(store, bench) {
    Object.assign(this, { store, bench, shape: store.shape, overview: null, partition: 0, sizes: null })
    this.overviews = [...store.overviews] // levels, the coarsest first
    this.planes = new Map() // by name; the one that was used last is last
    this.incoming = new Map()
    this.edits = new LatestEdits()
    this.visible = [null, null, null] // index of the slice across each axis
    this.turned = [-Infinity, -Infinity, -Infinity] // when it was last another one
    this.resting = [null, null, null]
    this.asked = [null, null, null, null] // for each axis what has not come yet; the last is ahead
    this.heading = null
    this.askOverview()
  }

  // What a pane asks

  look(layout, index) {
    const { axis } = layout
    if (this.visible[axis] !== index) this.turn(axis, index)
    const plane = this.planes.get(nameOf(axis, index))
    const shape = this.shapeAcross(axis)
    const of = (values) => (values ? cut(values, layout, shape, 0) : null)
    return {
      volume: of(plane?.volume) ?? this.coarse(layout, index),
      ids: of(this.idsOf(plane)), labels: of(this.labelsOf(plane)),
    }
  }

  coarse(layout, index) {
    if (!this.overview) return null
    const { values, shape, strides } = this.overview
    return cut(values, layout, shape, Math.floor(index / strides[layout.axis]), strides)
  }

  valueAt(ijk) { return this.at(ijk, (plane) => plane.volume) }
  idAt(ijk) { return this.at(ijk, (plane) => this.idsOf(plane)) ?? 0 }
  labelAt(ijk) { return this.at(ijk, (plane) => { const labels = this.labelsOf(plane); return plane.stale ? null : labels }) ?? 0 }
  sizeOf(id) { return this.sizes?.[id - 1] }
  meanOf() { return undefined } // of what is not on the slices that are here, nothing is known

  /** What lies at a voxel, on any of the slices that are here. */
  at(ijk, valuesOf) {
    for (const axis of [0, 1, 2]) {
      const plane = this.planes.get(nameOf(axis, ijk[axis]))
      const values = plane && valuesOf(plane)
      if (values) return values[indexOf(this.shapeAcross(axis), ijk.map((n, a) => (a === axis ? 0 : n)))]
    }
    return undefined
  }

  get hasIds() { return this.partition > 0 }

  keepOnly() {} // there are no other volumes beside one of this size

  ready(idle) {
    return this.store.revision >= 0 && (this.partition > 0 || idle)
      && this.visible.every((index, axis) => index !== null && !this.missing(axis, index).length)
  }

  shapeAcross(axis) { return this.shape.map((size, a) => (a === axis ? 1 : size)) }

  idsOf(plane) { return plane?.ids && plane.partition === this.partition ? plane.ids : null }

  /** A slice's labels as of the latest edit; null where they would be older. */
  labelsOf(plane) {
    if (plane?.labels && plane.revision < this.store.revision) this.edits.bring(plane, this.idsOf(plane), this.shapeAcross(plane.axis))
    return plane?.labels ?? null
  }

  // What is asked for

  turn(axis, index) {
    const now = performance.now()
    const rested = now - this.turned[axis] > REST_MS
    this.turned[axis] = now
    const by = index - (this.visible[axis] ?? index)
    this.heading = by && Math.abs(by) <= AHEAD ? { axis, step: Math.sign(by) } : null // a jump has no direction
    this.visible[axis] = index
    this.used(nameOf(axis, index))
    clearTimeout(this.resting[axis])
    if (rested) this.ask(axis)
    else this.resting[axis] = setTimeout(() => this.ask(axis), REST_MS)
  }

  missing(axis, index) {
    const plane = this.planes.get(nameOf(axis, index))
    const parts = plane?.volume ? [] : ["volume"]
    if (!this.labelsOf(plane) || plane.stale) parts.push("labels")
    if (this.partition && !this.idsOf(plane)) parts.push("ids")
    return parts
  }

  /** Ask for what is missing of the slice that is looked at. What was asked for another slice
   * across the axis, and what was asked ahead, the server then leaves undone. */
  ask(axis) {
    if (this.bench.store !== this.store) return
    const index = this.visible[axis]
    const missing = this.missing(axis, index)
    const under = this.asked[axis]?.index === index ? this.asked[axis].parts : new Set()
    const parts = missing.filter((part) => !under.has(part))
    if (parts.length) {
      this.asked[axis] = { axis, index, parts: new Set([...under, ...parts]) }
      this.asked[3] = null
      this.say(axis, index, parts, false)
    } else if (!missing.length) {
      this.asked[axis] = null
      this.goAhead()
    }
  }

  askVisible() { for (const axis of [0, 1, 2]) if (this.visible[axis] !== null) this.ask(axis) }

  say(axis, index, parts, ahead) {
    this.bench.say("slice", { case: this.store.case, axis, index, level: 0, parts, ahead })
    if (!ahead) setTimeout(() => this.askAgain(axis, index), AGAIN_MS)
  }

  /** Ask once more for what has not come: the server could not read it, and has said so. */
  askAgain(axis, index) {
    if (this.visible[axis] !== index || this.asked[axis]?.index !== index) return
    if (!this.missing(axis, index).length) return
    this.asked[axis] = null
    this.ask(axis)
  }

  /** With nothing else to do: a finer overview, then the slices that will be scrolled to. */
  goAhead() {
    if (this.asked.some((each) => each?.parts.size)) return
    if (this.visible.some((index, axis) => index !== null && this.missing(axis, index).length)) return
    if (this.overview && this.askOverview()) return
    if (!this.heading) return
    const { axis, step } = this.heading
    for (let n = 1; n <= AHEAD; n++) {
      const index = this.visible[axis] + n * step
      if (index < 0 || index >= this.shape[axis]) return
      const parts = this.missing(axis, index)
      if (!parts.length) continue
      this.asked[3] = { axis, index, parts: new Set(parts) }
      return this.say(axis, index, parts, true)
    }
  }

  askOverview() {
    const level = this.overviews.shift()
    if (level !== undefined) this.bench.say("overview", { case: this.store.case, level })
    return level !== undefined
  }

  // What the server gives

  /** Take a piece of a slice or of an overview. */
  async take(message) {
    const name = [message.of, message.axis, message.index, message.level].join("/")
    if (message.start === 0) this.incoming.set(name, new Incoming(message))
    const incoming = this.incoming.get(name)
    if (!incoming) return
    await incoming.add(message)
    if (incoming.fraction < 1) return
    this.incoming.delete(name)
    if (message.of === "overview") this.takeOverview(message, incoming.whole)
    else if (message.of === "sizes") this.takeSizes(message, incoming.whole)
    else this.takePart(message, incoming.whole)
  }

  takeOverview({ level }, values) {
    this.overview = { values, ...this.store.levels[level] }
    this.bench.redrawVolume()
    this.goAhead()
  }

  takeSizes({ partition }, values) { if (partition === this.partition) this.sizes = values }

  takePart({ of, axis, index, revision, partition }, values) {
    if (of === "ids" && partition !== this.partition) return
    const plane = this.hold(axis, index)
    plane[of] = values
    if (of === "ids") plane.partition = partition
    if (of === "labels") {
      Object.assign(plane, { revision, stale: false })
      this.bench.brush.replay()
    }
    this.trim()
    for (const asked of this.asked) if (asked?.axis === axis && asked.index === index) asked.parts.delete(of)
    if (this.visible[axis] === index) {
      this.bench.redrawSlice(axis, of)
      this.ask(axis)
    } else this.goAhead()
  }

  /** Return what is held of a slice, and hold it from now on. */
  hold(axis, index) {
    const name = nameOf(axis, index)
    if (!this.planes.has(name)) this.planes.set(name, { axis, index, volume: null, ids: null, labels: null, partition: 0, revision: -1, stale: false })
    return this.used(name)
  }

  /** A slice that was used goes after the others. */
  used(name) {
    const plane = this.planes.get(name)
    if (this.planes.delete(name)) this.planes.set(name, plane)
    return plane
  }

  /** Let go of those slices that were used longest ago, if there are too many. */
  trim() {
    let bytes = 0
    for (const [other, held] of [...this.planes].reverse()) {
      for (const values of [held.volume, held.ids, held.labels]) bytes += values?.byteLength ?? 0
      if (bytes > KEPT_BYTES && this.visible[held.axis] !== held.index) this.planes.delete(other)
    }
  }

  /** There are other superpixels: `count` of them with `voxels` in all. */
  takePartition({ partition, count, voxels }) {
    for (const plane of this.planes.values()) {
      this.labelsOf(plane) // what was painted by the ids that go
      plane.ids = null
    }
    Object.assign(this, { partition, sizes: null })
    for (const asked of this.asked) asked?.parts.delete("ids") // those that come are of the ids that go
    this.bench.redraw()
    this.askVisible()
    this.bench.havePartition({ count, voxels })
  }

  // Edits

  /** Paint what a drag has swept, on the slices that are looked at; which, is noted. */
  brush(preview, from, to) {
    for (const axis of [0, 1, 2]) {
      const index = this.visible[axis]
      const plane = this.planes.get(nameOf(axis, index))
      const labels = this.labelsOf(plane)
      if (!labels || (preview.within && !this.idsOf(plane))) continue
      const inside = this.shape.map((size, n) => (n === axis ? [index, index + 1] : [0, size]))
      const strides = stridesOf(this.shapeAcross(axis)).map((step, n) => (n === axis ? 0 : step))
      preview.paint(from, to, labels, this.idsOf(plane), inside, strides)
      preview.seen.add(nameOf(axis, index))
    }
  }

  paint({ ids, label, box }) { this.edits.add({ revision: this.store.revision, partition: this.partition, ids, label, box }) }

  /** What was painted of a drag is wrong: ask for those slices again. */
  mistrust({ seen }) {
    for (const name of seen) if (this.planes.has(name)) this.planes.get(name).stale = true
    this.askVisible()
  }

  /** Labels have changed inside boxes, to what the server is asked for; slices that were `seen` to
   * change by the hand that did it show that meanwhile. */
  stale(boxes, seen = new Set()) {
    this.edits.add({ revision: this.store.revision, boxes, seen })
    this.askVisible()
  }

  /** All labels have changed. */
  replaced() {
    this.edits.clear(this.store.revision)
    this.askVisible()
  }
}

const nameOf = (axis, index) => `${axis}/${index}`

const MOST_EDITS = 300

/** The latest edits, by which the labels of a slice that is not looked at are brought up to date. */
class LatestEdits {
  edits = []
  since = -1

  clear(revision) { Object.assign(this, { edits: [], since: revision }) }

  add(edit) {
    this.edits.push(edit)
    if (this.edits.length > MOST_EDITS) this.since = this.edits.shift().revision
  }

  /** Do to a slice's labels what was done since their revision. What is not known here is taken
   * away from them, and they are marked as stale. */
  bring(plane, ids, shape) {
    const edits = this.edits.filter(({ revision }) => revision > plane.revision)
    const isKnown = plane.revision >= this.since && edits.every((edit) => edit.boxes || (ids && edit.partition === plane.partition))
    if (!isKnown) return Object.assign(plane, { labels: null })
    plane.revision = edits.at(-1)?.revision ?? plane.revision
    paintPlane(plane, ids, edits.filter((edit) => edit.ids), shape)
    const name = nameOf(plane.axis, plane.index)
    for (const { boxes = [], seen } of edits) for (const box of boxes) wipe(plane, box, shape, seen.has(name))
  }
}

/** Give superpixels their labels, in the order of the edits, where these have changed any. */
function paintPlane(plane, ids, edits, shape) {
  if (!edits.length) return
  const { labels } = plane
  const given = new Map(edits.flatMap((edit) => edit.ids.map((id) => [id, edit.label])))
  let [id, label] = [0, given.get(0)] // neighbours mostly are of the same superpixel
  eachRowOf(plane, edits.map(({ box }) => box).reduce(unionOf), shape, (start, end) => {
    for (let p = start; p < end; p++) {
      if (ids[p] !== id) { id = ids[p]; label = given.get(id) }
      if (label !== undefined) labels[p] = label
    }
  })
}

/** Take the labels in a box off a slice, if it meets it; where it was seen they stay till it comes. */
function wipe(plane, box, shape, isSeen) {
  if (!meets(box, plane)) return
  plane.stale = true
  if (!isSeen) eachRowOf(plane, box, shape, (start, end) => plane.labels.fill(0, start, end))
}

/** Call `row` with the flat range of each run along k of a slice's own array in a box. */
function eachRowOf(plane, box, [, J, K], row) {
  if (!meets(box, plane)) return
  const [[a0, a1], [b0, b1], [c0, c1]] = endsOf(box).map((ends, axis) => (axis === plane.axis ? [0, 1] : ends))
  for (let a = a0; a < a1; a++) for (let b = b0; b < b1; b++) row((a * J + b) * K + c0, (a * J + b) * K + c1)
}
