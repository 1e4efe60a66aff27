// What the mouse does on a slice: the rail of tools, and what the chosen one draws with.

import { clamp, h, icon, keycap } from "../core/dom.ts"
import { ToolOptions } from "./options.ts"
import { nice, rounded } from "../slices/lengths.ts"

/**
 * A row a tool: its name, title and key; what a drag does ("" draws nothing), as the server's tools are called; whether a
 * click is a stroke too, which else moves the crosshair; a sentence for the line above the slices; and the paths of its icon.
 */
const TOOLS = [
  { name: "draw", title: "Draw", key: "D", kind: "superpixels",
    what: "Superpixels under the line take the chosen label, in 3D.",
    icon: ["M4 18c4-9 8 2 16-11", "M4 16.6a1.4 1.4 0 1 0 .01 0"] },
  { name: "erase", title: "Erase", key: "E", kind: "superpixels",
    what: "Draw over superpixels to take their label off.",
    icon: ["M5 15l8-9 6 5-8 9H8z", "M9 20h11"] },
  { name: "brush", title: "Touch up", key: "T", kind: "voxels",
    what: "Click or drag to paint voxels.",
    icon: ["M20 4c-5 2-9 6-11 9l2 2c3-2 7-6 9-11", "M8 14c-2 0-3 2-3 4-1 1-2 1-2 1 3 2 8 1 8-3"] },
  { name: "eraser", title: "Erase voxels", key: "⇧T", kind: "voxels",
    what: "Click or drag to take the label off voxels.",
    icon: ["M12 4a8 8 0 1 0 .01 0", "M8 12h8"] },
  { name: "outline", title: "Fill", key: "F", kind: "outline",
    what: "Draw around it on this slice; the line closes by itself.",
    icon: ["M5 15c-2-7 6-11 11-8s4 9-2 11-8 0-9-3", "M9 11l4-3M8 15l8-6M12 16l4-3"] },
  { name: "split", title: "Split", key: "X", kind: "split", taps: true,
    what: "Click or draw: superpixels are cut into finer ones; labels stay.",
    icon: ["M4 5h16v14H4z", "M12 5v14M4 12h8"] },
  { name: "window", title: "Window", key: "W", kind: "",
    what: "Drag across for contrast, up and down for brightness.",
    icon: ["M12 4a8 8 0 1 0 .01 0", "M12 4v16", "M12 8h6M12 12h8M12 16h6"] },
  { name: "cursor", title: "Crosshair", key: "C", kind: "",
    what: "Click or drag to move the three slices.",
    icon: ["M12 3v18M3 12h18"] },
]

export class Tools {
  constructor(bench) {
    this.bench = bench
    this.rows = Object.fromEntries(TOOLS.map((row) => [row.name, row]))
    this.buttons = Object.fromEntries(TOOLS.map(({ name, title, key, icon: paths }) => [name,
      h("button", { class: "tool", "aria-label": title, title: `${title} (${key})`, onclick: () => this.choose(name) },
        icon(...paths), keycap(key))]))
    this.settings = firstSettings()
    this.options = new ToolOptions(bench, this)
    this.el = h("nav", { "aria-label": "Tools" }, ...Object.values(this.buttons))
  }

  choose(tool) {
    if (!(tool in this.rows)) return
    this.tool = tool
    for (const [name, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(name === tool))
    Object.assign(this.bench.el.dataset, { tool, draws: this.draws })
    this.options.show()
    this.bench.brush.outline()
  }

  /** What the label keys draw with: an eraser makes place for its counterpart. */
  get giving() { return { erase: "draw", eraser: "brush" }[this.tool] ?? this.tool }

  /** The chosen tool's row. */
  get row() { return this.rows[this.tool] }

  get kind() { return this.row?.kind }

  /** Whether a drag is a stroke. */
  get draws() { return this.kind !== "" }

  /** Whether what is drawn loses its label. */
  get erases() { return this.giving !== this.tool }

  /** Whether a drag writes labels while it lasts. */
  get paints() { return this.kind === "voxels" }

  /** Whether a click is a stroke too; else it moves the crosshair. */
  get taps() { return Boolean(this.row?.taps) }

  /** What a stroke is drawn with, as the server's `Tip` has it. */
  get tip() { return { kind: this.kind, ...this.settings[this.kind] } }

  /** How far a drag reaches from its line; undefined for tools without a radius. */
  get radius() { return this.settings[this.kind]?.radius_mm }

  /** Begin with a volume: with radii that fit to its voxels. */
  open({ spacing }) {
    this.settings = firstSettings()
    this.unit = nice(Math.min(...spacing) * 0.6)
    this.most = rounded(MOST_VOXELS * Math.min(...spacing))
    this.settings.voxels.radius_mm = rounded(6 * this.unit)
    this.options.open(this)
  }

  set(setting, value) {
    this.settings[this.kind][setting] = value
    this.options.show()
    this.bench.brush.outline()
  }

  /** Let the chosen tool reach a step further, or less far. */
  stepRadius(sign) {
    const { unit, radius } = this
    const step = unit * (radius < 10 * unit ? 1 : radius < 40 * unit ? 2 : 10)
    this.set("radius_mm", rounded(clamp(radius + sign * step, 0, this.most)))
  }
}

const MOST_VOXELS = 1000 // in a radius, along the shortest edge

/** What the tools draw with, by what they draw; a radius of 0 is the line itself. */
const firstSettings = () => ({
  superpixels: { radius_mm: 0 },
  voxels: { radius_mm: 3, is_ball: false, is_within: false },
})
