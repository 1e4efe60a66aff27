// Where a superpixel lies on a slice.

import { linesBetween, type Lines } from "../slices/borders.ts"
import type { Cut } from "../slices/geometry.ts"

/** What is looked at of a cut: its values, and the way through them. */
export type Ids = Omit<Cut, "place">

/** A run along a row. */
export type Run = [y: number, x0: number, x1: number]

/** In which columns and rows. */
interface Bounds { x0: number; x1: number; y0: number; y1: number }

/** The runs of a superpixel, and the lines around it in voxels from (left, bottom) on. */
export interface Shape { runs: Run[]; lines: Lines; left: number; bottom: number }

/** Where a superpixel lies on a cut, in voxels from the lower left corner; null if it does not. */
export function shapeOf(ids: Ids, id: number): Shape | null {
  const runs = runsOf(ids, id, within(ids, id))
  return runs.length ? { runs, ...around(runs) } : null
}

function runsOf(ids: Ids, id: number, { x0, x1, y0, y1 }: Bounds): Run[] {
  const runs: Run[] = []
  const { values, start, right, up } = ids
  for (let y = y0; y < y1; y++) {
    let p = start + y * up + x0 * right
    for (let x = x0; x < x1; x++, p += right) {
      if (values[p] !== id) continue
      const last = runs.at(-1)
      if (last && last[0] === y && last[2] === x) last[2] = x + 1
      else runs.push([y, x, x + 1])
    }
  }
  return runs
}

/**
 * In which columns and rows of a cut a superpixel may be. Of a slice by itself, which may be large, the browser's own
 * search tells the lines in which it is.
 */
export function within({ values, width, height, right, up }: Ids, id: number): Bounds {
  const [step, other] = [right, up].map(Math.abs).sort((one, two) => two - one)
  if (values.length !== width * height || step === other) return { x0: 0, x1: width, y0: 0, y1: height }
  const [low, high] = [values.indexOf(id), values.lastIndexOf(id)].map((at) => Math.floor(at / step))
  const isUp = Math.abs(up) === step
  const [x0, x1] = isUp ? [0, width] : linesFrom(low, high, right, width)
  const [y0, y1] = isUp ? linesFrom(low, high, up, height) : [0, height]
  return { x0, x1, y0, y1 }
}

/** Which lines `low` to `high` of an array are on the canvas; none where there is none. */
function linesFrom(low: number, high: number, by: number, size: number): [number, number] {
  if (low < 0) return [0, 0]
  return by > 0 ? [low, high + 1] : [size - 1 - high, size - low]
}

/** The lines around runs. */
function around(runs: Run[]): { lines: Lines; left: number; bottom: number } {
  const left = runs.reduce((least, [, x0]) => Math.min(least, x0), Infinity) - 1 // a margin, so that lines lie inside
  const end = runs.reduce((most, [, , x1]) => Math.max(most, x1), 0)
  const bottom = runs[0][0] - 1
  const [width, height] = [end - left + 1, runs[runs.length - 1][0] - bottom + 2]
  const mask = new Uint8Array(width * height)
  for (const [y, x0, x1] of runs) mask.fill(1, (y - bottom) * width + x0 - left, (y - bottom) * width + x1 - left)
  const lines = linesBetween({ values: mask, width, height, start: 0, right: 1, up: width })
  return { lines, left, bottom }
}
