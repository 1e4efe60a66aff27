import assert from "node:assert/strict"
import { test } from "node:test"

import { type View, frameOf, keepView, keptView, moved, rayThrough, sizeOf, turned, viewInFront, zoomed } from "./camera.ts"
import { type Vector, dot, length, minus, plus, times } from "./vectors.ts"

const FRONT: View = { position: [0, 100, 0], focus: [0, 0, 0], up: [0, 0, 1] }
const TAN = Math.tan(Math.PI / 12)

const near = (one: readonly number[], other: readonly number[], within = 1e-9) =>
  one.forEach((each, n) => assert.ok(Math.abs(each - other[n]) < within, `${one.join()} is not ${other.join()}`))

const cornersOf = (size: Vector): Float32Array =>
  Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => size.map((edge, axis) => (((n >> axis) & 1) - 0.5) * edge)))

test("a view in front has the patient's right on its left, and superior up", () => {
  const { right, up } = frameOf(FRONT)
  near(right, [-1, 0, 0])
  near(up, [0, 0, 1])
})

for (const size of [[4, 4, 40], [40, 4, 4], [1, 1, 1], [1e-4, 1e-4, 1e-3]] as Vector[]) {
  test(`the first view sees the whole of what is ${size.join(" × ")} mm, and is not far off either`, () => {
    const points = cornersOf(size)
    const view = viewInFront([points])
    const { right, up, back } = frameOf(view)
    let most = 0
    for (let n = 0; n < points.length; n += 3) {
      const from = minus([points[n], points[n + 1], points[n + 2]], view.position)
      most = Math.max(most, Math.abs(dot(from, right)) / (-dot(from, back) * TAN), Math.abs(dot(from, up)) / (-dot(from, back) * TAN))
    }
    assert.ok(most <= 1 && most > 0.7, String(most))
  })
}

test("the first view has anterior towards the viewer, superior up, and is a little aside and above", () => {
  const { back, up } = frameOf(viewInFront([cornersOf([10, 10, 10])]))
  assert.ok(back[1] > 0.7 && back[0] > 0.4 && back[2] > 0.3)
  assert.ok(up[2] > 0.9)
})

test("what is seen turns with the hand, and stays as far off", () => {
  const view = turned(FRONT, 90, 0)
  near(view.position, [100, 0, 0], 1e-6) // the side that was on the left has come to the front
  near(turned(FRONT, 0, 90).position, [0, 0, 100], 1e-6)
  near([length(minus(turned(turned(FRONT, 33, 71), -80, 140).position, FRONT.focus))], [100], 1e-6)
})

test("a view that was turned for long still has its up across", () => {
  let view = FRONT
  for (let n = 0; n < 500; n++) view = turned(view, 7, 13)
  assert.ok(Math.abs(dot(view.up, frameOf(view).back)) < 1e-9)
  assert.ok(Math.abs(length(view.up) - 1) < 1e-9)
})

test("zooming comes nearer, and moving takes what is seen along", () => {
  near(zoomed(FRONT, 2, 60).position, [0, 50, 0])
  const view = moved(FRONT, 0.5, 0) // to the right by half of the height
  near(view.focus, [100 * TAN, 0, 0], 1e-9)
  near(minus(view.position, view.focus), [0, 100, 0])
})

test("the ray through the middle meets the focus, and that at the rim the rim", () => {
  near(rayThrough(FRONT, [200, 100], [400, 200]).along, [0, -1, 0])
  const { from, along } = rayThrough(FRONT, [200, 0], [400, 200])
  near(plus(from, times(along, 100 / -along[1])), [0, 0, 100 * TAN], 1e-9)
})

test("a view is kept for its volume, and nothing else is taken for one", () => {
  const storage = new Map<string, string>()
  Object.assign(globalThis, { sessionStorage: { getItem: (key: string) => storage.get(key) ?? null, setItem: (key: string, value: string) => storage.set(key, value) } })
  assert.equal(keptView("a"), null)
  keepView("a", FRONT)
  assert.deepEqual(keptView("a"), FRONT)
  assert.equal(keptView("b"), null)
  for (const view of [null, {}, { ...FRONT, up: [0, 1, 0] }, { ...FRONT, position: [0, 0, 0] }, { ...FRONT, up: [0, "1", 0] }]) {
    storage.set("supervox-camera", JSON.stringify({ digest: "a", view }))
    assert.equal(keptView("a"), null)
  }
})

test("however long one zooms, what is seen is neither passed nor lost", () => {
  const size = sizeOf([cornersOf([30, 40, 0])])
  const distance = (by: number) => {
    let view = FRONT
    for (let n = 0; n < 300; n++) view = zoomed(view, by, size)
    return length(minus(view.position, view.focus))
  }

  near([size, distance(1.2), distance(1 / 1.2)], [50, 1, 1000], 1e-6)
})
