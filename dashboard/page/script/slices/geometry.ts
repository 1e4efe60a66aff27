// Where a voxel lies in an array, on a slice's canvas and in the patient. No DOM here.
// Canvas: origin at the centre of the lower left voxel, x right, y up, in voxels (plane.py).

import { clamp } from "../core/dom.ts"
import type { Axis, Box, Layout } from "../core/protocol.ts"

/** Indices along i, j and k. */
export type Voxel = [i: number, j: number, k: number]

/** Of one slice: coordinates on its two axes, in the order of the array. */
export type Place = [first: number, second: number]

/** A point of a slice's canvas. */
export type Point = [x: number, y: number]

/** An array of voxels, as it comes from the server. */
export type Values = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array

/** Where an image lies on the canvas, as Bokeh has it. */
export interface ImagePlace { x: [number]; y: [number]; dw: [number]; dh: [number] }

/** The way through a slice of an array in canvas order: its first element, the steps to the right and up. */
export interface Walk { width: number; height: number; start: number; right: number; up: number }

/** What a pane draws of an array: its values, the way through them, and where on the canvas they lie. */
export interface Cut<V extends Values = Values> extends Walk { values: V; place: ImagePlace }

/** From where to where along an axis, the end half open. */
type Ends = readonly [low: number, high: number]

/** A part of a slice's canvas in voxels, the ends half open. */
export type Part = [x0: number, x1: number, y0: number, y1: number]

/** Steps in a C-ordered flat array for one voxel along i, j and k. */
export const stridesOf = ([, J, K]: Voxel): Voxel => [J * K, K, 1]

export const indexOf = ([, J, K]: Voxel, [i, j, k]: Voxel): number => (i * J + j) * K + k

export const isInside = (shape: Voxel, ijk: Voxel): boolean => ijk.every((n, axis) => n >= 0 && n < shape[axis])

/** Canvas coordinate of a voxel index along one laid axis; its own inverse. */
export const flip = (axis: Axis, n: number): number => (axis.reversed ? axis.size - 1 - n : n)

export function toCanvas(layout: Layout, ijk: Voxel): Point {
  return [flip(layout.x, ijk[layout.x.index]), flip(layout.y, ijk[layout.y.index])]
}

/** Voxel under a canvas point on the slice at `index`; may lie outside. */
export function toVoxel(layout: Layout, index: number, x: number, y: number): Voxel {
  const ijk: Voxel = [0, 0, 0]
  ijk[layout.axis] = index
  ijk[layout.x.index] = flip(layout.x, Math.floor(x + 0.5))
  ijk[layout.y.index] = flip(layout.y, Math.floor(y + 0.5))
  return ijk
}

/** How to walk the slice at `index` of an array of a shape. A slice alone is an array with one element across it. */
function walk(layout: Layout, shape: Voxel, index: number): Walk {
  const strides = stridesOf(shape)
  const laid = (axis: Axis): [from: number, step: number] => {
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

/** Cut a slice out of an array. Each value stands for `strides` voxels; the last ones may reach over the volume. */
export function cut<V extends Values>(values: V, layout: Layout, shape: Voxel, index: number, strides: Voxel = [1, 1, 1]): Cut<V> {
  const along = (axis: Axis): [from: number, reach: number] => {
    const reach = shape[axis.index] * strides[axis.index]
    return [(axis.reversed ? axis.size - reach : 0) - 0.5, reach]
  }
  const [[x, dw], [y, dh]] = [along(layout.x), along(layout.y)]
  return { values, ...walk(layout, shape, index), place: { x: [x], y: [y], dw: [dw], dh: [dh] } }
}

// Boxes: i0, i1, j0, j1, k0, k1, the ends half open.

export const endsOf = ([i0, i1, j0, j1, k0, k1]: Box): [Ends, Ends, Ends] => [[i0, i1], [j0, j1], [k0, k1]]

/** What holds two boxes, or two parts. */
export const unionOf = <B extends Box | Part>(one: B, other: B): B =>
  one.map((n, at) => (at % 2 ? Math.max : Math.min)(n, other[at])) as B

/** Whether a box meets a slice, and has something in it. */
export const meets = (box: Box, { axis, index }: { axis: number; index: number }): boolean =>
  index >= box[2 * axis] && index < box[2 * axis + 1]

/** Call `row` with the flat range of each run along k in a box of an array. */
export function eachRow([, J, K]: Voxel, [i0, i1, j0, j1, k0, k1]: Box, row: (start: number, end: number) => void): void {
  for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) row((i * J + j) * K + k0, (i * J + j) * K + k1)
}

/** The part of a slice's canvas that lies between ends along i, j and k. */
export function partOf(layout: Layout, ends: readonly Ends[]): Part {
  const along = (axis: Axis): Ends => {
    const [low, high] = ends[axis.index].map((n) => clamp(n, 0, axis.size))
    return axis.reversed ? [axis.size - high, axis.size - low] : [low, high]
  }
  return [...along(layout.x), ...along(layout.y)]
}

/** World coordinates in RAS+ mm. */
export function toWorld(affine: readonly (readonly number[])[], [i, j, k]: Voxel): number[] {
  return affine.slice(0, 3).map(([a, b, c, d]) => a * i + b * j + c * k + d)
}
