// What the page does where a surface is clicked: the pane tells of it by an event that comes out of its shadow.

import type { Vector } from "./vectors.ts"

export const PICK = "supervox-pick"

/** Which label's surface was clicked, and where inside it, in mm. */
export interface Pick { label: number; ras: Vector }

export interface Opened { affine: readonly (readonly number[])[]; shape: readonly number[] }

export interface ToDo {
  /** What is open; null if nothing is. */
  opened(): Opened | null
  choose(label: number): void
  moveTo(ijk: [number, number, number]): void
}

/** Choose the label that is clicked in 3D, and move the cursor there. */
export function listenToPicks(el: HTMLElement, toDo: ToDo): void {
  el.addEventListener(PICK, (event) => {
    const { label, ras } = (event as CustomEvent<Pick>).detail
    const opened = toDo.opened()
    if (!opened) return
    toDo.choose(label)
    toDo.moveTo(voxelAt(opened, ras))
  })
}

/** The voxel at a place in mm; that at the rim, for a place outside. */
export function voxelAt({ affine, shape }: Opened, ras: Vector): [number, number, number] {
  const [a, b, c] = [0, 1, 2].map((axis) => affine.slice(0, 3).map((row) => row[axis]))
  const from = ras.map((mm, row) => mm - affine[row][3])
  const whole = triple(a, b, c)
  const at = [triple(from, b, c), triple(a, from, c), triple(a, b, from)].map((each) => Math.round(each / whole))
  return at.map((n, axis) => Math.min(shape[axis] - 1, Math.max(0, n))) as [number, number, number]
}

/** The volume between three vectors. */
function triple(a: readonly number[], b: readonly number[], c: readonly number[]): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0])
}
