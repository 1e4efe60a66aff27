import assert from "node:assert/strict"
import { test } from "node:test"
import type { Layout } from "../core/protocol.ts"
import { layoutsOf } from "./layouts.fake.ts"
import { Viewport, type Pixel } from "./viewport.ts"

const SPACING = [1, 2, 0.5]
const LAYOUT = layoutsOf([40, 30, 80])[0] // along j and k: 60 × 40 mm

const isNear = (one: readonly number[], other: readonly number[]) =>
  one.forEach((n, at) => assert.ok(Math.abs(n - other[at]) < 1e-9, `${one.join()} is not ${other.join()}`))

function viewportOf({ size = [252, 152] as [number, number], layout = LAYOUT }: { size?: [number, number]; layout?: Layout } = {}) {
  const pane = { size }
  const viewport = new Viewport(pane)
  viewport.lay(layout, SPACING)
  viewport.fit()
  return { viewport, pane }
}

test("a fitted slice is seen whole, in the middle, with place for the letters", () => {
  const { viewport } = viewportOf()

  assert.equal(viewport.pxPerMm, 2.5)
  isNear(viewport.toPixel(-0.5, -0.5), [126 - 75, 76 + 50])
  isNear(viewport.toPixel(29.5, 79.5), [126 + 75, 76 - 50])
})

test("millimetres are square, whatever the voxels are", () => {
  assert.deepEqual(viewportOf().viewport.pxPerVoxel, [5, 1.25])
})

test("a pane without a size shows nothing, and breaks nothing", () => {
  const { viewport, pane } = viewportOf({ size: [0, 0] })
  viewport.zoom(3, 0, 0)
  pane.size = [252, 152]
  viewport.fit()
  assert.equal(viewport.pxPerMm, 2.5)
})

test("a point is found again at its pixel", () => {
  const { viewport } = viewportOf()
  viewport.zoom(3, 40, 50)
  viewport.pan(7, -9)
  for (const [x, y] of [[0, 0], [12.5, 70], [-4, 99]]) isNear(viewport.toPoint(...viewport.toPixel(x, y)), [x, y])
})

test("what is under the pointer stays there while one zooms", () => {
  for (const factor of [0.5, 1.3, 8]) {
    const { viewport } = viewportOf()
    const before = viewport.toPoint(60, 100)

    viewport.zoom(factor, 60, 100)

    isNear(viewport.toPoint(60, 100), before)
    assert.equal(viewport.zoomed.zoom, factor)
  }
})

test("one zooms to a forty-fold, and to a quarter", () => {
  const { viewport } = viewportOf()
  viewport.zoom(1000, 10, 10)
  assert.equal(viewport.zoomed.zoom, 40)
  viewport.zoom(1e-6, 10, 10)
  assert.equal(viewport.zoomed.zoom, 0.25)
})

test("the slice moves with the pointer", () => {
  const { viewport } = viewportOf()
  const [px, py] = viewport.toPixel(3, 4)

  viewport.pan(11, -6)

  isNear(viewport.toPixel(3, 4), [px + 11, py - 6])
})

test("a pane of another size shows what it showed, as far zoomed in", () => {
  const { viewport, pane } = viewportOf()
  viewport.zoom(3, 40, 50)
  const { zoom, centre } = viewport.zoomed

  pane.size = [452, 252]
  const { zoomed } = viewport
  viewport.zoomed = zoomed

  assert.deepEqual(viewport.centre, centre)
  assert.equal(viewport.pxPerMm, 5 * zoom)
})

test("the ranges end where the pane does", () => {
  const { viewport } = viewportOf()
  viewport.zoom(2, 30, 30)
  const [x, y] = viewport.ranges
  isNear([x.start, y.end], viewport.toPoint(0, 0))
  isNear([x.end, y.start], viewport.toPoint(252, 152))
})

test("one that follows shows the same", () => {
  const [{ viewport: one }, { viewport: other }] = [viewportOf(), viewportOf()]
  one.zoom(4, 20, 30)

  other.follow(one)

  assert.deepEqual([other.zoomed, other.ranges], [one.zoomed, one.ranges])
})

test("a way that leaves the pane ends at its last pixel", () => {
  const { viewport } = viewportOf({ size: [100, 80] })
  const from: Pixel = [50, 40]
  for (const [to, end] of [
    [[60, 50], [60, 50]], [[150, 40], [99, 40]], [[-50, 40], [0, 40]], [[50, -160], [50, 0]],
    [[148, 118], [99, 79]], [[246, 20], [99, 35]], [[50, 40], [50, 40]],
  ] as [Pixel, Pixel][]) {
    const last = viewport.within(from, to)
    assert.ok(viewport.holds(last))
    isNear(last, end)
  }
})

test("pixels are of the pane up to its edges, which are not", () => {
  const { viewport } = viewportOf({ size: [100, 80] })
  const held = (...spots: Pixel[]) => spots.map((at) => viewport.holds(at))
  assert.deepEqual(held([0, 0], [99, 79], [100, 0], [0, 80], [-1, 5], [5, -1]), [true, true, false, false, false, false])
})
