// What the page has of the open volume's arrays: all of them at once (whole.ts), or slice by slice (remote.ts).
// The server's label map is the truth; an edit that was missed shows as a jump of its revision.

import type { Box, Layout, Messages, Verbs } from "../core/protocol.ts"
import type { Preview } from "../drawing/brush.ts"
import type { Cut, Place, Values, Voxel } from "./geometry.ts"

/** What there is of a slice; null where nothing is there yet. */
export interface Look { volume: Cut | null; ids: Cut | null; labels: Cut | null }

/** What can be there of a slice. */
export type Layer = keyof Look

export interface SliceSource {
  /** What there is of the slice at `index`; it is drawn again when there is more. */
  look(layout: Layout, index: number): Look
  /** Of one volume of the series; 0 is the main one. */
  lookAt(key: number, layout: Layout, index: number): Cut | null
  valueOf(key: number, ijk: Voxel): number | undefined
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

/** What a slice source tells, and asks, of the rest of the page. */
export interface SourceHooks {
  /** Ask the server. */
  say<V extends keyof Verbs>(verb: V, values: Verbs[V]): void
  /** There is more to draw: of all slices, of the one across an axis, or of the intensities alone. */
  redraw(): void
  redrawSlice(axis: number, layer: Layer): void
  redrawVolume(): void
  /** There are other superpixels: how many, and of how many voxels. */
  havePartition(partition: { count: number; voxels: number | null }): void
  /** Labels came that know nothing of the latest strokes: paint those again. */
  replay(): void
  /** Of the labels that the page has; -1 before they have come. */
  revision(): number
  setRevision(revision: number): void
  /** Which volume of the series is shown. */
  shownKey(): number
  /** Whether the volume is still the one that is open. */
  isCurrent(): boolean
}
