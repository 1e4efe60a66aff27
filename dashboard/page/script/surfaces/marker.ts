// A cube in the corner that shows which side of the patient is seen; drawn by itself, so that its letters stay sharp.

import type { Frame } from "./camera.ts"
import { type Vector, cross, dot, times } from "./vectors.ts"

export interface Side {
  letter: string
  corners: [number, number][] // on the screen, y down, in edges of the cube
  across: [number, number] // where on the screen the letter's line runs
  down: [number, number]
  middle: [number, number]
  lit: number // 0 to 1: how much it faces the viewer
}

const SIDES: readonly (readonly [letter: string, outward: Vector, up: Vector])[] = [
  ["R", [1, 0, 0], [0, 0, 1]], ["L", [-1, 0, 0], [0, 0, 1]], ["A", [0, 1, 0], [0, 0, 1]],
  ["P", [0, -1, 0], [0, 0, 1]], ["S", [0, 0, 1], [0, 1, 0]], ["I", [0, 0, -1], [0, 1, 0]],
]
const EDGE_ON = 1e-6 // less is rounding
const SIZE = 76 // pixels, with its rim
const EDGE = 38
const FONT = '600 24px Inter, "Segoe UI", "DejaVu Sans", system-ui, sans-serif'

/** The sides of the cube that are seen in a view. */
export function sidesSeen({ right, up, back }: Frame): Side[] {
  const seen = (at: Vector): [number, number] => [dot(at, right), -dot(at, up)]
  return SIDES.filter(([, outward]) => dot(outward, back) > EDGE_ON).map(([letter, outward, upward]) => {
    const sideways = cross(upward, outward)
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => sum(seen(outward), seen(times(sideways, x)), seen(times(upward, y))))
    return {
      letter,
      corners: corners.map(([x, y]) => [x / 2, y / 2] as [number, number]),
      across: seen(sideways),
      down: seen(times(upward, -1)),
      middle: seen(times(outward, 0.5)),
      lit: dot(outward, back),
    }
  })
}

function sum(...points: [number, number][]): [number, number] {
  return [points.reduce((all, [x]) => all + x, 0), points.reduce((all, [, y]) => all + y, 0)]
}

export class Marker {
  readonly el: HTMLCanvasElement

  constructor() {
    this.el = document.createElement("canvas")
    this.el.setAttribute("aria-hidden", "true")
    Object.assign(this.el.style, { position: "absolute", left: "8px", bottom: "8px", width: `${SIZE}px`, height: `${SIZE}px`, pointerEvents: "none" })
  }

  /** Show the sides as they are seen; of a volume that does not know its sides, none. */
  draw(frame: Frame, oriented: boolean): void {
    this.el.hidden = !oriented
    if (!oriented) return
    const ratio = devicePixelRatio
    this.el.width = this.el.height = Math.round(SIZE * ratio)
    const context = this.el.getContext("2d")
    if (!context) return
    const scale = EDGE * ratio
    const [x, y] = [this.el.width / 2, this.el.height / 2]
    for (const side of sidesSeen(frame)) {
      context.setTransform(scale, 0, 0, scale, x, y)
      context.beginPath()
      for (const corner of side.corners) context.lineTo(...corner)
      context.closePath()
      const grey = Math.round(34 + 46 * side.lit)
      Object.assign(context, { fillStyle: `rgb(${grey}, ${grey + 6}, ${grey + 14})`, strokeStyle: "#77828f", lineWidth: 1 / EDGE, lineJoin: "round" })
      context.fill()
      context.stroke()
      this.#write(context, side, ratio, [x + side.middle[0] * scale, y + side.middle[1] * scale])
    }
  }

  #write(context: CanvasRenderingContext2D, { letter, across, down }: Side, ratio: number, middle: [number, number]): void {
    context.setTransform(across[0] * ratio, across[1] * ratio, down[0] * ratio, down[1] * ratio, ...middle)
    Object.assign(context, { font: FONT, textAlign: "center", textBaseline: "middle", fillStyle: "#e6ebf0" })
    context.fillText(letter, 0, 1)
  }
}
