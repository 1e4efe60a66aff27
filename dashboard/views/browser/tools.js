// What the mouse does on a slice: the rail of tools, and what the chosen one draws with.

// name, title, key, what a drag does with superpixels or voxels ("" draws nothing), icon paths
const TOOLS = [
  ["draw", "Draw", "D", "superpixels", "M4 18c4-9 8 2 16-11", "M4 16.6a1.4 1.4 0 1 0 .01 0"],
  ["erase", "Erase", "E", "superpixels", "M5 15l8-9 6 5-8 9H8z", "M9 20h11"],
  ["window", "Window", "W", "", "M12 4a8 8 0 1 0 .01 0", "M12 4v16", "M12 8h6M12 12h8M12 16h6"],
  ["cursor", "Crosshair", "C", "", "M12 3v18M3 12h18"],
]

class Tools {
  constructor(bench) {
    this.bench = bench
    this.kinds = Object.fromEntries(TOOLS.map(([name, , , kind]) => [name, kind]))
    this.buttons = Object.fromEntries(TOOLS.map(([name, title, key, , ...paths]) => [name,
      h("button", { class: "tool", "aria-label": title, title: `${title} (${key})`, onclick: () => this.choose(name) },
        icon(...paths), h("kbd", { "aria-hidden": "true" }, key))]))
    this.el = h("nav", { "aria-label": "Tools" }, ...Object.values(this.buttons))
  }

  choose(tool) {
    if (!(tool in this.kinds)) return
    this.tool = tool
    for (const [name, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(name === tool))
    this.bench.el.dataset.tool = tool
  }

  /** Whether a drag is a stroke. */
  get draws() { return this.kinds[this.tool] !== "" }

  /** Whether what is drawn loses its label. */
  get erases() { return this.tool === "erase" }

  /** What a stroke is drawn with, as the server's `Tip` has it. */
  get tip() { return { kind: this.kinds[this.tool] } }
}
