// What the mouse does on a slice: the rail of tools, and what the chosen one draws with.

// name, title, key, what a drag does with superpixels or voxels ("" draws nothing), icon paths
const TOOLS = [
  ["draw", "Draw", "D", "superpixels", "M4 18c4-9 8 2 16-11", "M4 16.6a1.4 1.4 0 1 0 .01 0"],
  ["erase", "Erase", "E", "superpixels", "M5 15l8-9 6 5-8 9H8z", "M9 20h11"],
  ["brush", "Touch up", "T", "voxels", "M20 4c-5 2-9 6-11 9l2 2c3-2 7-6 9-11", "M8 14c-2 0-3 2-3 4-1 1-2 1-2 1 3 2 8 1 8-3"],
  ["eraser", "Erase voxels", "⇧T", "voxels", "M12 4a8 8 0 1 0 .01 0", "M8 12h8"],
  ["outline", "Fill", "F", "outline", "M5 15c-2-7 6-11 11-8s4 9-2 11-8 0-9-3", "M9 11l4-3M8 15l8-6M12 16l4-3"],
  ["split", "Split", "X", "split", "M4 5h16v14H4z", "M12 5v14M4 12h8"],
  ["window", "Window", "W", "", "M12 4a8 8 0 1 0 .01 0", "M12 4v16", "M12 8h6M12 12h8M12 16h6"],
  ["cursor", "Crosshair", "C", "", "M12 3v18M3 12h18"],
]

class Tools {
  constructor(bench) {
    this.bench = bench
    this.kinds = Object.fromEntries(TOOLS.map(([name, , , kind]) => [name, kind]))
    this.buttons = Object.fromEntries(TOOLS.map(([name, title, key, , ...paths]) => [name,
      h("button", { class: "tool", "aria-label": title, title: `${title} (${key})`, onclick: () => this.choose(name) },
        icon(...paths), keycap(key))]))
    this.settings = firstSettings()
    this.options = new ToolOptions(bench, this)
    this.el = h("nav", { "aria-label": "Tools" }, ...Object.values(this.buttons))
  }

  choose(tool) {
    if (!(tool in this.kinds)) return
    this.tool = tool
    for (const [name, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(name === tool))
    this.bench.el.dataset.tool = tool
    this.options.show()
    this.bench.brush.outline()
  }

  /** What the label keys draw with: an eraser makes place for its counterpart. */
  get giving() { return { erase: "draw", eraser: "brush" }[this.tool] ?? this.tool }

  get kind() { return this.kinds[this.tool] }

  /** Whether a drag is a stroke. */
  get draws() { return this.kinds[this.tool] !== "" }

  /** Whether what is drawn loses its label. */
  get erases() { return this.giving !== this.tool }

  /** Whether a drag writes labels while it lasts. */
  get paints() { return this.kind === "voxels" }

  /** Whether a click is a stroke too; else it moves the crosshair. */
  get taps() { return this.tool === "split" }

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
