// A slice source for a volume that no browser holds: slices come one by one as they are looked at.
//
// A coarse copy of the whole volume (an overview) gives every slice at once; what is looked at is asked for at full
// resolution (requests.ts). Slices are kept up to a number of bytes (held.ts). Labels are brought up to date when they
// are looked at (latest_edits.ts).

import type { Box, Layout, Level, Messages } from "../core/protocol.ts"
import { Incoming } from "../core/wire.ts"
import type { Preview } from "../drawing/brush.ts"
import { cut, indexOf, stridesOf, type Cut, type Place, type Values, type Voxel } from "./geometry.ts"
import { HeldSlices, nameOf, type HeldSlice } from "./held.ts"
import { LatestEdits } from "./latest_edits.ts"
import { Requests } from "./requests.ts"
import type { Layer, Look, SliceSource, SourceHooks } from "./source.ts"

const AXES = [0, 1, 2] as const

type Part = Messages["part"]

/** What is looked at of a volume. */
type Stored = Pick<Messages["open"], "case" | "shape" | "levels" | "overviews">

export class RemoteSource implements SliceSource {
  readonly #hooks: SourceHooks
  readonly #case: number
  readonly #shape: Voxel
  readonly #levels: readonly Level[]
  readonly #overviews: number[] // levels that are still to be asked for, the coarsest first
  readonly #held = new HeldSlices()
  readonly #edits = new LatestEdits()
  readonly #requests: Requests
  readonly #incoming = new Map<string, Incoming>()
  #overview: (Level & { values: Values }) | null = null
  #partition = 0
  #sizes: Values | null = null

