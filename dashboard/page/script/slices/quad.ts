// The four views, of which one may take the place of all: by a double click, its button, or a key.

import { h } from "../core/dom.ts"
import type { Parts } from "../core/parts.ts"
import { DOUBLE_MS, TAP_PX } from "../drawing/drag.ts"
import { corner } from "./corner.ts"
import type { Voxel } from "./geometry.ts"

type Tap = Pick<PointerEvent, "clientX" | "clientY" | "timeStamp">

const isNear = (one: Tap, other: Tap): boolean => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) <= TAP_PX

export class Quad {
  readonly el: HTMLElement
  readonly surface: HTMLElement // the 3D view
  pointed: HTMLElement // the view under the mouse
  largest: HTMLElement | null = null
  before: Voxel | null = null // where the cursor was before the first of two taps
  readonly #parts: Pick<Parts, "stores" | "slices" | "quad">
  readonly #sections: HTMLElement[]
  #tapped: Tap | null = null

  /** `relayout` lets figures take the size of their panes. */
  constructor(parts: Pick<Parts, "stores" | "slices" | "quad">, surface: HTMLElement, relayout: () => void) {
    const { panes, compare } = parts.slices
    const [axial, coronal, sagittal] = panes.map(({ el }) => el)
    this.#parts = parts
    this.surface = this.#framed(surface)
    this.#sections = [axial, this.surface, coronal, sagittal]
    this.pointed = axial
    this.el = h("main", {}, ...this.#sections, compare.el)
    for (const section of [...this.#sections, compare.el]) section.addEventListener("pointerenter", () => { this.pointed = section })
    window.addEventListener("pointerdown", (event) => this.#forgetTap(event), { capture: true })
    this.#listenToSurface()
    this.#followSizes(relayout)
  }

  #framed(surface: HTMLElement): HTMLElement {
    const section = h("section", { class: "pane surface", "aria-label": "3D view" }, surface, h("span", { class: "title" }, "3D"))
    section.append(corner(this.#parts, section))
    return section
  }

  #forgetTap(event: Tap): void { if (this.#tapped && !isNear(event, this.#tapped)) this.#tapped = null }

  /** Panel 1.10 looks only whether the page as a whole has another size. */
  #followSizes(relayout: () => void): void {
    const sizes = new ResizeObserver(relayout)
    for (const { el } of this.#parts.slices.panes) sizes.observe(el)
  }

  /** Whether a tap is the second of two at one place, with nothing elsewhere between them. */
  isSecondTap(event: Tap, cursor: Voxel | null = null): boolean {
    const first = this.#tapped
    const isSecond = first !== null && event.timeStamp - first.timeStamp < DOUBLE_MS && isNear(event, first)
    this.#tapped = isSecond ? null : event
    if (!isSecond) this.before = cursor
    return isSecond
  }

  /** The whole place for a section, or four again. */
  toggle(section = this.largest ?? this.pointed): void {
    const { stores: { editor, view }, slices } = this.#parts
    if (editor.state.drawing) return // a stroke's points would move under the hand
    if (slices.compare.on) return slices.compare.stop()
    this.largest = this.largest ? null : section
    view.finish("enlarge")
    view.set({ large: this.largest !== null })
    this.el.classList.toggle("single", this.largest !== null)
    for (const each of this.#sections) this.#show(each)
    slices.activate(slices.panes.find((pane) => pane.el === section) ?? slices.active)
  }

  #show(section: HTMLElement): void {
    section.classList.toggle("largest", section === this.largest)
    section.inert = this.largest !== null && section !== this.largest
    const name = `${this.largest ? "Four views" : "Enlarge"}: ${section.getAttribute("aria-label")}`
    const button = section.querySelector<HTMLElement>(".enlarge")
    button?.setAttribute("aria-label", name)
    button?.setAttribute("title", `${name} (M, or a double click)`)
  }

  /** The 3D view is turned by drags; a tap is left to us. */
  #listenToSurface(): void {
    let from: PointerEvent | null = null
    this.surface.addEventListener("pointerdown", (event) => { from = event.button === 0 ? event : null }, { capture: true })
    this.surface.addEventListener("pointerup", (event) => {
      const isTap = from && isNear(event, from) && !event.composedPath().some((el) => el instanceof HTMLButtonElement)
      if (isTap && this.isSecondTap(event)) this.toggle(this.surface)
    }, { capture: true })
  }
}
