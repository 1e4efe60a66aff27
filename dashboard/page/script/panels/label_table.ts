// The table of labels: colour, name, value, what is seen and guarded, how much there is of each.
// Only rows that have changed are shown anew, and rows stay the same elements. Names are text.

import { figure, h, icon, keycap } from "../core/dom.ts"
import { heading } from "./sidebar.ts"
import { mm3 } from "../slices/lengths.ts"

const MOST_UNSOUGHT = 9 // labels; where there are more, one may look for a name
const MOST_LABEL = 65535
const EYE = ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12", "M12 9.2a2.8 2.8 0 1 0 .01 0"]
const EYE_SHUT = ["M3 9.5c2 3 5 5 9 5s7-2 9-5", "M12 14.5V18M6.6 13 4.6 16M17.4 13l2 3"]
const LOCK = ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"]
const LOCK_OPEN = ["M6 11h12v9H6z", "M8.5 11V7a3.5 3.5 0 0 1 6.8-1.2"]

export class LabelTable {
  constructor(bench) {
    this.bench = bench
    this.known = new Map()
    this.sought = h("input", { type: "search", placeholder: "Find", "aria-label": "Find a label", title: "Find a label by its name or value; Enter chooses the first", hidden: true,
      oninput: () => this.seek(), onkeydown: (event) => this.goOn(event) })
    this.rows = h("div", { class: "rows", role: "grid", "aria-label": "Labels to paint with" })
    this.add = h("button", { class: "plain", "aria-label": "Add label", title: "Add a label", onclick: () => this.adding.toggle() }, "+")
    this.menu = new LabelMenu(bench, this)
    this.adding = new NewLabel(bench, this)
    this.more = h("p", { class: "more dim", "aria-live": "off" }) // in its own place: rows do not move under a double click
    this.el = h("section", { class: "labels" }, heading("Labels", this.sought, this.add, this.menu.button), this.rows, this.adding.el, this.more, this.menu.el)
  }

  /** Take the rows that are new or have changed, and the values of those that are no more. */
  take({ fresh, rows, gone }) {
    if (fresh) this.known.clear()
    for (const value of gone) this.known.delete(value)
    let added = fresh || gone.length > 0
    for (const label of rows) {
      added ||= !this.known.has(label.value)
      const row = this.known.get(label.value) ?? new LabelRow(this.bench, label.value)
      this.known.set(label.value, row)
      row.show(label)
    }
    if (added) this.arrange()
    this.tell()
  }

  /** Put the rows in the order of their values, and give out the keys. */
  arrange() {
    const rows = [...this.known.values()].sort((a, b) => a.value - b.value)
    this.known = new Map(rows.map((row) => [row.value, row]))
    this.keys = keysOf(rows.map((row) => row.value))
    for (const row of rows) { row.setKey(this.keys.get(row.value)); row.hold(this.held) }
    this.rows.style.setProperty("--digits", String(rows.at(-1)?.value ?? 1).length)
    this.el.style.setProperty("--lines", rows.length)
    const focus = this.rows.getRootNode().activeElement
    const held = this.rows.contains(focus)
    this.rows.replaceChildren(...rows.map((row) => row.el))
    this.sought.hidden = rows.length <= MOST_UNSOUGHT
    if (this.sought.hidden) this.sought.value = ""
    this.seek()
    if (held) (focus.isConnected ? focus : this.stop?.el)?.focus() // keys go on where they were
  }

  get labels() { return [...this.known.values()].map((row) => row.label) }

  /** The label that a key from 1 to 9 stands for. */
  ofKey(key) {
    for (const [value, its] of this.keys ?? []) if (its === key) return value
    return key
  }

  choose(value) {
    if (this.chosen === value && this.known.get(value)?.isChosen) return this.tell() // at no cost for each row
    for (const row of this.known.values()) if (row.isChosen !== (row.value === value)) row.choose(row.value === value)
    const isOther = this.chosen !== value
    if (isOther) this.known.get(value)?.el.scrollIntoView({ block: "nearest" })
    this.chosen = value
    this.letIn()
    if (isOther && this.isAtRow) this.stop.el.focus() // Del and F2 are for the row that is chosen
    this.tell()
  }

