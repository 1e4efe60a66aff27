// What the page asks, and what it says in passing: open a file, choose a volume, toasts, a job's progress.

import { found, h } from "../core/dom.ts"

const KINDS = [["volume", "Volume"], ["series", "Another volume of the series (same patient)"], ["labels", "Labels over the open volume"], ["superpixels", "Superpixels of the open volume"], ["table", "Label table"]]

export class OpenDialog {
  constructor(bench, dropper) {
    this.bench = bench
    this.where = h("p", { class: "dim where" })
    this.entries = h("div", { class: "entries", role: "listbox", "aria-label": "Files on the server" })
    this.note = h("p", { class: "dim" })
    this.kinds = h("div", { class: "kinds", role: "radiogroup", "aria-label": "Open as" }, ...KINDS.map(([value, text], n) =>
      h("label", {}, h("input", { type: "radio", name: "kind", value, checked: n === 0, onchange: () => this.openAs(value) }), text)))
    const close = h("button", { title: "Close, and change nothing (Esc)", onclick: () => this.el.close() }, "Close")
    this.el = h("dialog", { class: "open", "aria-label": "Open a file" }, h("h2", {}, "Open"), this.kinds,
      h("div", { class: "two" }, h("div", {}, h("h3", {}, "On the server"), this.where, this.entries, this.note),
        h("div", {}, h("h3", {}, "From this computer"), h("p", { class: "dim where" }, "Up to 500 MB; put a larger file into the data folder."), h("div", { class: "drop" }, dropper))),
      h("p", { class: "end" }, close))
  }

  get kind() { return this.kinds.querySelector(":checked").value }

  /** Say what is to be opened, and list what may be that. */
  openAs(kind) {
    this.bench.say("upload_as", { kind })
    this.bench.say("list", { path: this.path ?? "", kind })
  }

  /** Let a file be chosen; as `kind`, if that is said. */
  ask(kind) {
    if (kind) this.kinds.querySelector(`[value="${kind}"]`).checked = true
    for (const input of this.kinds.querySelectorAll("input")) input.disabled = input.value !== "volume" && !this.bench.store
    this.el.showModal()
    for (const el of found(this.el, ".filepond--label-action")) el.role = "button" // which FilePond makes it, but does not say
    this.path = ""
    this.openAs(this.kind)
  }

  open(path) {
    const { bench, kind } = this
    if (kind === "volume") bench.say("open", { path, kind })
    else bench.changes.make("open_over", { path, kind })
    this.el.close()
  }

  list({ path, folders, files, truncated }) {
    this.path = path
    this.where.textContent = path ? `… / ${path}` : "data folder"
    const row = (text, mark, action) => h("button", { class: "entry", role: "option", title: text, onclick: action }, h("span", { class: "dim" }, mark), text)
    const inside = (name) => (path ? `${path}/${name}` : name)
    this.entries.replaceChildren(
      ...(path ? [row("..", "↑", () => this.bench.say("list", { path: path.split("/").slice(0, -1).join("/"), kind: this.kind }))] : []),
      ...folders.map((name) => row(name, "▸", () => this.bench.say("list", { path: inside(name), kind: this.kind }))),
      ...files.map((name) => row(name, "", () => this.open(inside(name)))))
    this.entries.role = this.entries.children.length ? "listbox" : "group" // a list without options is none
    const [what, endings] = this.kind === "table" ? ["label table", ".txt, .label, .tsv, .lut, .ctbl, .csv"] : ["volume", ".nii, .nii.gz, .hdr, .tif, .zarr"]
    this.note.textContent = !folders.length && !files.length ? `No folder and no ${what} here (${endings}).`
      : truncated ? "Only the first are listed." : ""
  }
}

export class VolumeQuestion {
  constructor(bench) {
    this.text = h("p")
    this.field = h("input", { type: "number", min: 1, value: 1, step: 1, "aria-label": "Which volume" })
    const open = h("button", { title: "Open the volume of this number", onclick: () => { bench.say("open_volume_of", { volume: Number(this.field.value) - 1 }); this.el.close() } }, "Open volume")
    this.all = h("button", { title: "Open the volumes together: shown one after the other, blended, or side by side", onclick: () => { bench.say("open_together"); this.el.close() } }, "All as a series")
    const not = h("button", { title: "Close, and change nothing (Esc)", onclick: () => this.el.close() }, "Close")
    this.el = h("dialog", { class: "which", "aria-label": "Which volume" }, h("h2", {}, "Which volume?"), this.text, this.field, h("p", { class: "end" }, not, this.all, open))
  }

