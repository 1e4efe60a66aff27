// What is open: the volume, its labels and their history, its superpixels, and the volumes beside it. The server owns
// all of it; the page is told.

import type { Channel, Messages, Row } from "../core/protocol.ts"
import type { SliceSource } from "../slices/source.ts"
import { observed } from "./observed.ts"
import type { Range } from "./view.ts"

export type Opened = Messages["open"]

/** One volume of the series; `first` is the window with which it was opened. */
export interface SeriesVolume extends Channel { first: Range; weight: number }

export type Shade = "Hot" | "Cool" | "Grey"

export interface DocumentState {
  opened: Opened | null
  revision: number // of the labels that the page has; -1 before they have come
  rows: ReadonlyMap<number, Row> // of the labels, by value, in the order of the values
  titles: readonly string[] // of all edits
  done: number // of which so many are in force
  partition: { count: number; voxels: number | null } | null
  threshold: number | null // of the foreground, as the last partition had it
  volumes: readonly SeriesVolume[]
  shown: SeriesVolume | null
  second: SeriesVolume | null
  blends: boolean // the second lies over the shown one
  mix: number // how strong, 0 to 1
  shade: Shade
}

const NOTHING: DocumentState = {
  opened: null, revision: -1, rows: new Map(), titles: [], done: 0, partition: null, threshold: null,
  volumes: [], shown: null, second: null, blends: false, mix: 0.5, shade: "Hot",
}

export class DocumentStore {
  readonly state: Readonly<DocumentState>
  readonly set: (change: Partial<DocumentState>) => void
  slices: SliceSource | null = null // what the page has of the arrays
  readonly colors = new Uint32Array(65536) // of each label, as a canvas packs them
  readonly hidden = new Uint8Array(65536)
  #coming: readonly string[] = [] // titles of a history, of which more may come

  constructor() { [this.state, this.set] = observed(NOTHING) }

  /** Begin with a volume, of which nothing has come but what it is. */
  open(opened: Opened, slices: SliceSource): void {
    this.slices = slices
    this.colors.fill(0)
    this.hidden.fill(0)
    const { mix, shade } = this.state
    this.set({ ...NOTHING, mix, shade, opened })
  }

  /** Begin without a volume. */
  close(): void {
    this.slices = null
    this.set({ opened: null, revision: -1 })
  }

  /** Take the rows that are new or have changed, and the values of those that are no more; tells whether any is drawn otherwise. */
  takeRows({ fresh, rows, gone }: Messages["rows"]): boolean {
    const all = new Map(fresh ? [] : this.state.rows)
    for (const value of gone) all.delete(value)
    const isInOrder = rows.every(({ value }) => all.has(value)) // as after a stroke, however many labels there are
    let isDrawnAnew = fresh
    for (const row of rows) {
      all.set(row.value, row)
      isDrawnAnew = this.#colour(row) || isDrawnAnew
    }
    this.set({ rows: isInOrder ? all : new Map([...all].sort(([one], [other]) => one - other)) })
    return isDrawnAnew
  }

  #colour({ value, color, visible }: Row): boolean {
    const [before, wasHidden] = [this.colors[value], this.hidden[value]]
    this.colors[value] = abgr(color)
    this.hidden[value] = Number(!visible)
    return before !== this.colors[value] || wasHidden !== this.hidden[value]
  }

  /** Take the titles from `start` on; `count` in all, which may come in several messages: they are seen when all have come. */
  takeHistory({ start, titles, done, count }: Messages["history"]): void {
    this.#coming = [...this.#coming.slice(0, start), ...titles]
    if (this.#coming.length === count) this.set({ titles: this.#coming, done })
  }

  /** Which key from 1 to 9 each label has: its value, else the first that no value takes. */
  get keys(): ReadonlyMap<number, number> { return keysOf([...this.state.rows.keys()]) }

  /** The label that a key from 1 to 9 stands for. */
  labelOfKey(key: number): number {
    for (const [value, its] of this.keys) if (its === key) return value
    return key
  }

  get several(): boolean { return this.state.volumes.length > 1 }

  /** Weights by name, as a partition takes them; none where there is but one volume. */
  get weights(): [string, number][] { return this.several ? this.state.volumes.map(({ name, weight }) => [name, weight]) : [] }

  /** What an array is called to the annotator. */
  nameOf(array: string): string { return this.state.volumes.find(({ key }) => array === `channel ${key}`)?.name ?? array }
}

/** Which key from 1 to 9 each value has. */
export function keysOf(values: number[]): ReadonlyMap<number, number> {
  const free = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((key) => !values.includes(key))
  const given = values.map((value) => [value, value <= 9 ? value : free.shift()] as const)
  return new Map(given.filter((pair): pair is readonly [number, number] => pair[1] !== undefined))
}

/** “#rrggbb” as a canvas packs it, without alpha. */
export function abgr(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
  return (b << 16) | (g << 8) | r
}
