// The superpixel under the pointer lights up on all slices, over them, without the server. Only
// another superpixel, another slice or another view draws anything.

import { h } from "../core/dom.ts"
import type { Parts } from "../core/parts.ts"
import { onScreen, type OnScreen } from "../slices/borders.ts"
import type { Pane } from "../slices/pane.ts"
import { shapeOf, type Shape } from "./shape.ts"

const GLOW = "rgba(255, 255, 255, .12)"
const GLOW_EDGE = "#fff"
const GLOW_SHADE = "#000" // beside the edge, which is else not seen where the slice is white

/** Which superpixel is lit. */
export class Hover {
  id = 0
  readonly #parts: Pick<Parts, "stores" | "slices">

  constructor(parts: Pick<Parts, "stores" | "slices">) { this.#parts = parts }

  /** Light a superpixel, 0 for none; not while one draws: then the labels are what one looks at. */
  light(id: number): void {
    const { stores: { view, editor }, slices } = this.#parts
    const lit = view.state.highlight && !editor.state.drawing ? id : 0
    if (lit === this.id) return
    this.id = lit
    for (const pane of slices.panes) pane.glow.change()
  }
}

/** What of it lies on the slice of one pane. */
export class Glow {
  readonly el = h("canvas", { class: "glow", "aria-hidden": "true" })
  readonly #pane: Pane
  readonly #parts: Pick<Parts, "stores" | "hover">
  #shape: Shape | null = null
  #isStale = false
  #frame: number | null = null

  constructor(pane: Pane, parts: Pick<Parts, "stores" | "hover">) {
    this.#pane = pane
    this.#parts = parts
  }

  /** The slice, its ids, or what is lit, have changed. */
  change(): void {
    if (!this.#shape && !this.#parts.hover.id) return
    this.#isStale = true
    this.place()
  }

  /** The slice was moved, zoomed or resized. Many calls are one frame's work. */
  place(): void { if (this.#shape || this.#isStale) this.#frame ??= requestAnimationFrame(() => this.#draw()) }

  #draw(): void {
    this.#frame = null
    if (!this.#pane.layout) return
    if (this.#isStale) this.#shape = this.#found
    this.#isStale = false
    const context = this.#clear()
    if (this.#shape && context) glow(context, this.#shape, onScreen(this.#pane))
  }

  /** Make the canvas as large as the pane, and empty; returns what draws on it. */
  #clear(): CanvasRenderingContext2D | null {
    const { el } = this
    const context = el.getContext("2d")
    const [width, height] = this.#pane.size.map((size) => Math.round(size * devicePixelRatio))
    if (el.width !== width || el.height !== height) Object.assign(el, { width, height }) // which clears it, too
    else context?.clearRect(0, 0, width, height)
    return context
  }

  get #found(): Shape | null {
    const { id } = this.#parts.hover
    const ids = id && this.#parts.stores.document.state.opened && this.#pane.index >= 0 ? this.#pane.slice.ids : null
    return ids ? shapeOf(ids, id) : null
  }
}

function glow(context: CanvasRenderingContext2D, shape: Shape, screen: OnScreen): void {
  const atX = (n: number) => Math.round(screen.left + n * screen.px)
  const atY = (n: number) => Math.round(screen.bottom - n * screen.py)
  context.fillStyle = GLOW
  for (const [y, x0, x1] of shape.runs) context.fillRect(atX(x0), atY(y + 1), atX(x1) - atX(x0), atY(y) - atY(y + 1))
  const edges = edgesOf(shape, atX, atY)
  context.fillStyle = GLOW_SHADE
  rule(context, edges, screen.thick, screen.thick)
  context.fillStyle = GLOW_EDGE
  rule(context, edges, screen.thick, 0)
}

/** A line from one of the screen's pixels to another, across or down. */
type Edge = [x0: number, y0: number, x1: number, y1: number]

function edgesOf({ lines: { across, up }, left, bottom }: Shape, atX: (n: number) => number, atY: (n: number) => number): Edge[] {
  const edges: Edge[] = []
  for (let n = 0; n < across.length; n += 3) {
    const y = atY(across[n] + bottom)
    edges.push([atX(across[n + 1] + left), y, atX(across[n + 2] + left), y])
  }
  for (let n = 0; n < up.length; n += 3) {
    const x = atX(up[n] + left)
    edges.push([x, atY(up[n + 2] + bottom), x, atY(up[n + 1] + bottom)])
  }
  return edges
}

/** Draw lines, and so much around their own pixels. */
function rule(context: CanvasRenderingContext2D, edges: Edge[], thick: number, around: number): void {
  for (const [x0, y0, x1, y1] of edges) {
    context.fillRect(x0 - around, y0 - around, x1 - x0 + thick + 2 * around, y1 - y0 + thick + 2 * around)
  }
}
