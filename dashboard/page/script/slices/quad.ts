// The four panes, of which one may take the place of all: by a double click, its button, or a key.

import { h, icon } from "../core/dom.ts"
import { TAP_PX } from "../drawing/pointer.ts"
import { savePicture } from "./picture.ts"

const DOUBLE_MS = 400

const isNear = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) <= TAP_PX

export class Quad {
  constructor(bench, surface) {
    const [axial, coronal, sagittal] = bench.panes.map((pane) => pane.el)
    Object.assign(this, { bench, surface, sections: [axial, surface, coronal, sagittal], largest: null, pointed: axial })
    this.el = h("main", {}, ...this.sections, bench.compare.el)
    for (const section of [...this.sections, bench.compare.el]) section.addEventListener("pointerenter", () => { this.pointed = section })
    window.addEventListener("pointerdown", (event) => { if (this.tapped && !isNear(event, this.tapped)) this.tapped = null }, { capture: true })
    this.listenToSurface()
    this.followSizes()
  }

  /** Let figures take the size of their panes; Panel 1.10 looks only whether the page as a whole has another. */
  followSizes() {
    const sizes = new ResizeObserver(() => this.bench.view.compute_layout())
    for (const { el } of this.bench.panes) sizes.observe(el)
  }

  /** Whether a tap is the second of two at one place, with nothing elsewhere between them. Of the
   * first one, where the cursor was before it is kept as `before`. */
  isSecondTap(event, cursor) {
    const isSecond = Boolean(this.tapped) && event.timeStamp - this.tapped.timeStamp < DOUBLE_MS && isNear(event, this.tapped)
    this.tapped = isSecond ? null : event
    if (!isSecond) this.before = cursor
    return isSecond
  }

  /** The whole place for a section, or four again. */
  toggle(section = this.largest ?? this.pointed) {
    if (this.bench.drawing) return // a stroke's points would move under the hand
    if (this.bench.compare.on) return this.bench.compare.stop()
    this.largest = this.largest ? null : section
    this.bench.hints.done("enlarge")
    this.el.classList.toggle("single", Boolean(this.largest))
    for (const each of this.sections) {
      each.classList.toggle("largest", each === this.largest)
      each.inert = Boolean(this.largest) && each !== this.largest
      const button = each.querySelector(".enlarge")
      const name = `${this.largest ? "Four views" : "Enlarge"}: ${each.getAttribute("aria-label")}`
      button.setAttribute("aria-label", name)
      button.title = `${name} (M, or a double click)`
    }
    this.bench.activate(this.bench.panes.find((pane) => pane.el === section) ?? this.bench.active)
  }

  /** The second of two taps makes the 3D view large. */
  listenToSurface() {
    let from = null
    this.surface.addEventListener("pointerdown", (event) => { from = event.button === 0 ? event : null }, { capture: true })
    this.surface.addEventListener("pointerup", (event) => {
      const isTap = from && isNear(event, from) && !event.composedPath().some((el) => el.tagName === "BUTTON")
      if (isTap && this.isSecondTap(event)) this.toggle(this.surface)
    }, { capture: true })
  }
}

/** What a section's corner offers while the mouse is over it. */
export function corner(bench, section) {
  const name = section.getAttribute("aria-label")
  const button = (kind, title, key, action, ...paths) => h("button", { class: kind, "aria-label": `${title}: ${name}`, title: `${title}: ${name} (${key})`, onclick: action }, icon(...paths))
  return h("div", { class: "corner" },
    button("picture", "Save a picture", "P", () => savePicture(bench, section), "M4 8h4l2-3h4l2 3h4v11H4z", "M12 10a3.2 3.2 0 1 0 .01 0"),
    button("enlarge", "Enlarge", "M, or a double click", () => bench.quad.toggle(section), "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"))
}