  constructor({ case: opening, shape, levels = [], overviews = [] }: Stored, hooks: SourceHooks) {
    this.#hooks = hooks
    this.#case = opening
    this.#shape = shape
    this.#levels = levels
    this.#overviews = [...overviews]
    this.#requests = new Requests(shape, {
      missing: (axis, index) => this.#missing(axis, index),
      say: (axis, index, parts, ahead) => hooks.say("slice", { case: opening, axis, index, level: 0, parts, ahead }),
      sayFiner: () => this.#overview !== null && this.#askOverview(), // one at a time
      isCurrent: () => hooks.isCurrent(),
    })
    this.#askOverview()
  }

  #askOverview(): boolean {
    const level = this.#overviews.shift()
    if (level !== undefined) this.#hooks.say("overview", { case: this.#case, level })
    return level !== undefined
  }

  // What a pane asks

  look(layout: Layout, index: number): Look {
    const { axis } = layout
    if (this.#requests.visible[axis] !== index) this.#turn(axis, index)
    const slice = this.#held.get(axis, index)
    const shape = this.#shapeAcross(axis)
    const of = (values?: Values | null) => (values ? cut(values, layout, shape, 0) : null)
    return { volume: of(slice?.volume) ?? this.#coarse(layout, index), ids: of(this.#idsOf(slice)), labels: of(this.#labelsOf(slice)) }
  }

  lookAt(key: number, layout: Layout, index: number): Cut | null { return key === 0 ? this.look(layout, index).volume : null }

  #turn(axis: number, index: number): void {
    this.#held.use(axis, index)
    this.#requests.turn(axis, index)
  }

  #coarse(layout: Layout, index: number): Cut | null {
    if (!this.#overview) return null
    const { values, shape, strides } = this.#overview
    return cut(values, layout, shape, Math.floor(index / strides[layout.axis]), strides)
  }

  valueAt(ijk: Voxel): number | undefined { return this.#at(ijk, (slice) => slice.volume) }

  valueOf(key: number, ijk: Voxel): number | undefined { return key === 0 ? this.valueAt(ijk) : undefined }

  idAt(ijk: Voxel): number { return this.#at(ijk, (slice) => this.#idsOf(slice)) ?? 0 }

  labelAt(ijk: Voxel): number {
    return this.#at(ijk, (slice) => {
      const labels = this.#labelsOf(slice)
      return slice.stale ? null : labels
    }) ?? 0
  }

  sizeOf(id: number): number | undefined { return this.#sizes?.[id - 1] }

  meanOf(): undefined { return undefined } // of what is not on the slices that are here, nothing is known

  /** What lies at a voxel, on any of the slices that are here. */
  #at(ijk: Voxel, valuesOf: (slice: HeldSlice) => Values | null): number | undefined {
    for (const axis of AXES) {
      const slice = this.#held.get(axis, ijk[axis])
      const values = slice && valuesOf(slice)
      if (values) return values[indexOf(this.#shapeAcross(axis), at(ijk, axis, 0))]
    }
    return undefined
  }

  get hasIds(): boolean { return this.#partition > 0 }

  keepOnly(): void {} // there are no other volumes beside one of this size

  ready(idle: boolean): boolean {
    return this.#hooks.revision() >= 0 && (this.#partition > 0 || idle) && this.#requests.isDone
  }

  #shapeAcross(axis: number): Voxel { return at(this.#shape, axis, 1) }

  #idsOf(slice?: HeldSlice): Values | null { return slice?.ids && slice.partition === this.#partition ? slice.ids : null }

  /** A slice's labels as of the latest edit; null where they would be older. */
  #labelsOf(slice?: HeldSlice): Uint16Array | null {
    if (slice?.labels && slice.revision < this.#hooks.revision()) {
      this.#edits.bring(slice, this.#idsOf(slice), this.#shapeAcross(slice.axis))
    }
    return slice?.labels ?? null
  }

  #missing(axis: number, index: number): Layer[] {
    const slice = this.#held.get(axis, index)
    const layers: Layer[] = slice?.volume ? [] : ["volume"]
    if (!this.#labelsOf(slice) || slice?.stale) layers.push("labels")
    if (this.#partition && !this.#idsOf(slice)) layers.push("ids")
    return layers
  }

  // What the server gives

  /** Take a piece of a slice or of an overview. */
  async take(message: Part): Promise<void> {
    const name = [message.of, message.axis, message.index, message.level].join("/")
    if (message.start === 0) this.#incoming.set(name, new Incoming(message))
    const incoming = this.#incoming.get(name)
    if (!incoming) return
    await incoming.add(message)
    if (incoming.fraction < 1) return
    this.#incoming.delete(name)
    this.#takeWhole(message, incoming.whole)
  }

  #takeWhole({ of, ...part }: Part, values: Values): void {
    if (of === "overview") this.#takeOverview(part.level, values)
    else if (of === "sizes") this.#sizes = part.partition === this.#partition ? values : this.#sizes
    else this.#takeLayer(of, part, values)
  }

  #takeOverview(level: number, values: Values): void {
    this.#overview = { values, ...this.#levels[level] }
    this.#hooks.redrawVolume()
    this.#requests.goAhead()
  }

  #takeLayer(layer: Layer, { axis, index, revision = -1, partition = 0 }: Omit<Part, "of">, values: Values): void {
    if (layer === "ids" && partition !== this.#partition) return
    const slice = this.#held.hold(axis, index)
    if (layer === "labels") this.#takeLabels(slice, values, revision)
    else slice[layer] = values
    if (layer === "ids") slice.partition = partition
    this.#held.trim(this.#requests.visible)
    this.#requests.took(axis, index, layer)
    this.#showLayer(axis, index, layer)
  }

  #takeLabels(slice: HeldSlice, values: Values, revision: number): void {
    if (!(values instanceof Uint16Array)) throw new Error("labels are numbers of 16 bits")
    Object.assign(slice, { labels: values, revision, stale: false })
    this.#hooks.replay()
  }

  #showLayer(axis: number, index: number, layer: Layer): void {
    if (this.#requests.visible[axis] !== index) return this.#requests.goAhead()
    this.#hooks.redrawSlice(axis, layer)
    this.#requests.ask(axis)
  }

  /** There are other superpixels: `count` of them with `voxels` in all. */
  takePartition({ partition, count, voxels }: Messages["partition"]): void {
    for (const slice of this.#held.all) {
      this.#labelsOf(slice) // what was painted by the ids that go
      slice.ids = null
    }
    this.#partition = partition
    this.#sizes = null
    this.#requests.forget("ids") // those that come are of the ids that go
    this.#hooks.redraw()
    this.#requests.askVisible()
    this.#hooks.havePartition({ count, voxels })
  }

  // Edits

  /** Paint what a drag has swept, on the slices that are looked at; which, is noted. */
  brush(preview: Preview, from: Place, to: Place): void {
    for (const axis of AXES) {
      const index = this.#requests.visible[axis]
      const slice = index === null ? undefined : this.#held.get(axis, index)
      if (slice) this.#brushSlice(slice, preview, from, to)
    }
  }

  #brushSlice(slice: HeldSlice, preview: Preview, from: Place, to: Place): void {
    const [labels, ids] = [this.#labelsOf(slice), this.#idsOf(slice)]
    if (!labels || (preview.within && !ids)) return
    const { axis, index } = slice
    const inside = this.#shape.map((size, n): [number, number] => (n === axis ? [index, index + 1] : [0, size]))
    preview.paint(from, to, labels, ids, inside, at(stridesOf(this.#shapeAcross(axis)), axis, 0))
    preview.seen.add(nameOf(axis, index))
  }

  paint({ ids, label, box }: Pick<Messages["painted"], "ids" | "label" | "box">): void {
    this.#edits.add({ revision: this.#hooks.revision(), partition: this.#partition, ids, label, box })
  }

  /** What was painted of a drag is wrong: ask for those slices again. */
  mistrust({ seen }: Pick<Preview, "seen">): void {
    for (const name of seen) {
      const slice = this.#held.named(name)
      if (slice) slice.stale = true
    }
    this.#requests.askVisible()
  }

  /**
   * Labels have changed inside boxes, to what the server is asked for; slices that were `seen` to change by the hand that
   * did it show that meanwhile.
   */
  stale(boxes: Box[], seen: ReadonlySet<string> = new Set()): void {
    this.#edits.add({ revision: this.#hooks.revision(), boxes, seen })
    this.#requests.askVisible()
  }

  /** All labels have changed. */
  replaced(): void {
    this.#edits.clear(this.#hooks.revision())
    this.#requests.askVisible()
  }
}

/** A triple with another number along an axis. */
function at(triple: Voxel, axis: number, n: number): Voxel {
  const other: Voxel = [...triple]
  other[axis] = n
  return other
}
