// All ways in which the slices of a volume may lie on the screen.

import type { Axis, Layout } from "../core/protocol.ts"
import type { Voxel } from "./geometry.ts"

const PLANES = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] // across, x and y
const TURNS = [[false, false], [true, false], [false, true], [true, true]]

/** Across each axis, with the others along x or y, and each of them either way. */
export function layoutsOf(shape: Voxel): Layout[] {
  const laid = (index: number, reversed: boolean): Axis => ({ index, size: shape[index], reversed, letters: ["low", "high"] })
  return PLANES.flatMap(([axis, x, y]) => TURNS.map(([isMirrored, isTurned]) => ({ axis, x: laid(x, isMirrored), y: laid(y, isTurned) })))
}
