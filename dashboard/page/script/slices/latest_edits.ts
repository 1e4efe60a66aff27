// The latest edits, by which the labels of a slice that is not looked at are brought up to date when it is.

import type { Box } from "../core/protocol.ts"
import { eachRow, meets, unionOf, type Values, type Voxel } from "./geometry.ts"
import { nameOf, type HeldSlice } from "./held.ts"

const MOST_EDITS = 300

/** Superpixels of one partition, in a box, were given a label. */
export interface Painted { revision: number; partition: number; ids: readonly number[]; label: number; box: Box }

/** Labels in boxes are others; on some slices, by their names, they were seen to change. */
export interface Patched { revision: number; boxes: readonly Box[]; seen: ReadonlySet<string> }

type Edit = Painted | Patched

const isPainted = (edit: Edit): edit is Painted => "ids" in edit
const isPatched = (edit: Edit): edit is Patched => "boxes" in edit

export class LatestEdits {
  #edits: Edit[] = []
  #since = -1 // the revision after which all edits are known

  clear(revision: number): void {
    this.#edits = []
    this.#since = revision
  }

  add(edit: Edit): void {
    this.#edits.push(edit)
    if (this.#edits.length > MOST_EDITS) this.#since = this.#edits.shift()?.revision ?? this.#since
  }

  /**
   * Do to a slice's labels what was done since their revision; `ids` are those of the superpixels that are there now.
   * Labels that cannot be known are taken away from it, or from where they are not, and the slice is marked as stale.
   */
  bring(slice: HeldSlice, ids: Values | null, shape: Voxel): void {
    const edits = this.#edits.filter(({ revision }) => revision > slice.revision)
    const { labels } = slice
    if (!labels) return
    if (slice.revision < this.#since || !edits.every((edit) => isPatched(edit) || (ids && edit.partition === slice.partition))) {
      slice.labels = null
      return
    }
    slice.revision = edits.at(-1)?.revision ?? slice.revision
    if (ids) paint(labels, ids, slice, edits.filter(isPainted), shape)
    const name = nameOf(slice.axis, slice.index)
    for (const { boxes, seen } of edits.filter(isPatched)) {
      for (const box of boxes) wipe(labels, slice, box, shape, seen.has(name))
    }
  }
}

/** Give superpixels their labels, in the order of the edits, where these have changed any. */
function paint(labels: Uint16Array, ids: Values, slice: HeldSlice, edits: readonly Painted[], shape: Voxel): void {
  if (!edits.length) return
  const given = new Map(edits.flatMap((edit) => edit.ids.map((id) => [id, edit.label] as const)))
  let [id, label] = [0, given.get(0)] // neighbours mostly are of the same superpixel
  eachRowOf(slice, edits.map(({ box }) => box).reduce(unionOf), shape, (start, end) => {
    for (let p = start; p < end; p++) {
      if (ids[p] !== id) { id = ids[p]; label = given.get(id) }
      if (label !== undefined) labels[p] = label
    }
  })
}

/** Take the labels in a box off a slice, if it meets it; where it was seen they stay till it comes. */
function wipe(labels: Uint16Array, slice: HeldSlice, box: Box, shape: Voxel, isSeen: boolean): void {
  if (!meets(box, slice)) return
  slice.stale = true
  if (!isSeen) eachRowOf(slice, box, shape, (start, end) => labels.fill(0, start, end))
}

/** Call `row` with the flat range of each run along k of a slice's own array in a box. */
function eachRowOf(slice: HeldSlice, box: Box, shape: Voxel, row: (start: number, end: number) => void): void {
  if (!meets(box, slice)) return
  const own: Box = [...box]
  own[2 * slice.axis] = 0
  own[2 * slice.axis + 1] = 1
  eachRow(shape, own, row)
}
