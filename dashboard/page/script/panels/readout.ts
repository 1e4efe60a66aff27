// The line at the bottom: what is under the pointer. It asks the server for nothing.

import { figure, h } from "../core/dom.ts"
import { isInside } from "../slices/geometry.ts"
import { mm3, placeText } from "../slices/lengths.ts"

const HINT_MS = 5000 // what loads, or waits, says nothing over a younger hint

export class Readout {
  constructor(bench) {
    Object.assign(this, { bench, hinted: -Infinity })
    this.fields = Object.fromEntries(["voxel", "world", "value", "superpixel", "label", "hint"]
      .map((name) => [name, h("span", { class: name })]))
    this.el = h("div", { class: "readout", role: "group", "aria-label": "Under the pointer" }, ...Object.values(this.fields))
  }

  /** Show what lies at a voxel; null when the pointer left the slices. */
  show(ijk) {
    const { store } = this.bench
    const inside = ijk && store && isInside(store.shape, ijk)
    this.last = inside ? ijk : null
    this.el.classList.toggle("empty", !inside)
    this.bench.hover.light(inside ? store.slices.idAt(ijk) : 0)
    if (!inside) return
    const [i, j, k] = ijk
    const { slices } = store
    const id = slices.idAt(ijk)
    const label = this.bench.labelOf(slices.labelAt(ijk))
    const size = slices.sizeOf(id)
    const { voxel, world, value, superpixel, label: name } = this.fields
    voxel.textContent = `i ${i}  j ${j}  k ${k}`
    world.textContent = placeText(store, ijk)
    value.textContent = this.bench.series.valuesAt(ijk)
    superpixel.textContent = id ? this.superpixel(id, size && mm3(size * store.voxel_mm3), slices.meanOf(id)) : ""
    name.textContent = label?.name ?? ""
    name.style.setProperty("--color", label?.color ?? "transparent") // not the text's own: it may be too dark to be read
  }

  superpixel(id, size, mean) {
    return [`superpixel ${figure(id)}`, size, mean !== undefined && `mean ${figure(mean)}`].filter(Boolean).join(" · ")
  }

  refresh() { if (this.last) this.show(this.last) }

  /** Say something of what the user did, long enough to be read. */
  hint(text) {
    this.hinted = text ? performance.now() : -Infinity
    this.fields.hint.textContent = text
  }

  /** Say how far something is; not over a hint that is still to be read. */
  progress(text) {
    if (performance.now() - this.hinted > HINT_MS) this.fields.hint.textContent = text
  }
}
