// A slice source that holds all arrays of the volume: no slice needs the server.

import { cut, indexOf, stridesOf } from "./geometry.ts"

export class WholeSource {
  constructor(store, bench) {
    Object.assign(this, { store, bench, shape: store.shape, volume: null, channels: new Map(), ids: null, complete: false, means: new Map() })
    this.labels = new Uint16Array(this.shape.reduce((a, b) => a * b))
  }

  look(layout, index) {
    const of = (values) => values && cut(values, layout, this.shape, index)
    return { volume: this.lookAt(this.bench.series.shown.key, layout, index), ids: of(this.ids), labels: of(this.labels) }
  }

  /** The slice of one volume of the series; 0 is the main one. */
  lookAt(key, layout, index) {
    const values = this.valuesOf(key)
    return values && cut(values, layout, this.shape, index)
  }

  valuesOf(key) { return key === 0 ? this.volume : this.channels.get(key) ?? null }
  valueOf(key, ijk) { return this.valuesOf(key)?.[indexOf(this.shape, ijk)] }

  /** Let go of the volumes that are no longer there. */
  keepOnly(keys) { for (const key of [...this.channels.keys()]) if (!keys.includes(key)) this.channels.delete(key) }

  valueAt(ijk) { return this.volume?.[indexOf(this.shape, ijk)] }
  idAt(ijk) { return this.ids?.[indexOf(this.shape, ijk)] ?? 0 }
  labelAt(ijk) { return this.labels[indexOf(this.shape, ijk)] }
  sizeOf(id) { return this.sizes?.[id] }

  /** The mean of a superpixel's finite intensities, found when it is first asked for. */
  meanOf(id) {
    if (!this.means.has(id)) this.means.set(id, this.findMean(id))
    return this.means.get(id)
  }

  findMean(id) {
    if (!this.volume || !this.sizes?.[id]) return undefined
    let [sum, count] = [0, 0]
    this.eachRow(this.boxes.subarray(id * 6, id * 6 + 6), (start, end) => {
      for (let p = start; p < end; p++) if (this.ids[p] === id && Number.isFinite(this.volume[p])) { sum += this.volume[p]; count++ }
    })
    return count ? sum / count : undefined
  }

  get hasIds() { return this.ids !== null }

  ready(idle) { return Boolean(this.volume && this.complete && (this.ids || idle)) }

  /** Take an array that has come: "volume", "labels", "ids", or another volume as "channel 1". */
  arrive(array, values, revision) {
    if (array === "ids") this.setIds(values)
    else if (array.startsWith("channel ")) this.channels.set(Number(array.slice(8)), values)
    else this[array] = values
    if (array === "labels") this.complete = true
    else this.means.clear()
    if (revision != null) this.store.revision = revision
    this.bench.redraw()
    if (array === "ids") this.bench.havePartition(this.partition)
  }

  /** Take new superpixels, and find the box and size of each in one pass. */
  setIds(ids) {
    const [I, J, K] = this.shape
    let largest = 0
    for (let p = 0; p < ids.length; p++) if (ids[p] > largest) largest = ids[p]
    const boxes = new Int32Array((largest + 1) * 6)
    const sizes = new Int32Array(largest + 1)
    for (let n = 0; n <= largest; n++) boxes.set([I, 0, J, 0, K, 0], n * 6)
    let p = 0
    for (let i = 0; i < I; i++) for (let j = 0; j < J; j++) for (let k = 0; k < K; k++, p++) {
      const n = ids[p]
      if (n === 0) continue
      const b = n * 6
      sizes[n]++
      if (i < boxes[b]) boxes[b] = i
      if (i >= boxes[b + 1]) boxes[b + 1] = i + 1
      if (j < boxes[b + 2]) boxes[b + 2] = j
      if (j >= boxes[b + 3]) boxes[b + 3] = j + 1
      if (k < boxes[b + 4]) boxes[b + 4] = k
      if (k >= boxes[b + 5]) boxes[b + 5] = k + 1
    }
    Object.assign(this, { ids, boxes, sizes })
  }

