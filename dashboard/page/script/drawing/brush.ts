// Touch-up by voxel. The page writes the labels while one drags, so that they are seen at once; the
// stroke then goes to the server as any other, and what the server tells of it is the truth.

import type { Parts } from "../core/parts.ts"
import type { Layout } from "../core/protocol.ts"
import { isInside, partOf, unionOf, type Part, type Place, type Values, type Voxel } from "../slices/geometry.ts"
import type { Pane } from "../slices/pane.ts"
import type { SliceSource } from "../slices/source.ts"
import type { Pixel } from "../slices/viewport.ts"
import type { Opened } from "../stores/document.ts"
import { Outline } from "./outline.ts"
import type { Begun } from "./strokes.ts"
import { Sweep, toPlace, type Span } from "./sweep.ts"

/** What a stroke writes: which label, but not over locked ones, and only within one superpixel if it is not 0. */
export interface Writing { label: number; locked: Uint8Array; within: number }

/** What a stroke writes, as far as it was drawn. */
export class Preview {
  readonly sweep: Sweep
  readonly writing: Writing
  readonly seen = new Set<string>() // names of the slices on which it was painted (slices/remote.ts)
  readonly #places: Place[] = []

  constructor(sweep: Sweep, writing: Writing) {
    this.sweep = sweep
    this.writing = writing
  }

  /** The superpixel in which it stays; 0 if it may go everywhere. */
  get within(): number { return this.writing.within }

  /** Write the label where the brush passes; what is locked, or in other superpixels, stays. */
  paint(from: Place, to: Place, labels: Uint16Array, ids: Values | null, inside: readonly Span[], strides: readonly number[]): void {
    const { label, locked, within } = this.writing
    this.sweep.each(from, to, inside, strides, (at) => {
      if (!locked[labels[at]] && (!within || ids?.[at] === within)) labels[at] = label
    })
  }

  /** Go on to a place; returns where the last one was. */
  extend(slices: SliceSource | null, place: Place): Place {
    const from = this.#places.at(-1) ?? place
    this.#places.push(place)
    slices?.brush(this, from, place)
    return from
  }

  replay(slices: SliceSource | null): void {
    this.#places.forEach((place, n) => slices?.brush(this, this.#places[Math.max(0, n - 1)], place))
  }
}

const OUTSIDE = -1 // the superpixel of a stroke that is to stay in one, and began in none

/** A stroke that is being painted. */
interface Painting { pane: Pane; layout: Layout; context: Begun; preview: Preview; xs: number[]; ys: number[] }

export type BrushParts = Pick<Parts, "stores" | "slices" | "strokes">

export class Brush {
  readonly #parts: BrushParts
  readonly #previews = new Map<string, Preview>() // by the stroke's name, of those that the server has not told of
  readonly #outline: Outline
  #painting: Painting | null = null
  #dirty: Part | null = null

  constructor(parts: BrushParts) {
    this.#parts = parts
    this.#outline = new Outline(parts.stores.editor)
  }

  get #source(): SliceSource | null { return this.#parts.stores.document.slices }

  /** Begin to paint where the button went down; false, and a hint why, if nothing would be taken. */
  begin(pane: Pane, at: Pixel): boolean {
    const { connection: { refusal }, view, document: { state: { opened, revision } }, editor } = this.#parts.stores
    if (refusal) view.hint(refusal)
    const { layout } = pane
    if (refusal || revision < 0 || !opened || !layout) return false
    const context = this.#parts.strokes.context(pane)
    const preview = this.#previewOf(opened, layout, context, toPlace(layout, ...pane.toPoint(...at)))
    this.#previews.set(context.name, preview)
    this.#painting = { pane, layout, context, preview, xs: [], ys: [] }
    editor.set({ drawing: true })
    this.go(at)
    return true
  }

  #previewOf({ spacing, shape }: Opened, { axis }: Layout, { index, label, tip }: Begun, place: Place): Preview {
    const sweep = new Sweep({ spacing, axis, index, radius_mm: tip.radius_mm ?? 0, is_ball: tip.is_ball ?? false })
    const within = tip.is_within ? this.#superpixelAt(shape, axis, index, place) : 0
    return new Preview(sweep, { label, locked: this.#locked, within })
  }

  get #locked(): Uint8Array {
    const locked = new Uint8Array(65536)
    for (const row of this.#parts.stores.document.state.rows.values()) locked[row.value] = Number(row.locked)
    return locked
  }

  #superpixelAt(shape: Voxel, axis: number, index: number, place: Place): number {
    const [a, b] = place.map((n) => Math.floor(n + 0.5))
    const ijk: Voxel = axis === 0 ? [index, a, b] : axis === 1 ? [a, index, b] : [a, b, index]
    return (isInside(shape, ijk) && this.#source?.idAt(ijk)) || OUTSIDE
  }

  /** Paint as far as the pointer is now. */
  go([px, py]: Pixel): void {
    if (!this.#painting) return
    const { pane, layout, preview, xs, ys } = this.#painting
    const [x, y] = pane.toPoint(px, py)
    xs.push(x)
    ys.push(y)
    const to = toPlace(layout, x, y)
    const from = preview.extend(this.#source, to)
    this.#soil(pane, partOf(layout, preview.sweep.bounds(from, to)))
  }

  /** Have a part of a pane painted with the next frame. */
  #soil(pane: Pane, part: Part): void {
    if (!this.#dirty) requestAnimationFrame(() => this.#flush(pane))
    this.#dirty = this.#dirty ? unionOf(this.#dirty, part) : part
  }

  #flush(pane: Pane): void {
    const part = this.#dirty ?? undefined
    this.#dirty = null
    const { layout, index } = pane
    if (!layout || !this.#source?.look(layout, index).labels) return
    for (const each of this.#parts.slices.compare.alike(pane)) each.drawLabels(part)
  }

  /** What is being painted is given up, and the labels are the server's again. */
  giveUp(): void {
    const name = this.#painting?.context.name
    this.#painting = null
    if (name !== undefined) this.takeBack(name)
  }

  /** The button went up: the stroke is sent. */
  end(): void {
    if (!this.#painting) return
    const { pane, context, xs, ys } = this.#painting
    const { stores: { editor, view }, strokes, slices } = this.#parts
    this.#painting = null
    editor.set({ drawing: false })
    strokes.add(pane, context, xs, ys)
    view.hint("")
    for (const other of slices.panes) if (other !== pane) other.drawLabels()
    slices.pointAgain()
  }

  // What the server says

  /** The server has told what a stroke did; returns what the page had made of it. */
  settle(name: string): Preview | undefined {
    const preview = this.#previews.get(name)
    this.#previews.delete(name)
    return preview
  }

  /** A stroke has ended and the server told of no labels, or all are put aside: the labels are the server's again. */
  takeBack(name?: string): void {
    const { revision } = this.#parts.stores.document.state
    for (const refused of name === undefined ? [...this.#previews.keys()] : [name]) {
      const preview = this.settle(refused)
      if (preview && revision >= 0) this.#source?.mistrust(preview)
    }
  }

  /** Labels came that know nothing of the latest strokes: paint those again; tells whether there are any. */
  replay(): boolean {
    for (const preview of this.#previews.values()) preview.replay(this.#source)
    return this.#previews.size > 0
  }

  // Under the pointer

  /** The pane on which the pointer is. */
  get over(): Pane | null { return this.#outline.over }

  /** Show how far the tool reaches, at a point of a pane; where it was last, if none is given. */
  outline(pane: Pane | null = this.over, at?: Pixel): void { this.#outline.follow(pane, at) }
}
