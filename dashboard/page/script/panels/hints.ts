// What a newcomer is told, one thing at a time, in the line at the bottom: until it was done, or put
// away for good. And what Panel's own buttons do, which bring no tooltips.

import { found, h } from "../core/dom.ts"
import { remember, remembered } from "../core/keeping.ts"

const HINTS_DONE = "supervox-hints"
const NEXT_HINT_MS = 20_000

// name, what it says, and when that is true; it is done when the page sees `name` happen
const HINTS = [
  ["draw", "Draw a line over what you want to label", (bench) => bench.tool === "draw" && bench.store.slices.hasIds && !bench.refusal && !bench.unseen],
  ["zoom", "The wheel goes through the slices, Ctrl+wheel zooms", () => true],
  ["enlarge", "A double click shows one view large, another one all four", ({ tools, compare }) => !tools.paints && !tools.taps && !compare.on],
  ["help", "? lists all keys and tools", () => true],
]

export class Hints {
  constructor(bench) {
    this.bench = bench
    this.gone = new Set(remembered(HINTS_DONE) ?? [])
    this.text = h("span")
    const button = (text, name, title, action) => h("button", { class: "plain", "aria-label": name, title, onclick: action }, text)
    this.el = h("div", { class: "tip", role: "note", "aria-label": "Hint", hidden: true }, this.text,
      button("×", "Close hint", "Do not show this hint again", () => this.done(this.shown)),
      button("no hints", "No hints", "Show no hints any more", () => this.end()))
  }

  /** Show the first hint that is left and true now; none while one was just done. */
  show() {
    if (this.rests) return
    const [name, text] = (this.bench.store && HINTS.find(([each, , isTrue]) => !this.gone.has(each) && isTrue(this.bench))) || []
    if (name === this.shown) return
    this.shown = name
    this.el.hidden = !name
    this.text.textContent = text ?? ""
  }

  /** Something was done, or its hint put away; the next one comes a while later. */
  done(name) {
    if (this.gone.has(name)) return
    this.gone.add(name)
    remember(HINTS_DONE, [...this.gone])
    if (name !== this.shown) return
    this.el.hidden = this.rests = true
    this.shown = null
    setTimeout(() => { this.rests = false; this.show() }, NEXT_HINT_MS)
  }

  end() { for (const [name] of HINTS) this.done(name) }
}

const DOWNLOADS = {
  "Download labels": "The label map as NIfTI; it lies on the volume voxel for voxel",
  "Download volume": "The volume as NIfTI",
  "Download superpixels": "The ids of the superpixels as NIfTI",
  "Download label table": "Values, names and colours of the labels as a BIDS _dseg.tsv",
  "Download statistics": "Size, intensities and place of each label as CSV",
}

/** Give Panel's buttons their tooltips, once they are there: React makes them when it likes. */
export function nameDownloads(part) {
  for (const el of found(part, "button")) if (!el.title) el.title = DOWNLOADS[el.textContent.trim()] ?? ""
}
