import assert from "node:assert/strict"
import { test } from "node:test"
import type { Pixel } from "../slices/viewport.ts"
import type { Drag } from "./drag.ts"
import { Grip, Pinch, isSecondFinger } from "./fingers.ts"

const pointer = (pointerType: string, isPrimary = true, timeStamp = 10_000) => ({ pointerType, isPrimary, timeStamp })

/** A grip in which a pointer drags, and what became of that drag. */
function gripWith(type: string) {
  const ends: string[] = []
  const grip = new Grip()
  const drag = { type, finish: () => ends.push("finished"), giveUp: () => ends.push("given up") } as unknown as Drag
  grip.drag = drag
  return { grip, drag, ends }
}

test("a hand that lies down beside its pen is no finger, and a while later it is", () => {
  const grip = new Grip()
  grip.see(pointer("pen", true, 1000))

  assert.equal(grip.takes(pointer("touch", true, 1499)), false)
  assert.equal(grip.takes(pointer("touch", true, 1500)), true)
})

test("a mouse tells nothing of a pen", () => {
  const grip = new Grip()
  grip.see(pointer("mouse", true, 1000))

  assert.equal(grip.takes(pointer("touch", true, 1001)), true)
})

test("the palm beside a pen does not end what the pen draws", () => {
  const { grip, drag, ends } = gripWith("pen")
  grip.see(pointer("pen", true, 1000))

  assert.equal(grip.takes(pointer("touch", true, 1100)), false)
  assert.deepEqual([grip.drag, ends], [drag, []])
})

test("a second finger has what the first one drew given up", () => {
  const { grip, ends } = gripWith("touch")

  assert.equal(grip.takes(pointer("touch", false)), true)
  assert.deepEqual([grip.drag, ends], [null, ["given up"]])
})

test("a pen has what a finger drew given up, and a finger does not end what a pen draws", () => {
  const finger = gripWith("touch")
  assert.equal(finger.grip.takes(pointer("pen")), true)
  assert.deepEqual(finger.ends, ["given up"])

  const pen = gripWith("pen")
  assert.equal(pen.grip.takes(pointer("touch")), false)
  assert.equal(pen.grip.takes(pointer("mouse")), false)
  assert.deepEqual([pen.grip.drag, pen.ends], [pen.drag, []])
})

test("a pointer that goes down again was lifted before, and what it drew is sent", () => {
  for (const type of ["mouse", "pen", "touch"]) {
    const { grip, ends } = gripWith(type)
    assert.equal(grip.takes(pointer(type)), true)
    assert.deepEqual([grip.drag, ends], [null, ["finished"]])
  }
})

test("only a finger beside another one is a second finger", () => {
  assert.deepEqual([pointer("touch", false), pointer("touch"), pointer("mouse", false)].map(isSecondFinger), [true, false, false])
})

/** A pinch, and how its pane was moved and zoomed. */
function pinch(...fingers: Pixel[]) {
  const done: [string, ...number[]][] = []
  const found = new Pinch({ pan: (...by: number[]) => done.push(["pan", ...by]), zoom: (...by: number[]) => done.push(["zoom", ...by]) })
  fingers.forEach((at, id) => found.put(id, at))
  return { pinch: found, done }
}

test("a slice moves with two fingers, and is zoomed as they part", () => {
  const { pinch: two, done } = pinch([0, 0], [10, 0])

  two.go(1, [30, 0])

  assert.deepEqual(done, [["pan", 10, 0], ["zoom", 3, 15, 0]])
})

test("two fingers at one place do not zoom", () => {
  const { pinch: two, done } = pinch([5, 5], [5, 5])

  two.go(1, [7, 5])
  two.go(1, [5, 5])

  assert.deepEqual(done, [["pan", 1, 0], ["pan", -1, 0]])
})

test("one finger alone, and a third one, move nothing", () => {
  const one = pinch([0, 0])
  one.pinch.go(0, [9, 9])
  const three = pinch([0, 0], [10, 0], [20, 0])
  three.pinch.go(2, [99, 99])

  assert.deepEqual([one.done, three.done], [[], []])
})

test("a pinch is over when its last finger is lifted", () => {
  const { pinch: two } = pinch([0, 0], [10, 0])

  assert.deepEqual([two.lift(7), two.lift(0), two.lift(0), two.lift(1)], [false, false, false, true])
})
