// The voxels that the brush passes over. The server computes the same (workers/drawing/brush_sweep.py): the same
// operations on the same numbers in the same order, so that both find the very same voxels.

import { clamp } from "../core/dom.ts"
import { flip } from "../slices/geometry.ts"

/** A disk or a ball that is drawn along a line on the slice at `index` across `axis`. */
export class Sweep {
  constructor({ spacing, axis, index, radius_mm, is_ball }) {
    Object.assign(this, { axis, index, radius: radius_mm, axes: [0, 1, 2].filter((n) => n !== axis) })
    this.edges = this.axes.map((n) => spacing[n])
    this.height = spacing[axis]
    this.layers = is_ball ? Math.floor(radius_mm / this.height) + 1 : 0
  }

  /** The voxels, ends half open along i, j and k, that may be swept between two points. */
  bounds(p, q) {
    const box = [[], [], []]
    box[this.axis] = [this.index - this.layers, this.index + this.layers + 1]
    this.axes.forEach((axis, n) => {
      const reach = this.radius / this.edges[n] + 1
      box[axis] = [Math.floor(Math.min(p[n], q[n]) - reach), Math.ceil(Math.max(p[n], q[n]) + reach) + 1]
    })
    return box
  }

  /** Call `visit` with the place in a flat array of each voxel swept from `p` to `q` inside a box;
   * some come twice. A step of 0 along an axis stands for an array that is one voxel thick there. */
  each(p, q, inside, strides, visit) {
    const box = this.bounds(p, q).map(([low, high], n) => [Math.max(low, inside[n][0]), Math.min(high, inside[n][1])])
    const [[r0, r1], [c0, c1], [z0, z1]] = [...this.axes, this.axis].map((n) => box[n])
    const [down, right, deep] = [...this.axes, this.axis].map((n) => strides[n])
    const [sa, sb] = this.edges
    const { index, height } = this
    const limit = this.radius * this.radius
    const [pa, pb] = [p[0] * sa, p[1] * sb]
    const [da, db] = [q[0] * sa - pa, q[1] * sb - pb]
    const length = da * da + db * db
    for (let r = r0; r < r1; r++) {
      const wa = r * sa - pa
      for (let c = c0; c < c1; c++) {
        const wb = c * sb - pb
        let along = length > 0 ? (wa * da + wb * db) / length : 0
        along = Math.min(1, Math.max(0, along))
        const [ea, eb] = [wa - along * da, wb - along * db]
        const squared = ea * ea + eb * eb
        if (squared > limit) continue
        for (let z = z0; z < z1; z++) {
          const h = (z - index) * height
          if (squared + h * h <= limit) visit(r * down + c * right + z * deep)
        }
      }
    }
    if (index < z0 || index >= z1) return
    this.eachUnder(p, q, (r, c) => {
      if (r >= r0 && r < r1 && c >= c0 && c < c1) visit(r * down + c * right + index * deep)
    })
  }

  /** The voxels under the line, however thin the brush is. */
  eachUnder(p, q, visit) {
    const [[r, c], [r1, c1]] = [p, q].map((point) => point.map((n) => Math.floor(n + 0.5)))
    const [dr, dc] = [r1 - r, c1 - c]
    const steps = Math.max(Math.abs(dr), Math.abs(dc), 1)
    const part = (d, step) => Math.floor((2 * d * step + steps) / (2 * steps))
    for (let step = 0; step <= steps; step++) visit(r + part(dr, step), c + part(dc, step))
  }
}

/** Voxel coordinates on the slice's two axes, ascending, of a canvas point that may lie a little off it. */
export function toPlace(layout, x, y) {
  const place = [0, 0, 0]
  for (const [axis, n] of [[layout.x, x], [layout.y, y]]) place[axis.index] = flip(axis, clamp(n, -axis.size, 2 * axis.size))
  return place.filter((_, n) => n !== layout.axis)
}
