// The superpixel under the pointer lights up on all slices, over them, without the server. Only
// another superpixel, another slice or another view draws anything.

import { h } from "../core/dom.ts"
import { linesBetween, onScreen } from "../slices/borders.ts"

const GLOW = "rgba(255, 255, 255, .12)"
const GLOW_EDGE = "#fff"
const GLOW_SHADE = "#000" // beside the edge, which is else not seen where the slice is white

/** Which superpixel is lit. */
export class Hover {
  constructor(bench) { Object.assign(this, { bench, id: 0 }) }

  /** Light a superpixel, 0 for none; not while one draws: then the labels are what one looks at. */
  light(id) {
    const { bench } = this
    const lit = bench.display.highlight && !bench.drawing ? id : 0
    if (lit === this.id) return
    this.id = lit
    for (const pane of bench.panes) pane.glow.change()
  }
}

/** What of it lies on the slice of one pane. */
export class Glow {
  constructor(pane) {
    this.pane = pane
    this.el = h("canvas", { class: "glow", "aria-hidden": "true" })
    this.context = this.el.getContext("2d")
    this.shape = null
  }

  /** The slice, its ids, or what is lit, have changed. */
  change() {
    if (!this.shape && !this.pane.bench.hover?.id) return
    this.isStale = true
    this.place()
  }

  /** The slice was moved, zoomed or resized. Many calls are one frame's work. */
  place() { if (this.shape || this.isStale) this.frame ??= requestAnimationFrame(() => this.draw()) }

  draw() {
    this.frame = null
    if (!this.pane.layout) return
    const { el, context, pane } = this
    if (this.isStale) this.shape = this.found
    this.isStale = false
    const [width, height] = pane.size.map((size) => Math.round(size * devicePixelRatio))
    if (el.width !== width || el.height !== height) Object.assign(el, { width, height })
    else context.clearRect(0, 0, width, height)
    if (this.shape) glow(context, this.shape, onScreen(pane))
  }

  get found() {
    const { pane } = this
    const { id } = pane.bench.hover
    const ids = id && pane.bench.store && pane.index >= 0 ? pane.slice.ids : null
    return ids ? shapeOf(ids, id) : null
  }
}

/** Where a superpixel lies on a cut: its runs along rows (y, x0, x1) and the lines around it, in
 * voxels from the lower left corner; null if it does not. */
function shapeOf(ids, id) {
  const { values, start, right, up } = ids
  const { x0, x1, y0, y1 } = within(ids, id)
  const runs = []
  for (let y = y0; y < y1; y++) {
    let p = start + y * up + x0 * right
    for (let x = x0, from = -1; x <= x1; x++, p += right) {
      const isIn = x < x1 && values[p] === id
      if (isIn && from < 0) from = x
      else if (!isIn && from >= 0) { runs.push([y, from, x]); from = -1 }
    }
  }
  return runs.length ? { runs, ...around(runs) } : null
}

/** In which columns and rows of a cut a superpixel may be. Of a slice by itself, which may be large, the
 * browser's own search tells the lines in which it is. */
function within({ values, width, height, right, up }, id) {
  const [step, other] = [right, up].map(Math.abs).sort((one, two) => two - one)
  if (values.length !== width * height || step === other) return { x0: 0, x1: width, y0: 0, y1: height }
  const [low, high] = [values.indexOf(id), values.lastIndexOf(id)].map((at) => Math.floor(at / step))
  const lines = (by, size) => (low < 0 ? [0, 0] : by > 0 ? [low, high + 1] : [size - 1 - high, size - low])
  const isUp = Math.abs(up) === step
  const [x0, x1] = isUp ? [0, width] : lines(right, width)
  const [y0, y1] = isUp ? lines(up, height) : [0, height]
  return { x0, x1, y0, y1 }
}

/** The lines around runs. */
function around(runs) {
  const left = runs.reduce((least, [, x0]) => Math.min(least, x0), Infinity) - 1 // a margin, so that lines lie inside
  const end = runs.reduce((most, [, , x1]) => Math.max(most, x1), 0)
  const bottom = runs[0][0] - 1
  const [width, height] = [end - left + 1, runs.at(-1)[0] - bottom + 2]
  const mask = new Uint8Array(width * height)
  for (const [y, x0, x1] of runs) mask.fill(1, (y - bottom) * width + x0 - left, (y - bottom) * width + x1 - left)
  const lines = linesBetween({ values: mask, width, height, start: 0, right: 1, up: width })
  return { lines, left, bottom }
}

function glow(context, { runs, lines, left, bottom }, screen) {
  const atX = (n) => Math.round(screen.left + n * screen.px)
  const atY = (n) => Math.round(screen.bottom - n * screen.py)
  context.fillStyle = GLOW
  for (const [y, x0, x1] of runs) context.fillRect(atX(x0), atY(y + 1), atX(x1) - atX(x0), atY(y) - atY(y + 1))
  const { thick } = screen
  const { across, up } = lines
  const rule = (width) => { // drawn around the line's own pixels
    const box = (x0, y0, x1, y1) => context.fillRect(x0 - width, y0 - width, x1 - x0 + thick + 2 * width, y1 - y0 + thick + 2 * width)
    for (let n = 0; n < across.length; n += 3) {
      const y = atY(across[n] + bottom)
      box(atX(across[n + 1] + left), y, atX(across[n + 2] + left), y)
    }
    for (let n = 0; n < up.length; n += 3) {
      const x = atX(up[n] + left)
      box(x, atY(up[n + 2] + bottom), x, atY(up[n + 1] + bottom))
    }
  }
  context.fillStyle = GLOW_SHADE
  rule(thick)
  context.fillStyle = GLOW_EDGE
  rule(0)
}