  /** Take other ids inside boxes. All voxels of the superpixels `n` and `first` … `end` of a box lie
   * in it, and none of others has changed. */
  divide(at, boxes, values) {
    this.grow(at.reduce((most, [, , end]) => Math.max(most, end - 1), 0))
    this.means.clear()
    let from = 0
    for (const box of boxes) {
      this.eachRow(box, (start, end) => {
        this.ids.set(values.subarray(from, from + end - start), start)
        from += end - start
      })
    }
    for (const [m, box] of boxes.entries()) this.measure(box, ...at[m])
  }

  /** Make place for ids up to `largest`. */
  grow(largest) {
    if (largest > 65535 && !(this.ids instanceof Uint32Array)) this.ids = Uint32Array.from(this.ids)
    if (largest < this.sizes.length) return
    const room = (values, length) => { const grown = new Int32Array(length); grown.set(values); return grown }
    this.sizes = room(this.sizes, largest + 1)
    this.boxes = room(this.boxes, (largest + 1) * 6)
  }

  /** Find box and size of the superpixels `n` and `first` … `end` anew; all lie in a box. */
  measure([i0, i1, j0, j1, k0, k1], n, first, end) {
    const [I, J, K] = this.shape
    const mine = (id) => id === n || (id >= first && id < end)
    for (const id of [n, ...Array.from({ length: end - first }, (_, m) => first + m)]) {
      this.sizes[id] = 0
      this.boxes.set([I, 0, J, 0, K, 0], id * 6)
    }
    for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) for (let k = k0, p = (i * J + j) * K + k0; k < k1; k++, p++) {
      const id = this.ids[p]
      if (mine(id)) this.count(id, i, j, k)
    }
  }

  count(id, i, j, k) {
    const { boxes } = this
    const b = id * 6
    this.sizes[id]++
    if (i < boxes[b]) boxes[b] = i
    if (i >= boxes[b + 1]) boxes[b + 1] = i + 1
    if (j < boxes[b + 2]) boxes[b + 2] = j
    if (j >= boxes[b + 3]) boxes[b + 3] = j + 1
    if (k < boxes[b + 4]) boxes[b + 4] = k
    if (k >= boxes[b + 5]) boxes[b + 5] = k + 1
  }

  /** How many superpixels there are, and how many voxels they have. */
  get partition() {
    return { count: this.sizes.reduce((n, size) => n + (size > 0), 0), voxels: this.sizes.reduce((a, b) => a + b, 0) }
  }

  /** Give `label` to every voxel of the superpixels `ids`. */
  paint({ ids, label }) {
    for (const n of ids) {
      const box = this.boxes.subarray(n * 6, n * 6 + 6)
      this.eachRow(box, (start, end) => {
        for (let p = start; p < end; p++) if (this.ids[p] === n) this.labels[p] = label
      })
    }
  }

  /** Paint what a drag has swept from one place to the next. */
  brush(preview, from, to) {
    preview.paint(from, to, this.labels, this.ids, this.shape.map((size) => [0, size]), stridesOf(this.shape))
  }

  /** What was painted of a drag is wrong: ask for the labels. */
  mistrust() { this.bench.say("resync") }

  /** Write label values into boxes; `values` holds those of all boxes one after the other. */
  patch(boxes, values) {
    let from = 0
    for (const box of boxes) {
      this.eachRow(box, (start, end) => {
        this.labels.set(values.subarray(from, from + end - start), start)
        from += end - start
      })
    }
  }

  /** Call `row` with the flat range of each run along k in a box. */
  eachRow([i0, i1, j0, j1, k0, k1], row) {
    const [, J, K] = this.shape
    for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) {
      row((i * J + j) * K + k0, (i * J + j) * K + k1)
    }
  }
}
