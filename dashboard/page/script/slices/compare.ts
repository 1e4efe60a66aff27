// Side by side: the plane that was used last, twice; the second volume is in a pane of its own, whose
// cursor, slice and zoom are those of the first. One draws on either.

import type { Parts } from "../core/parts.ts"
import type { SeriesVolume } from "../stores/document.ts"
import type { Part, Voxel } from "./geometry.ts"
import { Pane } from "./pane.ts"
import type { Look } from "./source.ts"

export class ComparePane extends Pane {
  #twin: Pane // shows the same slice of the first volume
  #isFollowing = false

  constructor(twin: Pane, child: HTMLElement, parts: Parts) {
    super({ name: "compare", plane: twin.plane, title: "Second volume" }, child, parts)
    this.#twin = twin
  }

  get on(): boolean { return this.parts.stores.view.state.comparing }

  override get volume(): SeriesVolume | null { return this.parts.stores.document.state.second ?? super.volume }

  override get slice(): Look {
    const { volume, layout, index } = this
    const slice = super.slice
    return volume && layout ? { ...slice, volume: this.parts.stores.document.slices?.lookAt(volume.key, layout, index) ?? null } : slice
  }

  override show(cursor: Voxel): void { if (this.on) super.show(cursor) }
  override drawVolume(): void { if (this.on) super.drawVolume() }
  override drawOver(): void {} // nothing lies over the second volume
  override drawOverlay(): void { if (this.on) super.drawOverlay() }
  override drawLabels(part?: Part): void { if (this.on) super.drawLabels(part) }

  /** It has the window of its own volume. */
  override setWindow(): void { if (this.on && this.volume) super.setWindow(this.volume.window) }
  window(): void { this.setWindow() }

  start(): void {
    const { stores: { document: { state: { opened, second } }, view }, slices, quad } = this.parts
    if (!opened || !second || this.on) return
    if (quad.largest) quad.toggle()
    if (slices.active !== this) this.#twin = slices.active
    this.label = this.#twin.label
    this.plane = this.#twin.plane
    view.set({ comparing: true })
    for (const pane of slices.panes) pane.el.classList.toggle("compared", pane === this.#twin)
    slices.nameSides()
    this.open(opened, slices.convention.layouts(opened)[this.plane])
    this.window()
    this.follow(this.#twin)
    this.show(view.state.cursor)
  }

  stop(): void {
    if (!this.on) return
    const { stores: { view }, slices, quad } = this.parts
    view.set({ comparing: false })
    if (slices.active === this) slices.activate(this.#twin)
    if (quad.pointed === this.el) quad.pointed = this.#twin.el
  }

  /** The panes that show the same slice as one does. */
  alike(pane: Pane): Pane[] { return this.on && [this, this.#twin].includes(pane) ? [this, this.#twin] : [pane] }

  /** One of the two was moved or zoomed: so is the other. */
  follow(pane: Pane): void {
    const other = this.alike(pane).find((each) => each !== pane)
    if (!other || this.#isFollowing) return
    this.#isFollowing = true
    other.viewport.follow(pane.viewport)
    other.place()
    this.#isFollowing = false
  }
}
