// The workbench in the page: owns the cursor and the display, tells the server, shows what it says.

import { Changes } from "./changes.ts"
import { misfitOf } from "./check_protocol.ts"
import { Connection } from "./connection.ts"
import { clamp, h, keycap } from "./dom.ts"
import { VIEW, keep, kept } from "./keeping.ts"
import { Help } from "./keys.ts"
import { VERBS } from "./protocol.ts"
import { Store } from "./store.ts"
import { Wire, inflate } from "./wire.ts"
import { Brush } from "../drawing/brush.ts"
import { Grip } from "../drawing/fingers.ts"
import { Hover } from "../drawing/hover.ts"
import { Strokes } from "../drawing/strokes.ts"
import { Tools } from "../drawing/tools.ts"
import { FormQuestion, GridQuestion, OpenDialog, Progress, Toasts, VolumeQuestion } from "../panels/dialogs.ts"
import { Hints, nameDownloads } from "../panels/hints.ts"
import { HistoryList, reveal } from "../panels/history.ts"
import { Intensities } from "../panels/intensities.ts"
import { LabelTable } from "../panels/label_table.ts"
import { PartitionSection } from "../panels/partition.ts"
import { Readout } from "../panels/readout.ts"
import { SavedMark } from "../panels/saved.ts"
import { Series } from "../panels/series.ts"
import { Display } from "../panels/sidebar.ts"
import { ComparePane } from "../slices/compare.ts"
import { Convention } from "../slices/convention.ts"
import { toCanvas } from "../slices/geometry.ts"
import { Pane } from "../slices/pane.ts"
import { saveAs } from "../slices/picture.ts"
import { Quad, corner } from "../slices/quad.ts"

export class Bench {
  constructor(model, view) {
    Object.assign(this, { model, view, store: null, cursor: [0, 0, 0], window: [0, 1], label: 1, choices: 0, idle: false })
    this.display = { borders: true, labels_shown: true, surfaces_shown: true, crosshair_shown: true, highlight: true, opacity: 0.5 }
    this.hover = new Hover(this)
    this.grip = new Grip()
    this.convention = new Convention(this)
    this.panes = [["axial", "Axial"], ["coronal", "Coronal"], ["sagittal", "Sagittal"]]
      .map(([name, title]) => new Pane(name, title, model.get_child(name), this))
    this.active = this.panes[0]
    this.compare = new ComparePane(model.get_child("compare"), this)
    this.panes.push(this.compare)
    this.changes = new Changes(this)
    this.strokes = new Strokes(this)
    this.brush = new Brush(this)
    this.savedMark = new SavedMark(this)
    this.silent = h("span", { class: "silent", role: "status", "aria-label": "Workers", hidden: true }, "workers silent")
    this.connection = new Connection(this)
    this.tools = new Tools(this)
    this.readout = new Readout(this)
    this.labels = new LabelTable(this)
    this.partition = new PartitionSection(this)
    this.displaySection = new Display(this)
    this.series = new Series(this)
    this.historyList = new HistoryList(this)
    this.hints = new Hints(this)
    this.help = new Help(this)
    this.opening = new OpenDialog(this, model.get_child("dropper"))
    this.question = new VolumeQuestion(this)
    this.forms = new FormQuestion(this)
    this.grids = new GridQuestion(this)
    this.intensitiesDialog = new Intensities(this, model.get_child("intensities"))
    this.toasts = new Toasts()
    this.progress = new Progress(this)
    this.wire = new Wire(this)
    this.el = page(this)
    this.setTool("draw")
    this.convention.show()
    this.displaySection.show(this.display, this.window)
  }

  // To the server

  say(verb, values = {}) { if (this.maySay(verb, values)) this.model.send_msg({ verb, ...values }) }

  /** Whether the server can take a verb with these values; if not, its user is told. */
  maySay(verb, values) {
    const wrong = misfitOf(VERBS, verb, values)
    if (wrong) this.toasts.show({ text: `The page asked for “${verb}” with values that are unknown here: reload it.`, mood: "error" })
    return !wrong
  }

  get saved() { return this.savedMark.state }

  /** Remember what a reload is to bring back. */
  leave() {
    this.leaving = true
    if (!this.store) return
    const { display, tool, store } = this
    const { window } = this.series.volumes[0] // which is the one that is shown first
    keep(VIEW, { digest: store.digest, display, window, tool, settings: this.tools.settings, zooms: this.panes.map((pane) => pane.zoomed) })
  }

