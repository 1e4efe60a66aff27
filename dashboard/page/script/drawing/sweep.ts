// The voxels that the brush passes over. The server computes the same (workers/drawing/brush_sweep.py): the same
// operations on the same numbers in the same order, so that both find the very same voxels.

import { clamp } from "../core/dom.ts"
import type { Layout } from "../core/protocol.ts"
import { flip, type Place } from "../slices/geometry.ts"

/** From where to where along one axis, the end half open. */
export type Span = readonly [low: number, high: number]

/** What is drawn with: a disk, or a ball that reaches into the slices beside. */
export interface BrushTip { readonly radius_mm: number; readonly is_ball: boolean }

/** On which slice it is drawn. */
export interface OnSlice { readonly spacing: readonly number[]; readonly axis: number; readonly index: number }

/** A disk or a ball that is drawn along a line on the slice at `index` across `axis`. */
export class Sweep {
  readonly #axis: number
  readonly #index: number
  readonly #radius: number
  readonly #axes: readonly number[] // the two others, ascending
  readonly #edges: readonly number[] // of a voxel along them, in mm
  readonly #height: number // of a voxel across the slice
  readonly #layers: number // slices beside that may be reached

  constructor({ spacing, axis, index, radius_mm, is_ball }: OnSlice & BrushTip) {
    this.#axis = axis
    this.#index = index
    this.#radius = radius_mm
    this.#axes = [0, 1, 2].filter((n) => n !== axis)
    this.#edges = this.#axes.map((n) => spacing[n])
    this.#height = spacing[axis]
    this.#layers = is_ball ? Math.floor(radius_mm / this.#height) + 1 : 0
  }

  /** The voxels, ends half open along i, j and k, that may be swept between two points. */
  bounds(p: Place, q: Place): [number, number][] {
    const box: [number, number][] = [[0, 0], [0, 0], [0, 0]]
    box[this.#axis] = [this.#index - this.#layers, this.#index + this.#layers + 1]
    this.#axes.forEach((axis, n) => {
      const reach = this.#radius / this.#edges[n] + 1
      box[axis] = [Math.floor(Math.min(p[n], q[n]) - reach), Math.ceil(Math.max(p[n], q[n]) + reach) + 1]
    })
    return box
  }

  /**
   * Call `visit` with the place in a flat array of each voxel swept from `p` to `q` inside a box; some come twice. A step
   * of 0 along an axis stands for an array that is one voxel thick there.
   */
  each(p: Place, q: Place, inside: readonly Span[], strides: readonly number[], visit: (at: number) => void): void {
    const ends = this.bounds(p, q).map(([low, high], n) => [Math.max(low, inside[n][0]), Math.min(high, inside[n][1])] as const)
    const [rows, columns, layers] = this.#laid(ends)
    const [down, right, deep] = this.#laid(strides)
    this.#eachWithin(p, q, [rows, columns, layers], [down, right, deep], visit)
    if (!holds(layers, this.#index)) return
    eachUnder(p, q, (r, c) => {
      if (holds(rows, r) && holds(columns, c)) visit(r * down + c * right + this.#index * deep)
    })
  }

  /** Of three things along i, j and k: those along the slice's two axes, and the one across. */
  #laid<T>(three: readonly T[]): [T, T, T] { return [three[this.#axes[0]], three[this.#axes[1]], three[this.#axis]] }

  /** The voxels within the radius. In one pass with no other calls: the hand waits for it, at each of its steps. */
  #eachWithin(p: Place, q: Place, [[r0, r1], [c0, c1], [z0, z1]]: Span[], [down, right, deep]: number[], visit: (at: number) => void): void {
    const [sa, sb] = this.#edges
    const [index, height, limit] = [this.#index, this.#height, this.#radius * this.#radius]
    const [pa, pb] = [p[0] * sa, p[1] * sb]
    const [da, db] = [q[0] * sa - pa, q[1] * sb - pb]
    const length = da * da + db * db
    for (let r = r0; r < r1; r++) {
      const wa = r * sa - pa
      for (let c = c0; c < c1; c++) {
        const wb = c * sb - pb
        const along = length > 0 ? Math.min(1, Math.max(0, (wa * da + wb * db) / length)) : 0
        const ea = wa - along * da
        const eb = wb - along * db
        const squared = ea * ea + eb * eb // mm² from the voxel's centre to the line, on the slice
        if (squared > limit) continue
        for (let z = z0; z < z1; z++) {
          const h = (z - index) * height
          if (squared + h * h <= limit) visit(r * down + c * right + z * deep)
        }
      }
    }
  }
}

const holds = ([low, high]: Span, n: number): boolean => n >= low && n < high

/** The voxels under a line, however thin the brush is. */
function eachUnder(p: Place, q: Place, visit: (r: number, c: number) => void): void {
  const [r, c] = p.map((n) => Math.floor(n + 0.5))
  const [dr, dc] = [Math.floor(q[0] + 0.5) - r, Math.floor(q[1] + 0.5) - c]
  const steps = Math.max(Math.abs(dr), Math.abs(dc), 1)
  const part = (d: number, step: number) => Math.floor((2 * d * step + steps) / (2 * steps))
  for (let step = 0; step <= steps; step++) visit(r + part(dr, step), c + part(dc, step))
}

/** Voxel coordinates on the slice's two axes, ascending, of a canvas point that may lie a little off it. */
export function toPlace(layout: Layout, x: number, y: number): Place {
  const placed = [{ axis: layout.x, n: x }, { axis: layout.y, n: y }].map(({ axis, n }) =>
    ({ along: axis.index, place: flip(axis, clamp(n, -axis.size, 2 * axis.size)) }))
  const [first, second] = placed.sort((one, other) => one.along - other.along)
  return [first.place, second.place]
}
