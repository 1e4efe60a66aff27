// Several volumes of one patient on one grid: which is shown, which lies over it or beside it, and
// how much each counts when superpixels are cut. Each keeps its own window.

import { clamp, figure, h, keycap } from "../core/dom.ts"
import { LOW_PX, foldable } from "./fold.ts"
import { SliderRow, heading } from "./sidebar.ts"

const MOST_WEIGHT = 10

/** Colours of the second volume over the first, by how bright it is: red, green, blue, opacity; 0 to 1. */
const SHADES = {
  Hot: (t) => [3 * t, 3 * t - 1, 3 * t - 2, t],
  Cool: (t) => [t - 0.5, 1.5 * t, 3 * t, t],
  Grey: (t) => [t, t, t, 1],
}

export class Series {
  constructor(bench) {
    Object.assign(this, { bench, volumes: [], shown: null, second: null, blends: false, opacity: 0.5, shade: "Hot" })
    this.rows = h("div", { class: "rows", role: "radiogroup", "aria-label": "Volume that is shown" })
    const toggle = (name, key, title, action) => h("button", { "aria-label": name, title: `${title} (${key})`, onclick: action }, name, keycap(key))
    this.buttons = {
      blend: toggle("Blend", "O", "Lay the second volume over the shown one", () => this.toggleBlend()),
      beside: toggle("Side by side", "J", "The plane used last twice: the shown and the second volume", () => this.bench.compare.toggle()),
    }
    this.shades = h("select", { "aria-label": "Colours of the second volume", title: "Colours of the second volume", onchange: () => { this.shade = this.shades.value; this.drawOver(); this.shades.blur() } },
      ...Object.keys(SHADES).map((name) => h("option", {}, name)))
    this.mix = new SliderRow("Blend opacity", (value) => `${value} %`, (value) => { this.opacity = value / 100; this.drawOver() }, { min: 0, max: 100, step: 1 })
    this.mix.set(50)
    this.el = h("section", { class: "volumes", hidden: true },
      heading("Volumes", h("small", { title: "How much its intensities count in Partition" }, "weight in cut")),
      this.rows, this.mix.el, h("div", { class: "buttons" }, this.buttons.blend, this.buttons.beside, this.shades))
    this.foldCutting = foldable(bench.partition.el)
    for (const el of [bench.displaySection.el, this.el]) foldable(el)
  }

  get several() { return this.volumes.length > 1 }

  // From the server

  /** Begin with a volume alone. */
  open({ name, window, range, dtype }) {
    this.volumes = [{ key: 0, name, window, first: window, range, dtype }]
    Object.assign(this, { shown: this.volumes[0], second: null, blends: false })
    this.bench.compare.stop()
    this.refresh()
  }

  /** Take the list of those that are there now; `weights` are those of the last partition. */
  list({ volumes, weights }) {
    const known = new Map(this.volumes.map((volume) => [volume.key, volume]))
    this.volumes = volumes.map((volume) => known.get(volume.key) ?? { ...volume, first: volume.window, weight: new Map(weights).get(volume.name) ?? 0 })
    const main = this.volumes[0]
    if (main.weight === undefined) main.weight = weights.length ? new Map(weights).get(main.name) ?? 0 : 1
    this.bench.store.slices.keepOnly(this.volumes.map(({ key }) => key))
    if (!this.volumes.includes(this.second)) this.second = this.volumes.find((volume) => volume !== this.shown) ?? null
    if (!this.volumes.includes(this.shown)) this.show(main)
    if (this.several && this.el.hidden && innerHeight < LOW_PX) this.foldCutting(this.makesRoom = true)
    if (!this.several) { this.blends = false; this.bench.compare.stop() }
    this.refresh()
    this.bench.redraw()
  }

  // What the annotator does

  /** Show another one; what was shown becomes the second, if it was that. */
  show(volume) {
    if (!volume || volume === this.shown) return
    if (volume === this.second) this.second = this.volumes.includes(this.shown) ? this.shown : null
    this.shown = volume
    this.bench.displaySection.open({ ...volume, window: volume.first })
    this.bench.setWindow(volume.window)
    this.choose(this.second ?? this.volumes.find((other) => other !== volume) ?? null)
  }

  /** Let another one be the second. */
  choose(volume) {
    if (volume === this.shown) return
    this.second = volume
    this.bench.compare.window()
    this.refresh()
    this.bench.redraw()
  }

  step(by) {
    if (!this.several) return
    const at = this.volumes.indexOf(this.shown) + by
    this.show(this.volumes.at(at % this.volumes.length))
    this.bench.readout.hint(this.shown.name)
  }

  toggleBlend() {
    this.blends = !this.blends && this.second !== null
    this.refresh()
    this.drawOver()
  }

