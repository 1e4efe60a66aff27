import assert from "node:assert/strict"
import { deflateSync } from "node:zlib"
import { test } from "node:test"
import type { Message } from "./protocol.ts"
import { Incoming, Wire, inflate, joined, type Takers } from "./wire.ts"

const bufferOf = (bytes: Uint8Array): ArrayBuffer => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer

test("what was deflated is inflated", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, n) => n % 7)

  assert.deepEqual(new Uint8Array(await inflate(bufferOf(deflateSync(bytes)))), bytes)
})

test("an array is whole when all of its pieces have come, in any order", async () => {
  const values = Uint16Array.from({ length: 300 }, (_, n) => n * 7)
  const bytes = new Uint8Array(values.buffer)
  const incoming = new Incoming({ dtype: "uint16", length: 300 })

  await incoming.add({ start: 200, data: bufferOf(deflateSync(bytes.subarray(200))) })
  assert.equal(incoming.fraction, 400 / 600)
  await incoming.add({ start: 0, data: bufferOf(bytes.slice(0, 200)), raw: true })

  assert.equal(incoming.fraction, 1)
  assert.deepEqual(incoming.whole, values)
})

test("values whose bytes came split are put together again", () => {
  for (const values of [Uint16Array.of(1, 513, 65535), Int16Array.of(-2, 300, -32768), Uint32Array.of(1, 70000, 2 ** 32 - 1), Float32Array.of(1.5, -3e38, 1e-20)]) {
    const [bytes, size] = [new Uint8Array(values.buffer), values.BYTES_PER_ELEMENT]
    const split = new Uint8Array(bytes.length)
    for (let n = 0; n < bytes.length; n++) split[(n % size) * values.length + Math.floor(n / size)] = bytes[n]

    assert.deepEqual(joined(new (values.constructor as Float32ArrayConstructor)(split.buffer)), values)
  }
})

/** A wire that notes what is taken; `slow` waits. */
function wired() {
  const [taken, failed]: string[][] = [[], []]
  const takers = {
    pong: async () => { await new Promise((done) => setTimeout(done, 5)); taken.push("pong") },
    replaced: ({ revision }: { revision: number }) => { taken.push(`replaced ${revision}`) },
  } as unknown as Takers
  return { taken, failed, wire: new Wire(takers, (text) => failed.push(text)) }
}

const settled = () => new Promise((done) => setTimeout(done, 30))

test("messages are taken in their order, however long one takes", async () => {
  const { taken, wire } = wired()

  wire.receive({ kind: "several", messages: [{ kind: "pong" }, { kind: "replaced", revision: 1 }] })
  wire.receive({ kind: "replaced", revision: 2 })
  await settled()

  assert.deepEqual(taken, ["pong", "replaced 1", "replaced 2"])
})

test("a message that is not what it should be is told, and what comes after it is taken", async (t) => {
  t.mock.method(console, "error", () => {})
  const { taken, failed, wire } = wired()

  wire.receive({ kind: "replaced", revision: "3" } as unknown as Message)
  wire.receive({ kind: "several", messages: 5 } as unknown as Message)
  wire.receive({ kind: "eval", text: "alert(1)" } as unknown as Message)
  wire.receive({ kind: "replaced", revision: 4 })
  await settled()

  assert.deepEqual(taken, ["replaced 4"])
  assert.equal(failed.length, 3)
  assert.match(failed[0], /could not take “replaced”: revision: expected a whole number/)
})
