import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { Layout } from "../core/protocol.ts"
import type { Place } from "../slices/geometry.ts"
import { Sweep, toPlace, type BrushTip, type Span } from "./sweep.ts"

interface Stroke extends BrushTip { axis: number; index: number; points: Place[] }
interface Table { shape: number[]; spacing: number[]; strokes: (Stroke & { swept: Span[] })[] }

/** What the server's own sweep is held to, too (tests/workers/drawing/test_sweep_cases.py). */
const TABLE = JSON.parse(readFileSync(new URL("../../../../tests/workers/drawing/sweep_cases.json", import.meta.url), "utf8")) as Table
const [I, J, K] = TABLE.shape
const STRIDES = [J * K, K, 1]
const WHOLE: Span[] = [[0, I], [0, J], [0, K]]

/** The places in a flat array that a stroke sweeps. */
function swept({ points, ...tip }: Stroke, inside = WHOLE, strides = STRIDES): Set<number> {
  const found = new Set<number>()
  const sweep = new Sweep({ spacing: TABLE.spacing, ...tip })
  points.forEach((to, n) => sweep.each(points[Math.max(0, n - 1)], to, inside, strides, (at) => found.add(at)))
  return found
}

const voxelAt = (at: number): number[] => [Math.floor(at / STRIDES[0]), Math.floor(at / K) % J, at % K]

const sorted = (found: Iterable<number>) => [...found].sort((one, other) => one - other)

test("a stroke sweeps the very voxels that the server finds", () => {
  for (const stroke of TABLE.strokes) {
    const expected = stroke.swept.flatMap(([from, end]) => Array.from({ length: end - from }, (_, n) => from + n))
    assert.deepEqual(sorted(swept(stroke)), expected)
  }
})

/** Whether a stroke sweeps a voxel, by the distance to each of its pieces; null where that is the radius but for rounding. */
function slowly({ axis, index, points, radius_mm, is_ball }: Stroke, ijk: number[]): boolean | null {
  const axes = [0, 1, 2].filter((n) => n !== axis)
  const layer = ijk[axis] - index
  if (layer !== 0 && !is_ball) return false
  const mm = (place: readonly number[]) => place.map((n, at) => n * TABLE.spacing[axes[at]])
  const here = axes.map((n) => ijk[n])
  const distances = points.map((to, n) => Math.hypot(apart(mm(points[Math.max(0, n - 1)]), mm(to), mm(here)), layer * TABLE.spacing[axis]))
  const over = Math.min(...distances) - radius_mm
  if (layer === 0 && points.some((to, n) => isUnder(points[Math.max(0, n - 1)], to, here))) return true
  return Math.abs(over) < 1e-9 ? null : over < 0
}

/** How far a point is from a line between two others. */
function apart([pa, pb]: number[], [qa, qb]: number[], [a, b]: number[]): number {
  const length = Math.hypot(qa - pa, qb - pb)
  const [ua, ub] = length ? [(qa - pa) / length, (qb - pb) / length] : [0, 0]
  const along = Math.min(length, Math.max(0, (a - pa) * ua + (b - pb) * ub))
  return Math.hypot(a - pa - along * ua, b - pb - along * ub)
}

/** Whether a walk of equal steps from voxel to voxel, one along its longer side, comes by a voxel. */
function isUnder(p: Place, q: Place, [row, column]: number[]): boolean {
  const [r, c, r1, c1] = [...p, ...q].map((n) => Math.floor(n + 0.5))
  const steps = Math.max(Math.abs(r1 - r), Math.abs(c1 - c), 1)
  return Array.from({ length: steps + 1 }, (_, n) => n / steps)
    .some((share) => Math.floor(r + (r1 - r) * share + 0.5) === row && Math.floor(c + (c1 - c) * share + 0.5) === column)
}

test("what a stroke sweeps is what lies within its radius, or under it", () => {
  let compared = 0
  for (const stroke of TABLE.strokes.filter((_, n) => n % 2 === 0)) {
    const found = swept(stroke)
    for (let i = 0; i < I; i++) for (let j = 0; j < J; j++) for (let k = 0; k < K; k++) {
      const expected = slowly(stroke, [i, j, k])
      if (expected === null) continue
      compared++
      assert.equal(found.has((i * J + j) * K + k), expected, `${i} ${j} ${k} of ${JSON.stringify(stroke)}`)
    }
  }
  assert.ok(compared > 30_000)
})

test("inside a box a stroke sweeps what it sweeps of the whole", () => {
  const inside: Span[] = [[2, 9], [3, 8], [1, 6]]
  const isInside = (at: number) => voxelAt(at).every((n, axis) => n >= inside[axis][0] && n < inside[axis][1])
  for (const stroke of TABLE.strokes) {
    assert.deepEqual(sorted(swept(stroke, inside)), sorted(swept(stroke)).filter(isInside))
  }
})

test("a slice by itself is swept as it is in the volume", () => {
  const stroke: Stroke = { axis: 2, index: 4, points: [[3, 3], [9, 7]], radius_mm: 5, is_ball: true }
  const alone = swept(stroke, [[5, 6], [0, J], [0, K]], [0, K, 1])
  const within = sorted(swept(stroke)).filter((at) => voxelAt(at)[0] === 5).map((at) => at % STRIDES[0])

  assert.ok(within.length > 0)
  assert.deepEqual(sorted(alone), within)
})

test("no voxel that is swept lies outside the bounds", () => {
  for (const { points, ...tip } of TABLE.strokes) {
    const sweep = new Sweep({ spacing: TABLE.spacing, ...tip })
    const bounds = sweep.bounds(points[0], points[0])
    sweep.each(points[0], points[0], WHOLE, STRIDES, (at) => {
      assert.ok(voxelAt(at).every((n, axis) => n >= bounds[axis][0] && n < bounds[axis][1]))
    })
  }
})

test("a canvas point is a place on the slice's axes in ascending order, not far off the slice", () => {
  const layout: Layout = {
    axis: 1, x: { index: 2, size: 10, reversed: true, letters: ["", ""] }, y: { index: 0, size: 20, reversed: false, letters: ["", ""] },
  }
  assert.deepEqual(toPlace(layout, 2, 5), [5, 7])
  assert.deepEqual(toPlace(layout, 2.25, -0.5), [-0.5, 6.75])
  assert.deepEqual(toPlace(layout, 1e9, -1e9), [-20, -11])
})
