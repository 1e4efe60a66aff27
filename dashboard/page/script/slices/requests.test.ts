import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import { Requests } from "./requests.ts"
import type { Layer } from "./source.ts"

const LAYERS: Layer[] = ["volume", "labels"]

/** Requests for a volume of which nothing is here; `here` names the slices that are, and `asked` what was said. */
function requestsWith(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const here = new Set<string>()
  const asked: string[] = []
  const page = { isCurrent: true, finer: 0 }
  const requests = new Requests([40, 40, 40], {
    missing: (axis, index) => (here.has(`${axis}/${index}`) ? [] : [...LAYERS]),
    say: (axis, index, layers, isAhead) => asked.push(`${axis}/${index} ${layers.join("+")}${isAhead ? " ahead" : ""}`),
    sayFiner: () => { page.finer--; return page.finer >= 0 },
    isCurrent: () => page.isCurrent,
  })
  const arrive = (axis: number, index: number) => {
    here.add(`${axis}/${index}`)
    for (const layer of LAYERS) requests.took(axis, index, layer)
    if (requests.visible[axis] === index) requests.ask(axis)
    else requests.goAhead()
  }
  return { requests, here, asked, page, arrive, rest: () => t.mock.timers.tick(80), wait: () => t.mock.timers.tick(15_000) }
}

test("a slice is asked for at once, and those that are scrolled past are not", (t) => {
  const { requests, asked, rest } = requestsWith(t)

  for (const index of [10, 11, 12, 13]) requests.turn(0, index)
  assert.deepEqual(asked, ["0/10 volume+labels"])
  rest()

  assert.deepEqual(asked, ["0/10 volume+labels", "0/13 volume+labels"])
})

test("what is under way is not asked for twice, though other slices come", (t) => {
  const { requests, asked, arrive } = requestsWith(t)
  requests.turn(0, 10)

  requests.ask(0)
  arrive(1, 3)
  requests.askVisible()

  assert.deepEqual(asked, ["0/10 volume+labels"])
})

test("what has come, and is let go of, is asked for again", (t) => {
  const { requests, asked } = requestsWith(t)
  requests.turn(0, 10)
  requests.took(0, 10, "volume")

  requests.ask(0)

  assert.deepEqual(asked, ["0/10 volume+labels", "0/10 volume"])
})

test("what is no longer needed as it comes is asked for again", (t) => {
  const { requests, asked } = requestsWith(t)
  requests.turn(0, 10)

  requests.forget("labels")
  requests.ask(0)

  assert.deepEqual(asked.at(-1), "0/10 labels")
})

test("with nothing else to do, the next three slices on the way are asked for, one after the other", (t) => {
  const { requests, asked, arrive, rest } = requestsWith(t)
  requests.turn(1, 20)
  requests.turn(1, 19)
  rest()
  asked.length = 0

  for (const index of [19, 18, 17, 16]) arrive(1, index)

  assert.deepEqual(asked, ["1/18 volume+labels ahead", "1/17 volume+labels ahead", "1/16 volume+labels ahead"])
})

test("nothing is asked ahead after a jump, nor beyond the end", (t) => {
  const { requests, asked, arrive, rest } = requestsWith(t)
  requests.turn(1, 20)
  requests.turn(1, 30)
  rest()
  arrive(1, 30)
  requests.turn(2, 38)
  requests.turn(2, 39)
  rest()
  asked.length = 0

  arrive(2, 39)

  assert.deepEqual(asked, [])
})

test("a finer picture of the whole comes before what is asked ahead", (t) => {
  const { requests, asked, page, arrive, rest } = requestsWith(t)
  page.finer = 1
  requests.turn(1, 20)
  requests.turn(1, 21)
  rest()
  asked.length = 0

  arrive(1, 21)
  assert.deepEqual(asked, [])
  requests.goAhead()

  assert.deepEqual(asked, ["1/22 volume+labels ahead"])
})

test("nothing is asked ahead while another slice that is looked at is not here", (t) => {
  const { requests, asked, arrive, rest } = requestsWith(t)
  requests.turn(0, 5)
  requests.turn(1, 20)
  requests.turn(1, 21)
  rest()
  asked.length = 0

  arrive(1, 21)
  assert.deepEqual([asked, requests.isDone], [[], false])
  arrive(0, 5)

  assert.deepEqual(asked, ["1/22 volume+labels ahead"])
})

test("all is here when the slices across all three axes are", (t) => {
  const { requests, arrive } = requestsWith(t)
  for (const axis of [0, 1]) {
    requests.turn(axis, 5)
    arrive(axis, 5)
  }
  assert.equal(requests.isDone, false)
  requests.turn(2, 5)
  arrive(2, 5)
  assert.equal(requests.isDone, true)
})

test("what does not come is asked for again, as long as one looks at it", (t) => {
  const { requests, asked, arrive, rest, wait } = requestsWith(t)
  requests.turn(0, 10)
  wait()
  assert.deepEqual(asked, ["0/10 volume+labels", "0/10 volume+labels"])

  requests.turn(0, 11)
  rest()
  arrive(0, 11)
  asked.length = 0
  wait()

  assert.deepEqual(asked.filter((each) => !each.endsWith("ahead")), [])
})

test("nothing is asked for a volume that is closed", (t) => {
  const { requests, asked, page } = requestsWith(t)
  page.isCurrent = false
  requests.turn(0, 10)
  assert.deepEqual(asked, [])
})
