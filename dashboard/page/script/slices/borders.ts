// Borders between superpixels, over a slice: lines of one screen pixel at any zoom. The figure below
// holds voxels; here each line is written into the screen's own pixels, so that none is blurred.

import { h } from "../core/dom.ts"

const BORDER = 0x70d7c85c // ABGR of the accent, as a canvas packs it

export class Borders {
  constructor(pane) {
    this.pane = pane
    this.el = h("canvas", { class: "borders", "aria-hidden": "true" })
    this.context = this.el.getContext("2d")
    this.lines = { across: [], up: [] }
  }

  /** The slice, its ids, or whether they are shown, have changed. */
  change() {
    this.isStale = true
    this.place()
  }

  /** The slice was moved, zoomed or resized: the same lines elsewhere. Many calls are one frame's work. */
  place() { this.frame ??= requestAnimationFrame(() => this.draw()) }

  draw() {
    this.frame = null
    if (!this.pane.layout) return
    if (this.isStale) this.lines = this.found
    this.isStale = false
    this.paint()
  }

  get found() {
    const { pane } = this
    const ids = pane.bench.display.borders && pane.bench.store && pane.index >= 0 ? pane.slice.ids : null
    return ids ? linesBetween(ids) : { across: [], up: [] }
  }

  paint() {
    const { el, context, pane } = this
    const [width, height] = pane.size.map((size) => Math.round(size * devicePixelRatio))
    const isBare = !this.lines.across.length && !this.lines.up.length
    if (el.width !== width || el.height !== height) Object.assign(el, { width, height })
    else if (isBare) context.clearRect(0, 0, width, height)
    if (isBare || !width || !height) return
    if (this.pixels?.width !== width || this.pixels.height !== height) this.pixels = context.createImageData(width, height)
    const screen = new Uint32Array(this.pixels.data.buffer)
    screen.fill(0)
    rule(this.lines, screen, width, height, onScreen(pane))
    context.putImageData(this.pixels, 0, 0)
  }
}

/** Lines between different ids of a cut, on the canvas: `across` as y, x0, x1 and `up` as x, y0, y1,
 * one after the other, in voxels from the lower left corner. */
export function linesBetween({ values, width, height, start, right, up }) {
  const lines = { across: [], up: [] }
  const since = new Int32Array(width).fill(-1) // where the line at the right of a column began
  for (let y = 0; y < height; y++) {
    let p = start + y * up
    let from = -1 // where the line above this row began
    const isTop = y + 1 === height
    for (let x = 0; x < width; x++, p += right) {
      const id = values[p]
      if (x + 1 < width && values[p + right] !== id) {
        if (since[x] < 0) since[x] = y
      } else if (since[x] >= 0) {
        lines.up.push(x + 1, since[x], y)
        since[x] = -1
      }
      if (!isTop && values[p + up] !== id) {
        if (from < 0) from = x
      } else if (from >= 0) {
        lines.across.push(y + 1, from, x)
        from = -1
      }
    }
    if (from >= 0) lines.across.push(y + 1, from, width)
  }
  for (let x = 0; x < width; x++) if (since[x] >= 0) lines.up.push(x + 1, since[x], height)
  return lines
}

/** How corners of voxels come to the screen's pixels: x = left + n · px, y = bottom − n · py. */
export function onScreen(pane) {
  const ratio = devicePixelRatio
  const [left, bottom] = pane.toPixel(-0.5, -0.5).map((at) => at * ratio)
  const [px, py] = pane.pxPerVoxel.map((size) => size * ratio)
  return { left, bottom, px, py, thick: Math.max(1, Math.round(ratio / 2)) }
}

/** Write lines into a screen of `width` × `height` pixels. */
function rule(lines, screen, width, height, { left, bottom, px, py, thick }) {
  const box = (x0, x1, y0, y1) => {
    for (let y = Math.max(0, y0); y < Math.min(height, y1); y++) {
      const from = y * width + Math.max(0, x0)
      screen.fill(BORDER, from, Math.max(from, y * width + Math.min(width, x1)))
    }
  }
  const atX = (n) => Math.round(left + n * px)
  const atY = (n) => Math.round(bottom - n * py)
  const { across, up } = lines
  for (let n = 0; n < across.length; n += 3) {
    const y = atY(across[n])
    box(atX(across[n + 1]), atX(across[n + 2]) + thick, y, y + thick)
  }
  for (let n = 0; n < up.length; n += 3) {
    const x = atX(up[n])
    box(x, x + thick, atY(up[n + 2]), atY(up[n + 1]) + thick)
  }
}
