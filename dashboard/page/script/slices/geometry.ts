// Where a voxel lies in an array, on a slice's canvas and in the patient. No DOM here.
// Canvas: origin at the centre of the lower left voxel, x right, y up, in voxels (plane.py).

import { clamp } from "../core/dom.ts"

/** Steps in a C-ordered flat array for one voxel along i, j and k. */
export const stridesOf = ([, J, K]) => [J * K, K, 1]

export const indexOf = ([, J, K], [i, j, k]) => (i * J + j) * K + k

export const isInside = (shape, ijk) => ijk.every((n, axis) => n >= 0 && n < shape[axis])

/** Canvas coordinate of a voxel index along one laid axis; its own inverse. */
export const flip = (axis, n) => (axis.reversed ? axis.size - 1 - n : n)

export function toCanvas(layout, ijk) {
  return [flip(layout.x, ijk[layout.x.index]), flip(layout.y, ijk[layout.y.index])]
}

/** Voxel under a canvas point on the slice at `index`; may lie outside. */
export function toVoxel(layout, index, x, y) {
  const ijk = [0, 0, 0]
  ijk[layout.axis] = index
  ijk[layout.x.index] = flip(layout.x, Math.floor(x + 0.5))
  ijk[layout.y.index] = flip(layout.y, Math.floor(y + 0.5))
  return ijk
}

/** How to walk the slice at `index` of an array of a shape in canvas order: its first element, the
 * steps to the right and up. A slice alone is an array with one element across it. */
function walk(layout, shape, index) {
  const strides = stridesOf(shape)
  const laid = (axis) => {
    const step = strides[axis.index]
    return axis.reversed ? [(shape[axis.index] - 1) * step, -step] : [0, step]
  }
  const [x0, right] = laid(layout.x)
  const [y0, up] = laid(layout.y)
  return {
    width: shape[layout.x.index], height: shape[layout.y.index],
    start: index * strides[layout.axis] + x0 + y0, right, up,
  }
}

/** What a pane draws of an array: its values, the way through them, and where on the canvas they
 * lie. Each stands for `strides` voxels; the last ones may reach over the volume. */
export function cut(values, layout, shape, index, strides = [1, 1, 1]) {
  const along = (axis) => {
    const reach = shape[axis.index] * strides[axis.index]
    return [(axis.reversed ? axis.size - reach : 0) - 0.5, reach]
  }
  const [[x, dw], [y, dh]] = [along(layout.x), along(layout.y)]
  return { values, ...walk(layout, shape, index), place: { x: [x], y: [y], dw: [dw], dh: [dh] } }
}

// Boxes: i0, i1, j0, j1, k0, k1, the ends half open.

export const endsOf = ([i0, i1, j0, j1, k0, k1]) => [[i0, i1], [j0, j1], [k0, k1]]

export const unionOf = (one, other) => one.map((n, at) => (at % 2 ? Math.max : Math.min)(n, other[at]))

/** Whether a box meets a slice, and has something in it. */
export const meets = (box, { axis, index }) => index >= box[2 * axis] && index < box[2 * axis + 1]

/** The part (x0, x1, y0, y1) of a slice's canvas that lies between ends along i, j and k. */
export function partOf(layout, ends) {
  return [layout.x, layout.y].flatMap((axis) => {
    const [low, high] = ends[axis.index].map((n) => clamp(n, 0, axis.size))
    return axis.reversed ? [axis.size - high, axis.size - low] : [low, high]
  })
}

/** World coordinates in RAS+ mm. */
export function toWorld(affine, [i, j, k]) {
  return affine.slice(0, 3).map(([a, b, c, d]) => a * i + b * j + c * k + d)
}
