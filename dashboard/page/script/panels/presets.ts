// Windows by name: the usual ones of CT, where a volume looks like one, and those found from the
// intensities. A menu in Display; Shift and a digit choose without it.

import { h } from "../core/dom.ts"

// name, width and level in HU
const CT_WINDOWS = [["Brain", 80, 40], ["Stroke", 40, 40], ["Bone", 1800, 400], ["Lung", 1500, -600], ["Abdomen", 400, 50]]
const CT_AIR = -500 // HU; no MR goes so low

const SOFT_TISSUE = "-150,250" // with which the server opens what it takes for a CT

/** Whether intensities are likely to be Hounsfield units: whole numbers, down to air. */
const looksLikeCT = ([low, high], window) => String(window) === SOFT_TISSUE ||
  (low <= CT_AIR && Number.isInteger(low) && Number.isInteger(high))

export class Presets {
  windows = []

  constructor(bench) {
    this.bench = bench
    this.menu = h("select", { "aria-label": "Window preset", title: "Windows by name (Shift+1, Shift+2, …)",
      onpointerdown: () => { this.byMouse = true }, onkeydown: () => { this.byMouse = false },
      onchange: () => { this.choose(Number(this.menu.value)); if (this.byMouse) this.menu.blur() } }) // keys are tools again
    this.el = h("label", { class: "slider preset" }, h("span", {}, "Window"), this.menu)
  }

  open({ range, window }) {
    const ct = looksLikeCT(range, window) ? CT_WINDOWS : []
    this.windows = [["Automatic", window], ["Full range", range],
      ...ct.map(([name, width, level]) => [`${name} · W ${width} L ${level}`, [level - width / 2, level + width / 2]])]
    this.menu.replaceChildren(...this.windows.map(([name], n) => h("option", { value: n }, name)), h("option", { value: -1, hidden: true }, "By hand"))
  }

  choose(n) { if (this.windows[n]) this.bench.setWindow(this.windows[n][1]) }

  /** Name the window that is shown. */
  show([low, high]) { this.menu.value = this.windows.findIndex(([, window]) => window[0] === low && window[1] === high) }
}
