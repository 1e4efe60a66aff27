// Slices of a volume that is not here as a whole, as many as fit into a number of bytes.

import type { Values } from "./geometry.ts"

const KEPT_BYTES = 256 * 2 ** 20

/** What is held of a slice, each as an array of one voxel across it. */
export interface HeldSlice {
  readonly axis: number
  readonly index: number
  volume: Values | null
  ids: Values | null
  partition: number // of which the ids are
  labels: Uint16Array | null
  revision: number // of the labels
  stale: boolean // some labels are not known
}

export const nameOf = (axis: number, index: number): string => `${axis}/${index}`

export class HeldSlices {
  readonly #slices = new Map<string, HeldSlice>() // by name; the one that was used last is last
  readonly #most: number

  constructor(most = KEPT_BYTES) { this.#most = most }

  get(axis: number, index: number): HeldSlice | undefined { return this.#slices.get(nameOf(axis, index)) }

  named(name: string): HeldSlice | undefined { return this.#slices.get(name) }

  get all(): Iterable<HeldSlice> { return this.#slices.values() }

  /** Return what is held of a slice, and hold it from now on. */
  hold(axis: number, index: number): HeldSlice {
    const slice = this.get(axis, index) ?? { axis, index, volume: null, ids: null, labels: null, partition: 0, revision: -1, stale: false }
    this.#slices.set(nameOf(axis, index), slice)
    this.use(axis, index)
    return slice
  }

  /** A slice that was used goes after the others. */
  use(axis: number, index: number): void {
    const slice = this.get(axis, index)
    if (!slice) return
    this.#slices.delete(nameOf(axis, index))
    this.#slices.set(nameOf(axis, index), slice)
  }

  /** Let go of those slices that were used longest ago, if there are too many; not of those that are looked at. */
  trim(visible: readonly (number | null)[]): void {
    let bytes = 0
    for (const [name, slice] of [...this.#slices].reverse()) {
      bytes += bytesOf(slice)
      if (bytes > this.#most && visible[slice.axis] !== slice.index) this.#slices.delete(name)
    }
  }
}

const bytesOf = ({ volume, ids, labels }: HeldSlice): number =>
  [volume, ids, labels].reduce((bytes, values) => bytes + (values?.byteLength ?? 0), 0)