  /** Whether the focus is at a row as a whole, not at something in it. */
  get isAtRow() { return this.rows.getRootNode().activeElement?.parentNode === this.rows }

  /** Let Tab stop once in the table, however long it is: at the chosen row, or the first one that is shown. */
  letIn() {
    const rows = [...this.known.values()]
    this.stop = rows.find(({ isChosen, el }) => isChosen && !el.hidden) ?? rows.find(({ el }) => !el.hidden)
    for (const row of rows) row.el.tabIndex = row === this.stop ? 0 : -1
  }

  /** Say how much there is of the chosen label, and how bright it is. */
  tell() { this.more.textContent = this.known.get(this.chosen)?.numbers ?? "" }

  /** Show those rows only whose name or value is looked for. */
  seek() {
    const sought = this.sought.value.trim().toLowerCase()
    for (const { el, label } of this.known.values()) el.hidden = !(label.name.toLowerCase().includes(sought) || String(label.value).startsWith(sought))
    this.letIn()
  }

  /** From the field where one looks: Enter chooses the first that was found, an arrow goes there. */
  goOn(event) {
    if (!this.stop || !["Enter", "ArrowDown"].includes(event.key)) return
    event.preventDefault()
    if (event.key === "Enter") this.bench.chooseLabel(this.stop.value)
    this.stop.el.focus()
  }

  /** What a key does where a row has the focus; tells whether it does anything. */
  key(row, key) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key]
    if (step) this.beside(row, step)?.el.focus()
    else if (key === "Enter" || key === " ") this.bench.chooseLabel(row.value)
    else if (key === "F2") row.rename()
    else if (key === "Delete") this.bench.changes.make("remove_label", { label: row.value })
    else return false
    return true
  }

  beside(row, step) {
    const shown = [...this.known.values()].filter(({ el }) => !el.hidden)
    return shown[shown.indexOf(row) + step]
  }

  /** Whether the table may be changed. */
  hold(held) {
    if (this.held === held) return
    this.held = held
    this.add.disabled = !held
    this.menu.hold(held)
    this.rows.classList.toggle("unheld", !held)
    for (const row of this.known.values()) row.hold(held)
  }
}

/** Which key from 1 to 9 each label has: its value, else the first that no value takes. */
function keysOf(values) {
  const free = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((key) => !values.includes(key))
  return new Map(values.map((value) => [value, value <= 9 ? value : free.shift()]).filter(([, key]) => key))
}

class LabelRow {
  constructor(bench, value) {
    Object.assign(this, { bench, value, isChosen: false })
    const make = (verb, values) => bench.changes.make(verb, { label: value, ...values })
    this.swatch = h("input", {
      type: "color", class: "swatch", tabindex: -1,
      onclick: (event) => event.stopPropagation(),
      oninput: () => bench.previewColor(value, this.swatch.value),
      onchange: () => { make("recolour", { color: this.swatch.value }); this.el.focus() },
    })
    this.number = h("span", { class: "dim value" }, String(value))
    this.name = h("span", { class: "name", ondblclick: () => this.rename() })
    this.size = h("span", { class: "dim" })
    this.eye = this.mark("visible", () => make("show_label", { to: !this.label.visible }))
    this.lock = this.mark("locked", () => make("lock_label", { to: !this.label.locked }))
    this.key = keycap()
    const cell = (...children) => h("span", { role: "gridcell" }, ...children)
    this.el = h("div", { class: "row", role: "row", tabindex: -1, "aria-selected": "false", onclick: () => bench.chooseLabel(value) },
      cell(this.swatch), cell(this.number), h("span", { role: "gridcell", class: "grow" }, this.name), cell(this.size),
      cell(this.eye, this.lock), cell(this.key))
    this.el.takesKey = (key) => bench.labels.key(this, key)
  }

