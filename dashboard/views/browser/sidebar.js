// The panel at the right: labels, display and history. Text from users is set as text, never markup.

const heading = (text, ...more) => h("h2", {}, text, h("span", { class: "grow" }), ...more)

class LabelList {
  constructor(bench) {
    this.bench = bench
    this.rows = h("div", { class: "rows", role: "listbox", "aria-label": "Labels to paint with" })
    const add = h("button", { class: "plain", "aria-label": "Add label", title: "Add a label", onclick: () => bench.say("add_label") }, "+")
    this.el = h("section", { class: "labels" }, heading("Labels", add), this.rows)
  }

  show(labels, chosen) {
    this.rows.replaceChildren(...labels.map((label) => this.row(label, label.value === chosen)))
  }

  row(label, isChosen) {
    const swatch = h("i", { class: "swatch" })
    swatch.style.background = label.color
    const name = h("span", { class: "name", title: "Double-click to rename" }, label.name)
    name.addEventListener("dblclick", () => this.rename(label, name))
    const size = label.voxels ? mm3(label.voxels * this.bench.store.voxel_mm3) : "–"
    const key = label.value <= 9 ? h("kbd", {}, String(label.value)) : null
    return h("div", {
      class: isChosen ? "row chosen" : "row", role: "option", tabindex: 0, "aria-selected": String(isChosen),
      "aria-label": label.name, onclick: () => this.bench.chooseLabel(label.value),
    }, swatch, name, h("span", { class: "dim" }, size), key)
  }

  rename(label, name) {
    const field = h("input", { value: label.name, maxlength: 80, "aria-label": `Name of label ${label.value}` })
    const end = (keep) => {
      field.replaceWith(name)
      if (keep && field.value.trim() && field.value !== label.name) this.bench.say("rename", { label: label.value, name: field.value })
    }
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") field.blur()
      if (event.key === "Escape") { field.value = label.name; field.blur() }
    })
    field.addEventListener("blur", () => end(true), { once: true })
    name.replaceWith(field)
    field.select()
  }
}

/** A slider with its name before it and its value after it. */
class SliderRow {
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

class Display {
  constructor(bench) {
    this.bench = bench
    this.low = new SliderRow("Window low", figure, (low) => bench.setWindow([low, Math.max(bench.window[1], low + this.step)]))
    this.high = new SliderRow("Window high", figure, (high) => bench.setWindow([Math.min(bench.window[0], high - this.step), high]))
    this.opacity = new SliderRow("Label opacity", (value) => `${value} %`, (value) => bench.set("opacity", value / 100), { min: 0, max: 100, step: 1 })
    this.toggles = {
      borders: this.toggle("Borders", "B", "borders"),
      labels_shown: this.toggle("Labels", "S", "labels_shown"),
      surfaces_shown: this.toggle("3D", "V", "surfaces_shown"),
    }
    this.el = h("section", { class: "display" }, heading("Display"), this.low.el, this.high.el, this.opacity.el,
      h("div", { class: "buttons" }, ...Object.values(this.toggles)))
  }

  toggle(name, key, setting) {
    return h("button", { "aria-label": name, title: `Show or hide: ${name} (${key})`, onclick: () => this.bench.set(setting, !this.bench.display[setting]) },
      name, h("kbd", { "aria-hidden": "true" }, key))
  }

  open(store) {
    const [low, high] = store.range
    this.step = store.dtype === "float32" ? (high - low) / 1000 || 1 : 1
    for (const row of [this.low, this.high]) row.set(low, [low, high > low ? high : low + 1, this.step])
  }

  show(display, [low, high]) {
    this.low.set(low)
    this.high.set(high)
    this.opacity.set(Math.round(display.opacity * 100))
    for (const [setting, button] of Object.entries(this.toggles)) button.setAttribute("aria-pressed", String(display[setting]))
  }
}

class History {
  constructor() {
    this.rows = h("div", { class: "rows", tabindex: 0, role: "list", "aria-label": "Edits, newest first" })
    this.el = h("section", { class: "history" }, heading("History"), this.rows)
  }

  /** `done` of the edits are in force; newest is on top. */
  show(titles, done) {
    const rows = titles.map((title, n) => {
      const [what, where] = title.split(" · ")
      const state = n === done - 1 ? "now" : n < done ? "" : "undone"
      return h("div", { class: state, role: "listitem" }, h("i"), h("span", {}, what), h("em", {}, where ?? ""))
    })
    this.rows.replaceChildren(...rows.reverse())
    if (!rows.length) this.rows.append(h("p", { class: "dim" }, "Draw over what you want to label: the superpixels under the line take the chosen label."))
    this.rows.querySelector(".now")?.scrollIntoView({ block: "nearest" })
  }
}
