// Where each superpixel lies in a volume that is here whole, and how many voxels it has.

import type { Box } from "../core/protocol.ts"
import type { Values, Voxel } from "./geometry.ts"

const NOBODY = -1 // no superpixel has this id

export class Superpixels {
  ids: Values
  #sizes: Int32Array // voxels of each, by id
  #boxes: Int32Array // and six numbers each: its box
  readonly #shape: Voxel

  /** Take new superpixels, and find the box and size of each in one pass. */
  constructor(ids: Values, shape: Voxel) {
    const [I, J, K] = shape
    let largest = 0
    for (let p = 0; p < ids.length; p++) if (ids[p] > largest) largest = ids[p]
    this.ids = ids
    this.#shape = shape
    this.#sizes = new Int32Array(largest + 1)
    this.#boxes = new Int32Array((largest + 1) * 6)
    for (let id = 0; id <= largest; id++) this.#forget(id)
    this.#survey([0, I, 0, J, 0, K], NOBODY, 1, largest + 1)
  }

  sizeOf(id: number): number | undefined { return this.#sizes[id] }

  boxOf(id: number): Box {
    const [i0, i1, j0, j1, k0, k1] = this.#boxes.subarray(id * 6, id * 6 + 6)
    return [i0, i1, j0, j1, k0, k1]
  }

  /** How many superpixels there are, and how many voxels they have. */
  get partition(): { count: number; voxels: number } {
    let [count, voxels] = [0, 0]
    for (const size of this.#sizes) {
      count += Number(size > 0)
      voxels += size
    }
    return { count, voxels }
  }

  /** Make place for ids up to `largest`. */
  grow(largest: number): void {
    if (largest > 65535 && !(this.ids instanceof Uint32Array)) this.ids = Uint32Array.from(this.ids)
    if (largest < this.#sizes.length) return
    this.#sizes = grown(this.#sizes, largest + 1)
    this.#boxes = grown(this.#boxes, (largest + 1) * 6)
  }

  /** Find box and size of the superpixels `n` and `first` … `end` anew; all lie in a box. */
  measure(box: Box, n: number, first: number, end: number): void {
    this.#forget(n)
    for (let id = first; id < end; id++) this.#forget(id)
    this.#survey(box, n, first, end)
  }

  #forget(id: number): void {
    const [I, J, K] = this.#shape
    this.#sizes[id] = 0
    this.#boxes.set([I, 0, J, 0, K, 0], id * 6)
  }

  /** Count the voxels of the superpixels `n` and `first` … `end` in a box. */
  #survey([i0, i1, j0, j1, k0, k1]: Box, n: number, first: number, end: number): void {
    const [, J, K] = this.#shape
    const { ids } = this
    for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) for (let k = k0, p = (i * J + j) * K + k0; k < k1; k++, p++) {
      const id = ids[p]
      if (id === n || (id >= first && id < end)) this.#count(id, i, j, k)
    }
  }

  // eslint-disable-next-line complexity
  #count(id: number, i: number, j: number, k: number): void {
    const boxes = this.#boxes
    const b = id * 6
    this.#sizes[id]++
    if (i < boxes[b]) boxes[b] = i
    if (i >= boxes[b + 1]) boxes[b + 1] = i + 1
    if (j < boxes[b + 2]) boxes[b + 2] = j
    if (j >= boxes[b + 3]) boxes[b + 3] = j + 1
    if (k < boxes[b + 4]) boxes[b + 4] = k
    if (k >= boxes[b + 5]) boxes[b + 5] = k + 1
  }
}

function grown(values: Int32Array, length: number): Int32Array {
  const all = new Int32Array(length)
  all.set(values)
  return all
}
