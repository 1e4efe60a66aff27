// From where the surfaces are seen, how that is turned, moved and zoomed, and what of it outlives a reload.

import { clamp } from "../core/dom.ts"
import { keep, kept } from "../core/keeping.ts"
import { type Vector, cross, dot, length, minus, plus, times, turnedAbout, unit } from "./vectors.ts"

export interface View {
  position: Vector // of the eye
  focus: Vector // what it looks at, and is turned about
  up: Vector // of length 1, across the direction in which it looks
}

/** The directions of a view: to the right and up on the screen, and back to the eye. */
export interface Frame { right: Vector; up: Vector; back: Vector }

export const ANGLE = 30 // degrees: how much the eye sees from below to above
const ASIDE = 35 // degrees
const ABOVE = 20
const NEARER = 1.3 // than where the sphere around all fits: most bodies leave its rim empty
const FILLED = 0.92 // of the pane's height, by what is longer than most
const STEEPEST = 0.999 // of the direction along `up`, of which no right and left is known
const [NEAREST, FARTHEST] = [0.02, 20] // of the size of all that is seen: how near or far off the eye may be
const CAMERA = "supervox-camera"

const radians = (degrees: number): number => degrees * Math.PI / 180

const STEEPNESS = Math.tan(radians(ANGLE / 2))

export function frameOf({ position, focus, up }: View): Frame {
  const back = unit(minus(position, focus))
  const right = unit(cross(up, back))
  return { right, up: cross(back, right), back }
}

/** See all of some points, x, y and z of one after the other: anterior towards the viewer, superior up, a little aside. */
export function viewInFront(all: readonly Float32Array[]): View {
  const { low, high } = boxOf(all)
  const focus = times(plus(low, high), 0.5)
  const aside = turnedAbout([0, 1, 0], [0, 0, 1], radians(-ASIDE))
  const back = unit([aside[0] * Math.cos(radians(ABOVE)), aside[1] * Math.cos(radians(ABOVE)), Math.sin(radians(ABOVE))])
  const frame = frameOf({ position: plus(focus, back), focus, up: [0, 0, 1] })
  const around = length(minus(high, low)) / 2 / Math.sin(radians(ANGLE / 2))
  const away = Math.max(around / NEARER, distanceToFit(all, focus, frame), 1e-6)
  return { position: plus(focus, times(back, away)), focus, up: frame.up }
}

function boxOf(all: readonly Float32Array[]): { low: Vector; high: Vector } {
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  for (const points of all) {
    for (let n = 0; n < points.length; n++) {
      low[n % 3] = Math.min(low[n % 3], points[n])
      high[n % 3] = Math.max(high[n % 3], points[n])
    }
  }
  return { low: low as unknown as Vector, high: high as unknown as Vector }
}

/** How far off the focus all points lie within the angle. */
function distanceToFit(all: readonly Float32Array[], focus: Vector, { right, up, back }: Frame): number {
  let away = 0
  for (const points of all) {
    for (let n = 0; n < points.length; n += 3) {
      const point: Vector = [points[n] - focus[0], points[n + 1] - focus[1], points[n + 2] - focus[2]]
      const across = Math.max(Math.abs(dot(point, right)), Math.abs(dot(point, up)))
      away = Math.max(away, dot(point, back) + across / (STEEPNESS * FILLED))
    }
  }
  return away
}

/** Turn what is seen by degrees: to the right, and down. */
export function turned(view: View, rightwards: number, downwards: number): View {
  const aside = turnedAbout(minus(view.position, view.focus), view.up, radians(-rightwards))
  const { right } = frameOf({ ...view, position: plus(view.focus, aside) })
  const away = turnedAbout(aside, right, radians(-downwards))
  const up = unit(turnedAbout(view.up, right, radians(-downwards)))
  const position = plus(view.focus, away)
  return { position, focus: view.focus, up: frameOf({ position, focus: view.focus, up }).up }
}

/** Come so many times nearer to what is of a size, but neither into a single face of it nor out of its sight. */
export function zoomed(view: View, by: number, size: number): View {
  const away = minus(view.position, view.focus)
  const wanted = length(away) / by
  return { ...view, position: plus(view.focus, times(unit(away), clamp(wanted, size * NEAREST, size * FARTHEST))) }
}

/** From corner to corner of the box around all points. */
export function sizeOf(all: readonly Float32Array[]): number {
  const { low, high } = boxOf(all)
  return Math.max(length(minus(high, low)), 1e-6)
}

/** Move what is seen by parts of the pane's height: to the right, and down. */
export function moved(view: View, rightwards: number, downwards: number): View {
  const { right, up } = frameOf(view)
  const height = 2 * STEEPNESS * length(minus(view.position, view.focus))
  const by = plus(times(right, -rightwards * height), times(up, downwards * height))
  return { ...view, position: plus(view.position, by), focus: plus(view.focus, by) }
}

/** The ray from the eye through a place in the pane, which is given from its left upper corner. */
export function rayThrough(view: View, [x, y]: readonly [number, number], [width, height]: readonly [number, number]): { from: Vector; along: Vector } {
  const { right, up, back } = frameOf(view)
  const across = (2 * x - width) / height * STEEPNESS
  const above = (1 - 2 * y / height) * STEEPNESS
  return { from: view.position, along: unit(minus(plus(times(right, across), times(up, above)), back)) }
}

export function keepView(digest: string, view: View): void { keep(CAMERA, { digest, view }) }

/** The view that this tab has kept of a volume; null if it has none. */
export function keptView(digest: string): View | null {
  const found = kept(CAMERA) as { digest?: unknown; view?: Partial<View> } | null
  return found?.digest === digest && isView(found.view) ? found.view : null
}

function isView(view: Partial<View> | undefined): view is View {
  const isVector = (each: unknown): each is Vector => Array.isArray(each) && each.length === 3 && each.every(Number.isFinite)
  if (!isVector(view?.position) || !isVector(view.focus) || !isVector(view.up)) return false
  const away = minus(view.position, view.focus)
  return length(away) > 0 && Math.abs(dot(unit(away), unit(view.up))) < STEEPEST
}
