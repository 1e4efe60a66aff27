import assert from "node:assert/strict"
import { test } from "node:test"
import { linesBetween, rule, type Lines } from "./borders.ts"
import { cut, type Cut, type Voxel } from "./geometry.ts"
import { layoutsOf } from "./layouts.fake.ts"

const SHAPE: Voxel = [5, 6, 7]

/** Ids in blobs, in which some stand alone; the same at each run. */
function idsWith(seed: number): Uint32Array {
  let state = seed
  const next = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
  let id = 1
  return Uint32Array.from({ length: 210 }, () => { if (next() < 0.4) id = 1 + Math.floor(next() * 4); return id })
}

/** Every unit of every line, as text. */
function unitsOf({ across, up }: Lines): string[] {
  const units: string[] = []
  for (let n = 0; n < across.length; n += 3) for (let x = across[n + 1]; x < across[n + 2]; x++) units.push(`- ${x} ${across[n]}`)
  for (let n = 0; n < up.length; n += 3) for (let y = up[n + 1]; y < up[n + 2]; y++) units.push(`| ${up[n]} ${y}`)
  return units.sort()
}

/** The same by asking each voxel whether the one above and the one to the right are others. */
function slowUnits({ values, width, height, start, right, up }: Cut): string[] {
  const at = (x: number, y: number) => values[start + x * right + y * up]
  const units: string[] = []
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    if (y + 1 < height && at(x, y) !== at(x, y + 1)) units.push(`- ${x} ${y + 1}`)
    if (x + 1 < width && at(x, y) !== at(x + 1, y)) units.push(`| ${x + 1} ${y}`)
  }
  return units.sort()
}

test("lines are where ids of neighbours differ, and nowhere else, however a slice lies", () => {
  for (const layout of layoutsOf(SHAPE)) for (const seed of [1, 2, 3]) {
    const slice = cut(idsWith(seed), layout, SHAPE, 1)
    const units = unitsOf(linesBetween(slice))
    assert.deepEqual(units, slowUnits(slice))
    assert.equal(new Set(units).size, units.length)
  }
})

test("a straight border is one line, from edge to edge", () => {
  const halves = { values: Uint8Array.from([1, 1, 2, 1, 1, 2]), width: 3, height: 2, start: 0, right: 1, up: 3 }
  assert.deepEqual(linesBetween(halves), { across: [], up: [2, 0, 2] })

  const layers = { values: Uint8Array.from([1, 1, 1, 2, 2, 2]), width: 3, height: 2, start: 0, right: 1, up: 3 }
  assert.deepEqual(linesBetween(layers), { across: [1, 0, 3], up: [] })
})

test("one id has no borders, and neither has a single voxel", () => {
  for (const size of [1, 3]) {
    const slice = { values: new Uint8Array(size * size).fill(9), width: size, height: size, start: 0, right: 1, up: size }
    assert.deepEqual(linesBetween(slice), { across: [], up: [] })
  }
})

const [WIDTH, HEIGHT] = [8, 6]

/** Which pixels of a screen lines take, row by row. */
function pixelsOf(lines: Lines, where = {}) {
  const screen = new Uint32Array(WIDTH * HEIGHT)
  rule(lines, screen, WIDTH, HEIGHT, { left: 0, bottom: HEIGHT, px: 2, py: 2, thick: 1, ...where })
  const row = (y: number) => Array.from(screen.subarray(y * WIDTH, (y + 1) * WIDTH), (pixel) => (pixel ? "#" : ".")).join("")
  return Array.from({ length: HEIGHT }, (_, y) => row(y))
}

test("a line is one pixel thick, and closes its corner", () => {
  assert.deepEqual(pixelsOf({ across: [1, 0, 2], up: [2, 0, 1] }), [
    "........",
    "........",
    "........",
    "........",
    "#####...",
    "....#...",
  ])
})

test("a line that leaves the screen is cut off at its edge", () => {
  assert.deepEqual(pixelsOf({ across: [1, -5, 50, 9, 0, 3, -2, 0, 3], up: [-1, 0, 3, 40, 0, 3] }), [
    "........",
    "........",
    "........",
    "........",
    "########",
    "........",
  ])
})

test("a line is thicker on a screen of smaller pixels", () => {
  assert.deepEqual(pixelsOf({ across: [], up: [1, 0, 3] }, { thick: 2 }), Array.from({ length: HEIGHT }, () => "..##...."))
})
