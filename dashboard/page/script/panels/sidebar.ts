// The panel at the right: display. Text from users is set as text, never markup.

import { figure, h, keycap } from "../core/dom.ts"
import { intensitiesButton } from "./intensities.ts"
import { Presets } from "./presets.ts"

export const heading = (text, ...more) => h("h2", {}, text, h("span", { class: "grow" }), ...more)

/** A slider with its name before it and its value after it. */
export class SliderRow {
  constructor(name, format, oninput, attributes = {}) {
    this.format = format
    this.input = h("input", { type: "range", "aria-label": name, ...attributes, oninput: () => { this.paint(); oninput(Number(this.input.value)) } })
    this.value = h("output", {})
    this.el = h("label", { class: "slider" }, h("span", {}, name), this.input, this.value)
  }

  set(value, range) {
    if (range) Object.assign(this.input, { min: range[0], max: range[1], step: range[2] })
    this.input.value = value
    this.exact = value
    this.paint()
  }

  paint() {
    const { min, max, value } = this.input
    this.input.style.setProperty("--done", `${(100 * (value - min)) / (max - min || 1)}%`)
    this.value.textContent = this.format(Number(value))
  }
}

export class Display {
  constructor(bench) {
    this.bench = bench
    this.presets = new Presets(bench)
    this.low = new SliderRow("Window low", figure, (low) => bench.setWindow([low, Math.max(bench.window[1], low + this.step)]))
    this.high = new SliderRow("Window high", figure, (high) => bench.setWindow([Math.min(bench.window[0], high - this.step), high]))
    this.opacity = new SliderRow("Label opacity", (value) => `${value} %`, (value) => bench.set("opacity", value / 100), { min: 0, max: 100, step: 1 })
    this.toggles = {
      borders: this.toggle("Borders", "B", "borders"),
      labels_shown: this.toggle("Labels", "S", "labels_shown"),
      surfaces_shown: this.toggle("3D", "V", "surfaces_shown"),
      crosshair_shown: this.toggle("Cross lines", "H", "crosshair_shown"),
      highlight: this.toggle("Highlight", "U", "highlight"),
    }
    this.el = h("section", { class: "display" }, heading("Display", intensitiesButton(bench)), this.presets.el, this.low.el, this.high.el, this.opacity.el,
      h("div", { class: "buttons" }, ...Object.values(this.toggles), bench.convention.button))
  }

  toggle(name, key, setting) {
    return h("button", { "aria-label": name, title: `Show or hide: ${name} (${key})`, onclick: () => this.bench.set(setting, !this.bench.display[setting]) },
      name, keycap(key))
  }

  open(store) {
    this.presets.open(store)
    const [low, high] = store.range
    this.step = store.dtype === "float32" ? (high - low) / 1000 || 1 : 1
    for (const row of [this.low, this.high]) row.set(low, [low, high > low ? high : low + 1, this.step])
  }

  show(display, [low, high]) {
    this.presets.show([low, high])
    this.low.set(low)
    this.high.set(high)
    this.opacity.set(Math.round(display.opacity * 100))
    for (const [setting, button] of Object.entries(this.toggles)) button.setAttribute("aria-pressed", String(display[setting]))
  }
}