  weigh(volume, field) {
    const weight = field.value === "" ? volume.weight : Number(field.value)
    volume.weight = clamp(Number.isFinite(weight) ? weight : 0, 0, MOST_WEIGHT)
    field.value = volume.weight
  }

  /** Across: contrast; up and down: brightness; of the volume that a pane shows. */
  dragWindow(pane, dx, dy) {
    const volume = this.of(pane)
    const window = draggedWindow(volume.window, dx, dy)
    if (volume === this.shown) this.bench.setWindow(window)
    else {
      volume.window = window
      this.bench.compare.window()
    }
    this.drawOver()
  }

  // What others ask

  /** Weights by name, as a partition takes them; none where there is but one volume. */
  get weights() { return this.several ? this.volumes.map(({ name, weight }) => [name, weight]) : [] }

  /** The volume that a pane shows. */
  of(pane) { return pane.isCompare ? this.second ?? this.shown : this.shown }

  keepWindow(window) { if (this.shown) this.shown.window = window }

  /** What an array is called to the annotator. */
  nameOf(array) { return this.volumes.find(({ key }) => array === `channel ${key}`)?.name ?? array }

  /** Intensities of all volumes at a voxel, in words. */
  valuesAt(ijk) {
    const { slices } = this.bench.store
    const said = (value) => (value === undefined ? "…" : Number.isNaN(value) ? "–" : figure(value))
    if (!this.several) return said(slices.valueAt(ijk))
    return this.volumes.map(({ key, name }) => `${brief(name)} ${said(slices.valueOf(key, ijk))}`).join("  ")
  }

  // How it is shown

  drawOver() { for (const pane of this.bench.panes) pane.drawOver() }

  /** Colours by 256 steps of brightness, as a canvas packs them. */
  get colors() {
    const byte = (share) => Math.round(255 * clamp(share, 0, 1))
    return Uint32Array.from({ length: 256 }, (_, n) => {
      const [r, g, b, a] = SHADES[this.shade](n / 255)
      return (byte(clamp(a, 0, 1) * this.opacity) << 24) | (byte(b) << 16) | (byte(g) << 8) | byte(r)
    })
  }

  refresh() {
    this.el.hidden = !this.several
    if (this.makesRoom && !this.several) this.foldCutting(this.makesRoom = false)
    const focus = this.rows.getRootNode().activeElement?.getAttribute("aria-label")
    this.rows.replaceChildren(...this.volumes.map((volume) => this.row(volume)))
    for (const button of this.rows.querySelectorAll("button")) if (button.getAttribute("aria-label") === focus) button.focus()
    this.mix.el.hidden = this.shades.hidden = !this.blends
    this.buttons.blend.setAttribute("aria-pressed", String(this.blends))
    this.buttons.beside.setAttribute("aria-pressed", String(this.bench.compare.on))
  }

  row(volume) {
    const { key, name, resampled } = volume
    const [isShown, isSecond] = [volume === this.shown, volume === this.second]
    const field = h("input", { type: "number", min: 0, max: MOST_WEIGHT, step: "any", value: volume.weight, "aria-label": `Weight of ${name}`,
      title: "How much its intensities count in Partition, 0 to 10; 0: not at all", onchange: () => this.weigh(volume, field),
      onkeydown: (event) => { if (event.key === "Enter" || event.key === "Escape") field.blur() } })
    return h("div", { class: isShown ? "row chosen" : "row" },
      h("button", { class: "name", role: "radio", "aria-checked": String(isShown), title: `Show ${name}${resampled ? ", which lies on another grid and is shown resampled" : ""} (, and .)`, onclick: () => this.show(volume) },
        name, resampled ? h("small", { class: "dim" }, " resampled") : null),
      h("button", { class: "second", "aria-pressed": String(isSecond), "aria-label": `Second: ${name}`, disabled: isShown,
        title: "The second volume: over the shown one (Blend), or beside it (Side by side)", onclick: () => this.choose(volume) }, "second"),
      field,
      h("button", { class: "plain", "aria-label": `Take ${name} out`, title: key ? "Take it out of the series; labels stay" : "This one is annotated: it stays", disabled: !key,
        onclick: () => this.bench.changes.make("remove_volume", { key }) }, "×"))
  }
}

const brief = (name) => (name.length > 14 ? `${name.slice(0, 6)}…${name.slice(-7)}` : name)

/** A window after a drag, as in the habits of radiology. */
function draggedWindow([low, high], dx, dy) {
  const width = (high - low) * Math.exp(dx / 200)
  const level = (low + high) / 2 + (dy * (high - low)) / 400
  return [level - width / 2, level + width / 2]
}