  /** Show the volume as it was shown before this reload. */
  comeBack() {
    const view = kept(VIEW)
    keep(VIEW, null) // once: a volume that is opened later begins as any other
    if (view?.digest !== this.store.digest) return
    for (const [setting, value] of Object.entries(view.display)) if (this.display[setting] !== value) this.set(setting, value)
    this.setWindow(view.window)
    this.tools.settings = view.settings
    this.setTool(view.tool)
    this.panes.forEach((pane, n) => { if (view.zooms[n]) pane.zoomed = view.zooms[n] })
  }

  history(message) { this.historyList.take(message) }

  /** Let so many edits be in force. */
  goTo(done) { this.changes.make("go_to", { done }) }

  went({ at }) { reveal(this, at) }

  undo() { this.changes.make("undo") }
  redo() { this.changes.make("redo") }

  chooseLabel(value) {
    if (this.tools.erases) this.setTool(this.tools.giving)
    if (this.labelOf(value)) { this.label = value; this.labels.choose(value) }
    this.changes.make("choose", { label: value, choice: ++this.choices })
  }

  /** The labels, by value. */
  get table() { return this.labels.labels }

  labelOf(value) { return this.labels.known.get(value)?.label }

  /** Choose the label that is drawn under the pointer. */
  pick() {
    const { last } = this.readout
    const value = last && this.store.slices.labelAt(last)
    if (value) this.chooseLabel(value)
    else this.readout.hint(last ? "Nothing is labelled there" : "Point at what is labelled, then press K")
  }

  /** Show a colour while it is being chosen. */
  previewColor(value, color) {
    this.store.colors[value] = abgr(color)
    for (const pane of this.panes) pane.drawLabels()
  }

  // From the server, in order (wire.js)

  open(message) {
    for (const pane of this.panes) if (!pane.wire(this.view.model.document)) throw new Error("its slices are not ready")
    if (!this.watched) for (const pane of this.panes) this.strokes.watch(pane)
    this.watched = true
    this.idle = false
    this.store = null // what comes for a volume that did not fit is then for none
    this.store = new Store(message, this)
    this.store.colors = new Uint32Array(65536)
    this.store.hidden = new Uint8Array(65536)
    this.cursor = message.cursor
    this.convention.show()
    for (const pane of this.panes) pane.open(this.convention.layouts(message)[pane.plane])
    this.series.open(message)
    this.displaySection.open(this.store)
    this.tools.open(this.store)
    this.partition.open(message)
    this.setWindow(message.window)
    this.el.classList.add("opened")
    nameDownloads(this.el)
    this.hints.show()
    this.title.replaceChildren(h("span", { class: "name" }, message.name), h("span", { class: "dim" }, message.facts.join(" · ")))
    window.document.title = `${message.name} · supervox`
    this.comeBack()
    this.putAside()
    this.savedMark.set({ held: message.held, pending: 0, trouble: "" })
    this.redraw()
  }

  arrive(array, values, revision) {
    this.store?.slices.arrive(array, values, revision)
    if (array === "labels") this.relabelled()
  }

  /** All labels have come: what was drawn meanwhile lies over them. */
  relabelled() {
    this.changes.resend()
    if (this.brush.replay()) for (const pane of this.panes) pane.drawLabels()
  }

  async part(message) { if (message.case === this.store?.case) await this.store.slices.take(message) }

  takePartition(message) { this.store?.slices.takePartition(message) }

  /** There are other superpixels; how many, and of how many voxels. */
  havePartition(partition) {
    this.partition.show(partition, this.threshold)
    this.changes.resend()
    this.hints.show()
  }

  /** Take an edit that changed labels inside boxes, if it is the next one; ask for all labels if one was missed. */
  edit({ revision, stroke }, boxes, write) {
    const preview = this.brush.settle(stroke)
    if (revision <= this.store.revision) return
    if (revision > this.store.revision + 1) { this.say("resync"); return }
    this.store.revision = revision
    write(preview)
    const isAll = this.brush.replay()
    for (const pane of this.panes) isAll ? pane.drawLabels() : pane.drawLabelsIn(boxes)
    this.readout.refresh()
  }

  painted(message) { this.edit(message, [message.box], () => this.store.slices.paint(message)) }

  async patched(message) {
    const values = new Uint16Array(await inflate(message.data))
    this.edit(message, message.boxes, () => this.store.slices.patch(message.boxes, values))
  }

  /** Superpixels were cut into finer ones, or joined again. */
  async divided(message) {
    const ids = new Uint32Array(await inflate(message.data))
    this.store.slices.divide(message.at, message.boxes, ids)
    this.havePartition(this.store.slices.partition)
    for (const pane of this.panes) pane.drawOverlay()
    this.readout.refresh()
  }

