// How to cut the volume into superpixels. Count and size are one wish, said in two ways.

import { clamp, figure, h } from "../core/dom.ts"
import { heading } from "./sidebar.ts"

const PLACES = 1000 // steps of a slider whose scale is logarithmic

/** A slider with a number field beside it, on a linear or a logarithmic scale. */
class NumberRow {
  constructor(name, { min, max, log = false, unit = "", digits = 3, most = -Infinity, title = "" }, onchange = () => {}) {
    Object.assign(this, { min, max, log, digits, most, onchange, one: 1 }) // the field takes up to `most`
    this.range = h("input", { type: "range", min: 0, max: PLACES, step: 1, "aria-hidden": "true", tabindex: -1,
      oninput: () => this.take(this.fromPlace(Number(this.range.value))) })
    this.field = h("input", { type: "number", step: "any", "aria-label": name,
      onkeydown: (event) => { if (event.key === "Enter" || event.key === "Escape") this.field.blur() }, // keys are tools again
      onchange: () => this.take(this.field.value === "" ? this.value : Number(this.field.value) * this.one) })
    this.unit = unit ? h("small", {}, unit) : null
    this.el = h("div", { class: "slider", title }, h("span", {}, name), this.range, h("span", { class: "number" }, this.field, this.unit))
  }

  /** Let the field count in a unit, of which one is so much of what is meant. */
  countIn(unit, one) {
    this.unit.textContent = unit
    this.one = one
  }

  take(value) { this.set(value); this.onchange(this.value) }

  set(value, [min, max] = [this.min, this.max]) {
    Object.assign(this, { min, max, value: Number(clamp(value, min, Math.max(max, this.most)).toPrecision(this.digits)) })
    const place = clamp(this.toPlace(this.value), 0, PLACES)
    this.range.value = place
    this.range.style.setProperty("--done", `${(100 * place) / PLACES}%`)
    this.field.value = Number((this.value / this.one).toPrecision(this.digits))
  }

  toPlace(value) {
    const share = this.log ? Math.log(value / this.min) / Math.log(this.max / this.min) : (value - this.min) / (this.max - this.min || 1)
    return Math.round(share * PLACES)
  }

  fromPlace(place) {
    const share = place / PLACES
    return this.log ? this.min * (this.max / this.min) ** share : this.min + share * (this.max - this.min)
  }

  set disabled(off) { this.range.disabled = this.field.disabled = off }
}

export class PartitionSection {
  constructor(bench) {
    this.bench = bench
    this.count = new NumberRow("Count", { min: 10, max: 50000, most: 1e6, log: true, digits: 6, title: "How many superpixels in the foreground" },
      (count) => this.linkSize(count))
    this.size = new NumberRow("Size", { min: 1, max: 1e6, log: true, unit: "mm³", title: "How large a superpixel is, about" },
      (size) => this.count.set(this.foregroundMm3 / size))
    this.compactness = new NumberRow("Compactness", { min: 0.001, max: 10, log: true, digits: 2,
      title: "Small: follows intensity. Large: regular blocks. On intensities scaled to the foreground" })
    this.sigma = new NumberRow("Smoothing", { min: 0, max: 5, most: 100, unit: "mm", digits: 2,
      title: "Width of the blur before cutting: some of a voxel keeps noise out of the borders; 0 for none" })
    this.threshold = new NumberRow("Foreground", { min: 0, max: 1, digits: 4, title: "Voxels brighter than this are cut into superpixels" },
      () => { this.automatic.checked = false })
    this.automatic = h("input", { type: "checkbox", checked: true })
    this.total = h("span", { class: "total" })
    this.go = h("button", { "aria-label": "Partition", title: "Cut the volume into superpixels; labels stay", onclick: () => bench.changes.make("partition", this.settings) }, "Partition")
    const automatic = h("label", { class: "check", title: "Find the foreground from the intensities" }, this.automatic, "auto foreground")
    this.el = h("section", { class: "superpixels" }, heading("Superpixels", this.total), this.count.el, this.size.el,
      this.compactness.el, this.sigma.el, this.threshold.el, h("div", { class: "buttons" }, this.go, automatic))
  }

  get settings() {
    return {
      count: Math.round(this.count.value), compactness: this.compactness.value, sigma_mm: this.sigma.value === this.shown ? this.given : this.sigma.value,
      threshold: this.automatic.checked ? "auto" : this.threshold.value, weights: this.bench.series.weights,
    }
  }

  open({ range, settings, spacing, voxel_mm3, unit }) {
    this.total.textContent = ""
    this.sigma.countIn(unit.name, unit.mm)
    this.size.countIn(...(unit.mm === 1 && voxel_mm3 >= 100 ? ["mL", 1000] : [`${unit.name}³`, unit.mm ** 3]))
    this.voxel = voxel_mm3
    this.foregroundMm3 = 0
    this.count.set(settings.count ?? 2500)
    this.compactness.set(settings.compactness)
    this.sigma.set(settings.sigma_mm, [0, Math.min(this.sigma.most, 5 * Math.min(...spacing))])
    this.given = settings.sigma_mm // the row shows two digits of it; untouched, all go back
    this.shown = this.sigma.value
    this.automatic.checked = settings.threshold === "auto"
    this.threshold.set(typeof settings.threshold === "number" ? settings.threshold : range[0], range)
    this.size.disabled = true
  }

  /** After a partition: how many there are, and what is now known of the foreground. */
  show({ count, voxels }, threshold) {
    this.total.textContent = figure(count)
    this.foregroundMm3 = voxels * this.voxel
    if (threshold != null && this.automatic.checked) this.threshold.set(threshold)
    this.size.disabled = false
    this.linkSize(this.count.value)
  }

  linkSize(count) {
    if (!this.foregroundMm3) return
    this.size.set(this.foregroundMm3 / count, [this.foregroundMm3 / this.count.max, this.foregroundMm3 / this.count.min])
  }
}
