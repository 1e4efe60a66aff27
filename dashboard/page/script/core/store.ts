// What the page knows of the open volume. Its arrays come from a slice source: all of them at once
// (whole.js), or slice by slice (remote.js). The server's label map is the truth; an edit that was
// missed shows as a jump of `revision`.
//
// A slice source gives what it has of a slice, and draws it again when there is more:
//   look(layout, index)     → { volume, ids, labels }: cuts (geometry.js), null where nothing is there yet
//   valueAt(ijk), idAt(ijk), labelAt(ijk)    of a voxel; undefined, 0 and 0 as long as it is not there
//   sizeOf(id)              → voxels of a superpixel; undefined if it is not known
//   meanOf(id)              → its mean intensity; undefined if it is not known
//   paint({ ids, label, box }), hasIds, ready(idle)
//   brush(preview, from, to)    paint what a drag has swept;  mistrust(preview)    it was refused: ask
//   arrive(array, values, revision), patch(boxes, values), divide(at, boxes, ids)    what comes for whole.js
//   take(message), takePartition(partition), stale(boxes, seen), replaced()           what comes for remote.js
//   keepOnly(keys), and of whole volumes lookAt(key, layout, index), valueOf(key, ijk): of a series

import { RemoteSource } from "../slices/remote.ts"
import { WholeSource } from "../slices/whole.ts"

export const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array,
  uint32: Uint32Array, int32: Int32Array, float32: Float32Array,
}

const SOURCES = { whole: (...given) => new WholeSource(...given), slices: (...given) => new RemoteSource(...given) }

export class Store {
  constructor(opened, bench) {
    Object.assign(this, opened) // shape, spacing, affine, layouts, window, range, name …
    this.revision = -1
    this.slices = SOURCES[opened.source](this, bench)
  }
}
