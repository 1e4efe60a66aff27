// The line above the slices: the chosen tool, and what can be set of it.

import { clamp, h } from "../core/dom.ts"
import { inOwnUnit, rounded } from "../slices/lengths.ts"

const MENDING = ["voxels", "outline"] // tools with which a label is brought into its last shape

export class ToolOptions {
  constructor(bench, tools) {
    Object.assign(this, { bench, tools })
    this.name = h("b", {})
    this.what = h("span", { class: "what dim" })
    const setRadius = (input) => () => { if (input.value !== "") tools.set("radius_mm", clamp(Number(input.value), 0, tools.most)) }
    this.slider = h("input", { type: "range", min: 0, "aria-label": "Radius" })
    this.number = h("input", { type: "number", min: 0, "aria-label": "Radius in mm" })
    this.slider.addEventListener("input", setRadius(this.slider))
    this.number.addEventListener("change", setRadius(this.number))
    this.radius = h("div", { class: "radius", title: "Radius ([ and ], or Shift + wheel)" }, h("span", {}, "Radius"), this.slider, this.number, this.unit = h("span", { class: "dim" }))
    this.shapes = [["Disk", false, "On this slice only"], ["Ball", true, "Into the slices beside, too"]].map(([name, isBall, title]) =>
      h("button", { title, "aria-label": name, onclick: () => tools.set("is_ball", isBall) }, name))
    this.shape = h("div", { class: "choice", role: "group", "aria-label": "Shape of the brush" }, ...this.shapes)
    this.within = h("input", { type: "checkbox", onchange: () => tools.set("is_within", this.within.checked) })
    this.check = h("label", { class: "check", title: "Paint only in the superpixel in which the drag begins" }, this.within, "Only in this superpixel")
    const mend = (name, title, verb) => h("button", { title, onclick: () => bench.changes.make(verb, { label: bench.label }) }, name)
    this.mending = h("div", { class: "mending" },
      mend("Fill holes", "Give the chosen label what it encloses in 3D and is not labelled", "fill_holes"),
      mend("Keep largest", "Take the chosen label off all but its largest island in 3D", "keep_largest_island"))
    this.el = h("div", { class: "options", role: "region", "aria-label": "Options of the tool" }, this.name, this.radius, this.shape, this.check, this.what,
      h("span", { class: "grow" }), this.mending)
  }

  /** Let slider and field go in steps that fit to the voxels. */
  open({ unit, most }) {
    Object.assign(this.slider, { max: rounded(60 * unit), step: unit })
    Object.assign(this.number, { max: most, step: unit })
    this.number.classList.toggle("fine", unit < 1e-3) // a number in mm is long then
    this.show()
  }

  show() {
    const { bench, tools } = this
    const { radius_mm: radius, is_ball: isBall, is_within: isWithin } = tools.tip
    this.name.textContent = tools.row.title
    this.what.textContent = this.what.title = tools.row.what
    this.radius.hidden = radius === undefined
    this.shape.hidden = isBall === undefined
    this.check.hidden = isWithin === undefined
    this.mending.hidden = !MENDING.includes(tools.kind)
    this.slider.value = this.number.value = radius ?? 0
    this.unit.textContent = inOwnUnit(bench.store, radius)
    this.slider.style.setProperty("--done", `${(100 * this.slider.value) / this.slider.max}%`)
    this.shapes.forEach((button, n) => button.setAttribute("aria-pressed", String(Boolean(isBall) === (n === 1))))
    this.within.checked = Boolean(isWithin)
  }
}
