// What the page has of the open volume's arrays: all of them at once (whole.ts), or slice by slice (remote.ts).

import type { Box, Layout, Messages } from "../core/protocol.ts"
import type { Preview } from "../drawing/brush.ts"
import type { Cut, Place, Values, Voxel } from "./geometry.ts"

/** What is there of a slice; null where nothing is there yet. */
export interface Look { volume: Cut | null; ids: Cut | null; labels: Cut | null }

export interface SliceSource {
  /** What there is of the slice at `index`; it is drawn again when there is more. */
  look(layout: Layout, index: number): Look
  /** Of one volume of the series; 0 is the main one. */
  lookAt?(key: number, layout: Layout, index: number): Cut | null
  valueOf?(key: number, ijk: Voxel): number | undefined
  valueAt(ijk: Voxel): number | undefined
  /** 0 as long as it is not there; labels too. */
  idAt(ijk: Voxel): number
  labelAt(ijk: Voxel): number
  /** Voxels of a superpixel, and its mean intensity; undefined if they are not known. */
  sizeOf(id: number): number | undefined
  meanOf(id: number): number | undefined
  readonly hasIds: boolean
  ready(idle: boolean): boolean
  /** Let go of the volumes that are no longer there. */
  keepOnly(keys: number[]): void
  paint(message: Messages["painted"]): void
  /** Paint what a drag has swept from one place to the next. */
  brush(preview: Preview, from: Place, to: Place): void
  /** What was painted of a drag was refused: the labels are the server's again. */
  mistrust(preview: Preview): void
  // What comes for a volume that is here whole
  arrive?(array: string, values: Values, revision: number | null): void
  patch?(boxes: Box[], values: Uint16Array): void
  divide?(at: [number, number, number][], boxes: Box[], ids: Uint32Array): void
  // What comes for one of which slices are here
  take?(message: Messages["part"]): Promise<void>
  takePartition?(message: Messages["partition"]): void
  stale?(boxes: Box[], seen?: ReadonlySet<string>): void
  replaced?(): void
}
