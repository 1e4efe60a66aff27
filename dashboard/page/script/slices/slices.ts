// The linked slices: each pane shows the slice of its plane through one voxel, the cursor.

import { clamp } from "../core/dom.ts"
import type { Box } from "../core/protocol.ts"
import type { Parts } from "../core/parts.ts"
import { draggedWindow } from "../drawing/window_drag.ts"
import type { Opened } from "../stores/document.ts"
import { windowOf } from "../stores/series.ts"
import type { Range } from "../stores/view.ts"
import type { BokehDocument } from "./bokeh.ts"
import { ComparePane } from "./compare.ts"
import { Convention, type Plane } from "./convention.ts"
import { isInside, type Voxel } from "./geometry.ts"
import { Pane } from "./pane.ts"
import type { Layer } from "./source.ts"

const PLANES: readonly [Plane, string][] = [["axial", "Axial"], ["coronal", "Coronal"], ["sagittal", "Sagittal"]]
const TELL_MS = 300 // at rest, then the server is told where the cursor is

export class Slices {
  readonly panes: Pane[] // axial, coronal, sagittal, and the one beside them
  readonly compare: ComparePane
  readonly convention: Convention
  active: Pane // which was used last
  readonly #parts: Parts // of which some are made after this
  #telling: ReturnType<typeof setTimeout> | undefined

  /** `childOf` gives Panel's element of a figure. */
  constructor(parts: Parts, childOf: (name: string) => HTMLElement) {
    this.#parts = parts
    this.convention = new Convention(parts)
    this.panes = PLANES.map(([plane, title]) => new Pane({ name: plane, plane, title }, childOf(plane), parts))
    this.active = this.panes[0]
    this.compare = new ComparePane(this.active, childOf("compare"), parts)
    this.panes.push(this.compare)
    this.nameSides()
  }

  /** Find the figures of all panes; false as long as Bokeh has not made them. */
  wire(document: BokehDocument): boolean { return this.panes.every((pane) => pane.wire(document)) }

  get #opened(): Opened | null { return this.#parts.stores.document.state.opened }

  /** Begin with a volume, of which nothing is drawn yet. */
  open(opened: Opened): void {
    const layouts = this.convention.layouts(opened)
    this.compare.stop()
    this.nameSides()
    for (const pane of this.panes) pane.open(opened, layouts[pane.plane])
  }

  /** Let each pane say on which side the patient's right lies. */
  nameSides(): void { for (const pane of this.panes) pane.side = this.convention.sideOf(pane.plane) }

  /** Look at the patient from the other side. */
  flipSides(): void {
    if (!this.convention.flip()) return
    this.nameSides()
    const opened = this.#opened
    if (!opened) return
    const layouts = this.convention.layouts(opened)
    for (const pane of this.panes) pane.turn(layouts[pane.plane], opened)
    this.redraw()
  }

  // Moving

  activate(pane: Pane): void { this.active = pane }

  scroll({ layout }: Pane, steps: number): void {
    if (this.#opened && layout) this.scrollTo(layout.axis, this.#cursor[layout.axis] + steps)
  }

  scrollTo(axis: number, index: number): void {
    const to: Voxel = [...this.#cursor]
    to[axis] = index
    this.moveTo(to)
  }

  get #cursor(): Voxel { return this.#parts.stores.view.state.cursor }

  moveTo([i, j, k]: Voxel): void {
    const { view, editor } = this.#parts.stores
    const opened = this.#opened
    if (!opened || editor.state.drawing) return // a stroke stays on the slice on which it began
    const within = (n: number, axis: number) => clamp(n, 0, opened.shape[axis] - 1)
    const cursor: Voxel = [within(i, 0), within(j, 1), within(k, 2)]
    view.set({ cursor })
    for (const pane of this.panes) pane.show(cursor)
    clearTimeout(this.#telling)
    this.#telling = setTimeout(() => this.#parts.server.say("cursor", { ijk: this.#cursor }), TELL_MS)
  }

  /** Show the voxel where something was undone or done again, unless it is seen already. */
  reveal(ijk: Voxel): void {
    if (!this.#opened || this.#parts.stores.editor.state.drawing || this.panes.some((pane) => pane.shows(ijk))) return
    this.moveTo(ijk)
    for (const pane of this.panes) if (pane.el.clientWidth && !pane.shows(ijk)) pane.centreOn(ijk)
  }

  fit(): void { if (this.#opened) for (const pane of this.panes) pane.fit() }

  /** Where a voxel is on the page, in pixels. */
  toScreen(name: string, ijk: Voxel): [x: number, y: number] {
    const pane = this.panes.find((each) => each.name === name)
    if (!pane) throw new Error(`there is no view “${name}”`)
    const { left, top } = pane.el.getBoundingClientRect()
    const [px, py] = pane.pixelOf(ijk)
    return [left + px, top + py]
  }

  // Drawing

  redraw(): void {
    if (!this.#opened) return
    for (const pane of this.panes) pane.redraw(this.#cursor)
    this.pointAgain()
  }

  /** Draw what has come of the slice across an axis. */
  redrawSlice(axis: number, layer: Layer): void {
    const pane = this.panes.find(({ layout }) => layout?.axis === axis)
    if (layer === "volume") pane?.drawVolume()
    else if (layer === "labels") pane?.drawLabels()
    else pane?.drawOverlay()
    this.pointAgain()
  }

  redrawVolume(): void { for (const pane of this.panes) pane.drawVolume() }
  drawLabels(): void { for (const pane of this.panes) pane.drawLabels() }
  drawLabelsIn(boxes: readonly Box[]): void { for (const pane of this.panes) pane.drawLabelsIn(boxes) }
  drawOverlay(): void { for (const pane of this.panes) pane.drawOverlay() }
  drawOver(): void { for (const pane of this.panes) pane.drawOver() }

  setWindow(window: Range): void { for (const pane of this.panes) pane.setWindow(window) }

  /** Across: contrast; up and down: brightness; of the volume that a pane shows. */
  dragWindow({ volume }: Pane, dx: number, dy: number): void {
    if (!volume) return
    const { stores: { document }, actions } = this.#parts
    const window = draggedWindow(volume.window, dx, dy)
    if (volume.key === document.state.shown?.key) actions.setWindow(window)
    else document.set(windowOf(document.state, volume, window))
    this.compare.window()
    this.drawOver()
  }

  // Under the pointer

  /** The pointer is over a voxel, which may lie outside; null when it has left the slices. */
  point(ijk: Voxel | null): void {
    const { stores: { view, document }, hover } = this.#parts
    const opened = this.#opened
    const pointed = opened && ijk && isInside(opened.shape, ijk) ? ijk : null
    if (String(pointed) !== String(view.state.pointed)) view.set({ pointed })
    hover.light((pointed && document.slices?.idAt(pointed)) ?? 0)
  }

  /** What lies under the pointer may be another. */
  pointAgain(): void {
    const { view } = this.#parts.stores
    const { pointed, pointedAgain } = view.state
    if (!pointed) return
    view.set({ pointedAgain: pointedAgain + 1 })
    this.point(pointed)
  }
}