  mark(name, act) {
    return h("button", { class: `plain mark ${name}`, tabindex: -1, onclick: (event) => { event.stopPropagation(); act() } })
  }

  show(label) {
    const was = this.label ?? {}
    this.label = label
    const isRenamed = was.name !== label.name
    if (isRenamed) this.call(label.name)
    if (was.color !== label.color) this.swatch.value = label.color
    if (isRenamed || was.visible !== label.visible) this.set(this.eye, !label.visible, label.visible ? EYE : EYE_SHUT, label.visible ? "Hide" : "Show")
    if (isRenamed || was.locked !== label.locked) this.set(this.lock, label.locked, label.locked ? LOCK : LOCK_OPEN, label.locked ? "Unlock" : "Lock: never paint over")
    this.el.classList.toggle("unseen", !label.visible)
    this.count()
  }

  call(name) {
    this.name.textContent = name
    this.el.setAttribute("aria-label", name)
    this.swatch.setAttribute("aria-label", `Colour of ${name}`)
    this.swatch.title = "Choose another colour"
  }

  set(button, isSet, paths, what) {
    button.replaceChildren(icon(...paths))
    button.setAttribute("aria-pressed", String(isSet))
    button.setAttribute("aria-label", `${what} ${this.label.name}`)
    button.title = what
  }

  /** How much there is of it, and how bright that is. */
  count() {
    const { voxels, mean, sd, name } = this.label
    const { voxel_mm3 } = this.bench.store
    const size = voxels ? mm3(voxels * voxel_mm3) : "–"
    const intensity = mean === null ? "–" : `${figure(mean)} ± ${figure(sd)}`
    this.size.textContent = size
    this.numbers = voxels ? `${figure(voxels)} voxel${voxels === 1 ? "" : "s"} · mean ${intensity}` : "Nothing has this label yet"
    this.el.title = [`${name} (value ${this.value})`, `${figure(voxels)} voxels, ${size}`,
      `intensity ${intensity}${voxels && mean === null ? ": not known of a volume of this size; press Download statistics" : ""}`,
      "Double-click or F2 to rename, Del to remove"].join("\n")
  }

  setKey(key) {
    this.key.dataset.key = key ?? ""
    this.key.hidden = !key
  }

  choose(isChosen) {
    this.isChosen = isChosen
    this.el.classList.toggle("chosen", isChosen)
    this.el.setAttribute("aria-selected", String(isChosen))
    for (const part of [this.swatch, this.eye, this.lock]) part.tabIndex = isChosen ? 0 : -1
  }

  hold(held) { for (const part of [this.swatch, this.eye, this.lock]) part.disabled = !held }

  rename() {
    const before = this.label.name
    if (!this.bench.labels.held) return
    const field = h("input", { type: "text", value: before, maxlength: 80, "aria-label": `Name of label ${this.value}` })
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") field.value = before
      if (event.key === "Enter" || event.key === "Escape") { field.blur(); this.el.focus() }
    })
    field.addEventListener("blur", () => {
      field.replaceWith(this.name)
      if (field.value.trim() && field.value !== before) this.bench.changes.make("rename", { label: this.value, name: field.value })
    }, { once: true })
    this.name.replaceWith(field)
    field.select()
  }
}

/** The line on which one writes value and name of a label to be added. */
class NewLabel {
  constructor(bench, table) {
    Object.assign(this, { bench, table })
    this.value = h("input", { type: "number", min: 1, max: MOST_LABEL, step: 1, required: true, "aria-label": "Value of the new label", oninput: () => this.check() })
    this.name = h("input", { type: "text", maxlength: 80, "aria-label": "Name of the new label" })
    this.el = h("form", { class: "new", hidden: true, novalidate: true,
      onsubmit: (event) => { event.preventDefault(); this.submit() },
      onkeydown: (event) => { if (event.key === "Escape") this.toggle() },
    }, this.value, this.name, h("button", { title: "Add the label (Enter; Esc to leave it)" }, "Add"))
  }

