import assert from "node:assert/strict"
import { test } from "node:test"

import { LEAST_RATIO, Pacing, nextRatio } from "./pacing.ts"

/** A page that is idle, and shows frames, when it is told to. */
function page() {
  const waiting: { idle: (() => void)[]; frame: (() => void)[]; drawing: (() => void)[] } = { idle: [], frame: [], drawing: [] }
  const state = { seen: true, busy: false, drawn: 0 }
  const pacing = new Pacing({
    draw: () => { state.drawn++; return new Promise<void>((done) => waiting.drawing.push(done)) },
    isSeen: () => state.seen,
    isBusy: () => state.busy,
    idle: (then) => waiting.idle.push(then),
    frame: (then) => waiting.frame.push(then),
  })
  const pass = async (what: keyof typeof waiting) => {
    for (const each of waiting[what].splice(0)) each()
    await new Promise((done) => setImmediate(done))
  }
  const passAll = async () => { for (const what of ["idle", "frame", "drawing"] as const) await pass(what) }
  return { pacing, state, waiting, pass, passAll }
}

test("nothing is drawn while nothing changes, and many changes are drawn at once", async () => {
  const { pacing, state, waiting, passAll } = page()
  pacing.go()
  assert.equal(waiting.idle.length + waiting.frame.length, 0)
  for (let n = 0; n < 5; n++) pacing.ask()
  await passAll()
  await passAll()
  assert.equal(state.drawn, 1)
})

test("a change waits until the page is idle; the hand that turns waits for a frame only", async () => {
  const { pacing, state, pass, waiting } = page()
  pacing.ask()
  await pass("frame")
  assert.equal(state.drawn, 0)
  await pass("idle")
  await pass("frame")
  assert.equal(state.drawn, 1)
  await pass("drawing")
  pacing.ask(true)
  assert.equal(waiting.idle.length, 0)
  await pass("frame")
  assert.equal(state.drawn, 2)
})

test("while the pointer draws nothing is drawn, also if it began in between", async () => {
  const { pacing, state, pass, passAll } = page()
  pacing.ask()
  await pass("idle")
  state.busy = true
  await pass("frame")
  pacing.ask()
  await passAll()
  assert.equal(state.drawn, 0)
  state.busy = false
  pacing.go()
  await passAll()
  assert.equal(state.drawn, 1)
})

test("what nobody sees is drawn when it is seen", async () => {
  const { pacing, state, passAll } = page()
  state.seen = false
  pacing.ask()
  pacing.ask(true)
  await passAll()
  assert.equal(state.drawn, 0)
  state.seen = true
  pacing.go()
  await passAll()
  assert.equal(state.drawn, 1)
})

test("what changes while it is drawn is drawn after that, not beside it", async () => {
  const { pacing, state, pass, passAll } = page()
  pacing.ask()
  await pass("idle")
  await pass("frame")
  pacing.ask()
  await pass("idle")
  await pass("frame")
  assert.equal(state.drawn, 1)
  await pass("drawing")
  await passAll()
  assert.equal(state.drawn, 2)
})

test("what could not be drawn is drawn when it is asked for again", async (t) => {
  const told = t.mock.method(console, "error", () => {})
  const results = [Promise.reject(new Error("no memory")), Promise.resolve()]
  let drawn = 0
  const atOnce = (then: () => void) => { then() }
  const pacing = new Pacing({ draw: () => results[drawn++], isSeen: () => true, isBusy: () => false, idle: atOnce, frame: atOnce })
  pacing.ask()
  await new Promise((done) => setImmediate(done))
  assert.equal(told.mock.callCount(), 1)
  pacing.ask()
  assert.equal(drawn, 2)
})

test("slow frames get fewer pixels, quick ones all of them, and there is no to and fro", () => {
  assert.equal(nextRatio(1, 20, 1), 1)
  assert.equal(nextRatio(1, 280, 1), 0.5)
  assert.equal(nextRatio(0.5, 5000, 1), LEAST_RATIO)
  assert.equal(nextRatio(0.5, 10, 1), 1)
  assert.equal(nextRatio(2, 140, 2), 1.375)
  assert.equal(nextRatio(0.75, 60, 1), 0.75)
  assert.equal(nextRatio(2, 5, 1), 1) // the window has come to another screen
})