  stale(message) { this.edit(message, message.boxes, (preview) => this.store.slices.stale(message.boxes, preview?.seen)) }

  replaced({ revision }) {
    if (!this.store) return
    this.store.revision = revision
    this.store.slices.replaced()
    this.changes.resend()
    this.redraw()
  }

  kept({ held, pending, trouble }) {
    if (!held) this.putAside()
    if (held && !this.saved.held) this.toasts.drop("This volume was opened elsewhere") // and is here again, with all of it
    if (held && this.saved.trouble && !trouble) this.toasts.drop("Not saved: ") // which is over
    this.savedMark.set({ held, pending, trouble })
    this.hints.show()
    if (held && this.store?.revision >= 0) this.changes.resend()
  }

  /** What was asked for is on disk, or was refused. */
  taken({ name, case: opening, refused }) {
    if (this.changes.waiting.get(name) !== opening) return // it was put aside since, and perhaps sent again
    this.strokes.acknowledge(name, refused)
    this.changes.acknowledge(name)
  }

  putAside() {
    this.strokes.putAside()
    this.changes.putAside()
  }

  /** Take the rows of the table of labels that have changed. */
  rows(message) {
    const { colors, hidden, revision } = this.store
    let isNew = message.fresh
    for (const { value, color, visible } of message.rows) {
      isNew ||= colors[value] !== abgr(color) || hidden[value] === Number(visible)
      colors[value] = abgr(color)
      hidden[value] = Number(!visible)
    }
    this.labels.take(message)
    this.labels.choose(this.label)
    if (isNew && revision >= 0) for (const pane of this.panes) pane.drawLabels()
  }

  state({ label, choice, held, threshold, why_here: whyHere }) {
    Object.assign(this, { threshold })
    // An answer to an earlier choice must not undo the latest one.
    if (choice === this.choices) this.label = label
    this.silent.hidden = !whyHere
    this.silent.title = `The server itself finds what lies under a stroke: ${whyHere}`
    this.labels.choose(this.label)
    this.labels.hold(held)
    this.historyList.hold(held)
    this.partition.go.disabled = !held
    this.hints.show()
    this.el.classList.toggle("reading", !held)
  }

  job({ job }) {
    this.idle = job === null
    this.hints.show()
    if (this.idle && this.savedMark.takes) this.savedMark.took()
    this.progress.show(job)
  }

  notice(message) {
    this.toasts.show(message)
    if (!this.store && message.mood === "error") this.title.replaceChildren(h("span", { class: "dim" }, "No volume is open"))
  }

  intensities(message) { this.intensitiesDialog.show(message) }

  uploaded() { this.opening.el.close() }
  folder(message) { this.opening.list(message) }
  ask(question) { (question.grid ? this.grids : question.difference ? this.forms : this.question).ask(question) }

  volumes(message) { if (this.store) this.series.list(message) }

  loading(array, fraction) {
    this.readout.progress(fraction < 1 ? `Loading ${this.series.nameOf(array)} ${Math.round(fraction * 100)} %` : "")
  }

  /** A file in pieces, for what is too big for one message. */
  file({ name, parts, part, data }) {
    this.parts = part === 0 ? [data] : [...this.parts, data]
    if (part + 1 < parts) return
    saveAs(name, new Blob(this.parts.splice(0)))
  }

  fail(text) { this.say("failed", { text: text.slice(0, 1000) }) }

  // Moving and showing

  activate(pane) { this.active = pane }

  scroll(pane, steps) { if (this.store) this.scrollTo(pane.layout.axis, this.cursor[pane.layout.axis] + steps) }

  scrollTo(axis, index) { this.moveTo(this.cursor.map((n, a) => (a === axis ? index : n))) }

  moveTo(ijk) {
    if (this.drawing) return // a stroke stays on the slice on which it began
    this.cursor = ijk.map((n, axis) => clamp(n, 0, this.store.shape[axis] - 1))
    for (const pane of this.panes) pane.show(this.cursor)
    clearTimeout(this.telling)
    this.telling = setTimeout(() => this.say("cursor", { ijk: this.cursor }), 300)
  }

  redraw() {
    for (const pane of this.panes) { pane.index = -1; pane.show(this.cursor) }
    this.readout.refresh()
  }

