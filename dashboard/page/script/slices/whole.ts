// A slice source that holds all arrays of the volume: no slice needs the server.

import type { Box, Layout, Messages } from "../core/protocol.ts"
import type { Preview } from "../drawing/brush.ts"
import { cut, eachRow, indexOf, stridesOf, type Cut, type Place, type Values, type Voxel } from "./geometry.ts"
import type { Look, SliceSource, SourceHooks } from "./source.ts"
import { Superpixels } from "./superpixels.ts"

const CHANNEL = "channel " // begins what another volume of the series is called, before its key

export class WholeSource implements SliceSource {
  readonly #shape: Voxel
  readonly #hooks: SourceHooks
  readonly #volumes = new Map<number, Values>() // of the series, by their keys; the main one's is 0
  readonly #means = new Map<number, number | undefined>()
  #labels: Uint16Array
  #haveLabelsCome = false
  #superpixels: Superpixels | null = null

  constructor({ shape }: Pick<Messages["open"], "shape">, hooks: SourceHooks) {
    this.#shape = shape
    this.#hooks = hooks
    this.#labels = new Uint16Array(shape[0] * shape[1] * shape[2])
  }

  look(layout: Layout, index: number): Look {
    const of = (values: Values) => cut(values, layout, this.#shape, index)
    const volume = this.lookAt(this.#hooks.shownKey(), layout, index)
    return { volume, ids: this.#superpixels && of(this.#superpixels.ids), labels: of(this.#labels) }
  }

  lookAt(key: number, layout: Layout, index: number): Cut | null {
    const values = this.#volumes.get(key)
    return values ? cut(values, layout, this.#shape, index) : null
  }

  valueOf(key: number, ijk: Voxel): number | undefined { return this.#volumes.get(key)?.[indexOf(this.#shape, ijk)] }

  keepOnly(keys: number[]): void {
    for (const key of [...this.#volumes.keys()]) if (key !== 0 && !keys.includes(key)) this.#volumes.delete(key)
  }

  valueAt(ijk: Voxel): number | undefined { return this.valueOf(0, ijk) }
  idAt(ijk: Voxel): number { return this.#superpixels?.ids[indexOf(this.#shape, ijk)] ?? 0 }
  labelAt(ijk: Voxel): number { return this.#labels[indexOf(this.#shape, ijk)] }
  sizeOf(id: number): number | undefined { return this.#superpixels?.sizeOf(id) }

  /** The mean of a superpixel's finite intensities, found when it is first asked for. */
  meanOf(id: number): number | undefined {
    if (!this.#means.has(id)) this.#means.set(id, this.#findMean(id))
    return this.#means.get(id)
  }

  #findMean(id: number): number | undefined {
    const volume = this.#volumes.get(0)
    if (!volume || !this.#superpixels?.sizeOf(id)) return undefined
    const { ids } = this.#superpixels
    let [sum, count] = [0, 0]
    eachRow(this.#shape, this.#superpixels.boxOf(id), (start, end) => {
      for (let p = start; p < end; p++) if (ids[p] === id && Number.isFinite(volume[p])) { sum += volume[p]; count++ }
    })
    return count ? sum / count : undefined
  }

  get hasIds(): boolean { return this.#superpixels !== null }

  ready(idle: boolean): boolean { return this.#volumes.has(0) && this.#haveLabelsCome && (this.hasIds || idle) }

  /** Take an array that has come: "volume", "labels", "ids", or another volume as "channel 1". */
  arrive(array: string, values: Values, revision: number | null): void {
    if (array === "labels") this.#takeLabels(values)
    else this.#take(array, values)
    if (revision !== null) this.#hooks.setRevision(revision)
    this.#hooks.redraw()
    if (array === "ids") this.#tellPartition()
  }

  #takeLabels(values: Values): void {
    if (!(values instanceof Uint16Array)) throw new Error("labels are numbers of 16 bits")
    this.#labels = values
    this.#haveLabelsCome = true
  }

  #take(array: string, values: Values): void {
    if (array === "ids") this.#superpixels = new Superpixels(values, this.#shape)
    else this.#volumes.set(array.startsWith(CHANNEL) ? Number(array.slice(CHANNEL.length)) : 0, values)
    this.#means.clear()
  }

  #tellPartition(): void { if (this.#superpixels) this.#hooks.havePartition(this.#superpixels.partition) }

  /**
   * Take other ids inside boxes. All voxels of the superpixels `n` and `first` … `end` of a box lie in it, and none of
   * others has changed.
   */
  divide(at: [n: number, first: number, end: number][], boxes: Box[], values: Uint32Array): void {
    const superpixels = this.#superpixels
    if (!superpixels) return
    superpixels.grow(at.reduce((most, [, , end]) => Math.max(most, end - 1), 0))
    this.#means.clear()
    this.#write(superpixels.ids, boxes, values)
    for (const [m, box] of boxes.entries()) superpixels.measure(box, ...at[m])
    this.#tellPartition()
  }

  /** Give `label` to every voxel of the superpixels `ids`. */
  paint({ ids: painted, label }: Pick<Messages["painted"], "ids" | "label">): void {
    if (!this.#superpixels) return
    const { ids } = this.#superpixels
    const labels = this.#labels
    for (const id of painted) {
      eachRow(this.#shape, this.#superpixels.boxOf(id), (start, end) => {
        for (let p = start; p < end; p++) if (ids[p] === id) labels[p] = label
      })
    }
  }

  brush(preview: Preview, from: Place, to: Place): void {
    const everywhere = this.#shape.map((size): [number, number] => [0, size])
    preview.paint(from, to, this.#labels, this.#superpixels?.ids ?? null, everywhere, stridesOf(this.#shape))
  }

  /** Ask for all labels. */
  mistrust(): void { this.#hooks.say("resync", {}) }

  /** Write label values into boxes; `values` holds those of all boxes one after the other. */
  patch(boxes: Box[], values: Uint16Array): void { this.#write(this.#labels, boxes, values) }

  #write(array: Values, boxes: Box[], values: Values): void {
    let from = 0
    for (const box of boxes) {
      eachRow(this.#shape, box, (start, end) => {
        array.set(values.subarray(from, from + end - start), start)
        from += end - start
      })
    }
  }
}
