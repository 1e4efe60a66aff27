// Borders between superpixels, over a slice: lines of one screen pixel at any zoom. The figure below
// holds voxels; here each line is written into the screen's own pixels, so that none is blurred.

import type { Parts } from "../core/parts.ts"
import { h } from "../core/dom.ts"
import type { Values, Walk } from "./geometry.ts"
import type { Pane } from "./pane.ts"

const BORDER = 0x70d7c85c // ABGR of the accent, as a canvas packs it

/**
 * Lines on a canvas: `across` as y, x0, x1 and `up` as x, y0, y1, one after the other, in voxels from the lower left
 * corner.
 */
export interface Lines { across: number[]; up: number[] }

const NONE: Lines = { across: [], up: [] }

export class Borders {
  readonly el = h("canvas", { class: "borders", "aria-hidden": "true" })
  readonly #pane: Pane
  readonly #parts: Pick<Parts, "stores">
  #lines = NONE
  #isStale = false
  #frame: number | null = null
  #pixels: ImageData | null = null

  constructor(pane: Pane, parts: Pick<Parts, "stores">) {
    this.#pane = pane
    this.#parts = parts
  }

  /** The slice, its ids, or whether they are shown, have changed. */
  change(): void {
    this.#isStale = true
    this.place()
  }

  /** The slice was moved, zoomed or resized: the same lines elsewhere. Many calls are one frame's work. */
  place(): void { this.#frame ??= requestAnimationFrame(() => this.#draw()) }

  #draw(): void {
    this.#frame = null
    if (!this.#pane.layout) return
    if (this.#isStale) this.#lines = this.#found
    this.#isStale = false
    this.#paint()
  }

  get #found(): Lines {
    const { view, document } = this.#parts.stores
    const ids = view.state.borders && document.state.opened && this.#pane.index >= 0 ? this.#pane.slice.ids : null
    return ids ? linesBetween(ids) : NONE
  }

  #paint(): void {
    const [width, height] = this.#pane.size.map((size) => Math.round(size * devicePixelRatio))
    const isBare = !this.#lines.across.length && !this.#lines.up.length
    const context = this.#sized(width, height, isBare)
    if (isBare || !width || !height || !context) return
    const pixels = this.#pixelsOf(context, width, height)
    const screen = new Uint32Array(pixels.data.buffer)
    screen.fill(0)
    rule(this.#lines, screen, width, height, onScreen(this.#pane))
    context.putImageData(pixels, 0, 0)
  }

  /** The canvas, as large as the pane; cleared, if nothing is to be put on it. */
  #sized(width: number, height: number, isCleared: boolean): CanvasRenderingContext2D | null {
    const { el } = this
    const context = el.getContext("2d")
    if (el.width !== width || el.height !== height) Object.assign(el, { width, height })
    else if (isCleared) context?.clearRect(0, 0, width, height)
    return context
  }

  #pixelsOf(context: CanvasRenderingContext2D, width: number, height: number): ImageData {
    const kept = this.#pixels
    return this.#pixels = kept?.width === width && kept.height === height ? kept : context.createImageData(width, height)
  }
}

/** Lines between different ids of a cut. In one pass: a slice across the array's rows waits for the memory at each voxel. */
// eslint-disable-next-line complexity
export function linesBetween({ values, width, height, start, right, up }: Walk & { values: Values }): Lines {
  const lines: Lines = { across: [], up: [] }
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
export interface OnScreen { left: number; bottom: number; px: number; py: number; thick: number }

export function onScreen(pane: Pick<Pane, "toPixel" | "pxPerVoxel">): OnScreen {
  const ratio = devicePixelRatio
  const [left, bottom] = pane.toPixel(-0.5, -0.5).map((at) => at * ratio)
  const [px, py] = pane.pxPerVoxel.map((size) => size * ratio)
  return { left, bottom, px, py, thick: Math.max(1, Math.round(ratio / 2)) }
}

/** Write lines into a screen of `width` × `height` pixels. */
export function rule({ across, up }: Lines, screen: Uint32Array, width: number, height: number, where: OnScreen): void {
  const { left, bottom, px, py, thick } = where
  const box = (x0: number, x1: number, y0: number, y1: number) => {
    for (let y = Math.max(0, y0); y < Math.min(height, y1); y++) {
      const from = y * width + Math.max(0, x0)
      screen.fill(BORDER, from, Math.max(from, y * width + Math.min(width, x1)))
    }
  }
  const atX = (n: number) => Math.round(left + n * px)
  const atY = (n: number) => Math.round(bottom - n * py)
  for (let n = 0; n < across.length; n += 3) {
    const y = atY(across[n])
    box(atX(across[n + 1]), atX(across[n + 2]) + thick, y, y + thick)
  }
  for (let n = 0; n < up.length; n += 3) {
    const x = atX(up[n])
    box(x, x + thick, atY(up[n + 2]), atY(up[n + 1]) + thick)
  }
}