  /** Draw what has come of the slice across an axis: "volume", "labels" or "ids". */
  redrawSlice(axis, part) {
    const pane = this.panes.find(({ layout }) => layout.axis === axis)
    if (part === "volume") pane.drawVolume()
    else if (part === "labels") pane.drawLabels()
    else pane.drawOverlay()
    this.readout.refresh()
  }

  redrawVolume() { for (const pane of this.panes) pane.drawVolume() }

  fit() { if (this.store) for (const pane of this.panes) pane.fit() }

  setWindow([low, high]) {
    this.window = [low, high > low ? high : low + 1e-6]
    this.series.keepWindow(this.window)
    for (const pane of this.panes) pane.setWindow(this.window)
    this.displaySection.show(this.display, this.window)
  }

  set(setting, value) {
    this.display[setting] = value
    this.displaySection.show(this.display, this.window)
    this.el.classList.toggle("bare", !this.display.crosshair_shown)
    this.hints.show()
    if (setting === "highlight") this.hover.light(0)
    else if (setting === "surfaces_shown") this.say("surfaces_shown", { value })
    else if (this.store) for (const pane of this.panes) pane.drawOverlay()
  }

  toggle(setting) { this.set(setting, !this.display[setting]) }

  setTool(tool) {
    this.tools.choose(tool)
    this.hints.show()
  }

  get tool() { return this.tools.tool }

  /** Whether a drag is a stroke. */
  get draws() { return this.tools.draws }

  /** Why a stroke that is begun now would not be taken; "" if it would. */
  get refusal() {
    if (this.connection.lost) return "The server does not answer: this stroke is not taken"
    if (this.savedMark.takes) return "Taking over: draw when the bar says that it is saved"
    return this.saved.held ? "" : "Read-only: press Take over to change the labels"
  }

  /** Why what is drawn now is not seen; "" if it is. */
  get unseen() {
    if (!this.display.labels_shown) return "Labels are hidden: press S to see what you draw"
    const label = this.tools.erases ? null : this.labelOf(this.label)
    return label?.visible === false ? `${label.name} is hidden: show it by the eye at its row` : ""
  }

  hasDialog() { return [this.help, this.opening, this.question, this.forms, this.grids, this.intensitiesDialog].some((dialog) => dialog.el.open) }

  get ready() {
    return Boolean(this.store?.slices.ready(this.idle))
  }

  toScreen(name, ijk) {
    const pane = this.panes.find((each) => each.name === name)
    const box = pane.el.getBoundingClientRect()
    const [x, y] = pane.toPixel(...toCanvas(pane.layout, ijk))
    return [box.left + x, box.top + y]
  }
}

/** The whole page around the panes. */
function page(bench) {
  const { model } = bench
  const button = (name, key, action) => h("button", { "aria-label": name, title: `${name} (${key})`, onclick: action },
    name, key ? keycap(key) : null)
  bench.buttons = {
    undo: button("Undo", "Z", () => bench.undo()),
    redo: button("Redo", "Y", () => bench.redo()),
    open: h("button", { "aria-label": "Open", title: "Open a volume, labels or superpixels", onclick: () => bench.opening.ask() }, "Open…"),
    help: h("button", { "aria-label": "Help", title: "Help and keys (?)", onclick: () => bench.help.toggle() }, "?"),
  }
  bench.buttons.undo.disabled = bench.buttons.redo.disabled = true
  bench.title = h("div", { class: "title" }, h("span", { class: "dim" }, "Opening…"))
  const { undo, redo, open, help } = bench.buttons
  const surface = h("section", { class: "pane surface", "aria-label": "3D view" }, model.get_child("surface"), h("span", { class: "title" }, "3D"))
  surface.append(corner(bench, surface))
  bench.quad = new Quad(bench, surface)
  return h("div", { class: "bench" },
    h("header", {}, h("b", {}, "supervox"), bench.title, h("span", { class: "grow" }), bench.silent, bench.savedMark.el, undo, redo, open, model.get_child("download"), help),
    bench.tools.el, bench.tools.options.el,
    bench.quad.el,
    h("aside", {}, bench.labels.el, bench.partition.el, bench.displaySection.el, bench.series.el, bench.historyList.el, model.get_child("files")),
    h("footer", {}, bench.readout.el, bench.hints.el, h("span", { class: "grow" }), bench.progress.el),
    bench.connection.el, bench.toasts.el, bench.help.el, bench.opening.el, bench.question.el, bench.forms.el, bench.grids.el, bench.intensitiesDialog.el)
}

/** “#rrggbb” as a canvas packs it, without alpha. */
function abgr(color) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
  return (b << 16) | (g << 8) | r
}