  toggle() {
    this.el.hidden = !this.el.hidden
    if (this.el.hidden) { this.table.add.focus(); return }
    let free = 1
    while (this.bench.labelOf(free)) free++
    this.value.value = free
    this.name.value = ""
    this.check()
    this.name.focus()
  }

  /** Say beforehand what the server would refuse. */
  check() {
    const taken = this.bench.labelOf(Number(this.value.value))
    this.value.setCustomValidity(taken ? `${taken.name} has this value already` : "")
    this.name.placeholder = `label ${this.value.value}`
  }

  submit() {
    if (!this.value.reportValidity()) return
    this.bench.changes.make("add_label", { value: Number(this.value.value), name: this.name.value })
    this.toggle()
  }
}

/** What is done with the chosen label, and with the table. */
class LabelMenu {
  constructor(bench, table) {
    Object.assign(this, { bench, table })
    this.button = h("button", { class: "plain", "aria-label": "More on labels", "aria-haspopup": "dialog", title: "Rename, remove or merge a label; open or save the table", onclick: () => this.toggle() }, "⋯")
    this.title = h("h3")
    this.into = h("select", { "aria-label": "Merge into", onchange: () => this.merge() })
    const entry = (text, title, act, key) => h("button", { class: "entry", title, onclick: () => { this.el.hidePopover(); act() } }, text, key ? keycap(key) : null)
    const one = (verb) => () => bench.changes.make(verb, { label: bench.label })
    const save = (form, text) => h("button", { title: `Download names and colours as ${text} reads them`, onclick: () => { this.el.hidePopover(); bench.say("download_table", { form }) } }, text)
    this.changes = [
      entry("Rename", "Give the chosen label another name (F2)", () => table.known.get(bench.label)?.rename(), "F2"),
      entry("Remove", "Take the chosen label away; what has it is unlabelled again (Del)", one("remove_label"), "Del"),
      h("label", { class: "entry" }, "Merge into", this.into),
      h("hr"),
      entry("Show all", "Draw all labels", () => bench.changes.make("show_labels", { to: true })),
      entry("Hide all", "Draw none of the labels", () => bench.changes.make("show_labels", { to: false })),
      entry("Open a label table…", "Add, name and colour labels by a file of ITK-SNAP, FreeSurfer or BIDS", () => bench.opening.ask("table")),
    ]
    this.el = h("div", { class: "menu", popover: "auto", role: "dialog", "aria-label": "More on labels", ontoggle: (event) => this.leave(event) }, this.title, ...this.changes, h("hr"),
      h("p", { class: "dim" }, "Save the table for"), h("div", { class: "buttons" }, save("itksnap", "ITK-SNAP"), save("freesurfer", "FreeSurfer"), save("bids", "BIDS")))
  }

  toggle() {
    const { label } = this.bench
    const others = this.table.labels.filter(({ value }) => value !== label)
    this.title.textContent = this.bench.labelOf(label)?.name ?? "No label is chosen"
    this.into.replaceChildren(h("option", { value: "" }, "choose…"), ...others.map(({ value, name }) => h("option", { value }, `${value} ${name}`)))
    const { right, bottom } = this.button.getBoundingClientRect()
    Object.assign(this.el.style, { right: `${innerWidth - right}px`, top: `${bottom + 4}px` })
    // What is not in a dialog is last in the order of focus: so go there, and Escape comes back.
    if (this.el.togglePopover()) this.el.querySelector("button:enabled, select:enabled").focus()
  }

  /** Give the focus back to the button, unless what was chosen has taken it. */
  leave({ newState }) {
    const { activeElement } = this.el.getRootNode() // which a menu that is hidden keeps until the next frame
    if (newState === "closed" && (!activeElement || this.el.contains(activeElement))) this.button.focus()
  }

  merge() {
    if (!this.into.value) return
    this.el.hidePopover()
    this.bench.changes.make("merge_label", { label: this.bench.label, into: Number(this.into.value) })
  }

  hold(held) { for (const part of [...this.changes, this.into]) if ("disabled" in part) part.disabled = !held }
}