  ask({ name, count, together }) {
    this.all.textContent = together === count ? "All as a series" : `First ${together} as a series`
    this.all.hidden = together < 2
    this.text.textContent = `${name} holds ${count} volumes. Which one is to be opened, 1 to ${count}?`
    this.field.max = count
    this.field.value = 1
    this.el.showModal()
  }
}

/** A file whose two places in the world differ: no guess is right, and left may be right. */
export class FormQuestion {
  constructor(bench) {
    this.text = h("p")
    this.difference = h("p")
    const by = (form, text) => h("button", { title: `Place the volume by its ${form}`, onclick: () => { bench.say("open_by", { form }); this.el.close() } }, text)
    const not = h("button", { title: "Close, and change nothing (Esc)", onclick: () => this.el.close() }, "Close")
    this.el = h("dialog", { class: "which", "aria-label": "Which place" }, h("h2", {}, "Which place is right?"), this.text, this.difference,
      h("p", { class: "dim" }, "Labels and volume are downloaded with the chosen place only, so that every program reads them alike."),
      h("p", { class: "end" }, not, by("qform", "Take the qform"), by("sform", "Take the sform")))
  }

  ask({ name, difference }) {
    this.text.textContent = `${name} says in two ways where it lies in the patient, by a qform and by an sform, and they differ.`
    this.difference.textContent = difference
    this.el.showModal()
  }
}

/** A label map that does not lie on the volume voxel for voxel. */
export class GridQuestion {
  constructor(bench) {
    this.text = h("p")
    const resample = h("button", { title: "Lay the labels on the grid of the open volume, by nearest neighbour", onclick: () => { bench.changes.make("open_resampled"); this.el.close() } }, "Resample")
    const not = h("button", { title: "Close, and change nothing (Esc)", onclick: () => this.el.close() }, "Close")
    this.el = h("dialog", { class: "which", "aria-label": "Resample" }, h("h2", {}, "Resample the label map?"), this.text,
      h("p", {}, "Resample it by nearest neighbour onto the volume? Each voxel of the volume then takes the label that lies nearest to it; no label is blended, and one undo takes all back."),
      h("p", { class: "dim" }, "The file stays as it is."),
      h("p", { class: "end" }, not, resample))
  }

  ask({ name, grid }) {
    this.text.textContent = `${name}: ${grid}`
    this.el.showModal()
  }
}

/** Sentences that come and go; errors stay until they are closed. */
export class Toasts {
  // A popover lies over dialogs too.
  el = h("div", { class: "toasts", role: "status", "aria-live": "polite", popover: "manual" })

  /** `link` leads to a file that was saved on the server; its message stays until it is closed. */
  show({ text, mood, link }) {
    for (const old of this.el.children) if (old.firstChild.textContent === text) old.remove()
    const toast = h("div", { class: `toast ${mood}` }, h("span", {}, text), saved(link), h("button", { class: "plain", "aria-label": "Close message", title: "Close message", onclick: () => toast.remove() }, "×"))
    this.el.append(toast)
    this.el.hidePopover()
    this.el.showPopover()
    while (this.el.children.length > 4) this.el.firstChild.remove()
    if (mood !== "error" && !link) setTimeout(() => toast.remove(), 5000)
  }

  /** Take away what is no longer so. */
  drop(beginning) {
    for (const toast of [...this.el.children]) if (toast.firstChild.textContent.startsWith(beginning)) toast.remove()
  }
}

/** JupyterLab, whose address it is, hands files only to who says from where they come. */
function saved(link) {
  return link ? h("a", { href: link, download: true, referrerpolicy: "same-origin" }, "Download") : null
}

export class Progress {
  constructor(bench) {
    this.title = h("span")
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "Progress" })
    this.el = h("div", { class: "progress", hidden: true }, this.title, this.bar,
      h("button", { "aria-label": "Cancel", title: "Stop; what was there before stays", onclick: () => bench.say("cancel") }, "Cancel"))
  }

  show(job) {
    this.el.hidden = !job
    if (!job) return
    this.title.textContent = `${job.title} ${Math.round(job.fraction * 100)} %${left(job.left_s)}`
    this.bar.value = job.fraction
  }
}

/** How long it still takes, where that is worth a word. */
function left(seconds) {
  if (seconds == null || seconds < 10) return ""
  return seconds < 90 ? ` · about ${Math.ceil(seconds / 10) * 10} s left` : ` · about ${Math.round(seconds / 60)} min left`
}
