// The browser's copy of the case: intensities, superpixel ids, labels, colours.
// The server's label map is the truth; an edit that was missed shows as a jump of `revision`.

const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array,
  uint32: Uint32Array, int32: Int32Array, float32: Float32Array,
}

class Store {
  constructor(opened) {
    Object.assign(this, opened) // shape, spacing, affine, layouts, window, range, name …
    const voxels = this.shape.reduce((a, b) => a * b)
    this.volume = null
    this.labels = new Uint16Array(voxels)
    this.ids = null
    this.revision = -1
    this.partition = 0
    this.complete = { volume: false, labels: false }
  }

  valueAt(ijk) { return this.volume && isInside(this.shape, ijk) ? this.volume[indexOf(this.shape, ijk)] : NaN }
  idAt(ijk) { return this.ids && isInside(this.shape, ijk) ? this.ids[indexOf(this.shape, ijk)] : 0 }
  labelAt(ijk) { return isInside(this.shape, ijk) ? this.labels[indexOf(this.shape, ijk)] : 0 }

  /** Take new superpixels, and find the box and size of each in one pass. */
  setIds(ids) {
    const [I, J, K] = this.shape
    let count = 0
    for (let p = 0; p < ids.length; p++) if (ids[p] > count) count = ids[p]
    const boxes = new Int32Array((count + 1) * 6)
    const sizes = new Int32Array(count + 1)
    for (let n = 0; n <= count; n++) boxes.set([I, 0, J, 0, K, 0], n * 6)
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
    Object.assign(this, { ids, boxes, sizes, partition: this.partition + 1 })
  }

  /** Give `label` to every voxel of the superpixels `ids`. */
  paint(ids, label) {
    for (const n of ids) {
      const box = this.boxes.subarray(n * 6, n * 6 + 6)
      this.eachRow(box, (start, end) => {
        for (let p = start; p < end; p++) if (this.ids[p] === n) this.labels[p] = label
      })
    }
  }

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
