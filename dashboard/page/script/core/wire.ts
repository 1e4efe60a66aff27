// What comes from the server: arrays in compressed pieces, and edits. Handled strictly in order.

import { misfitOf } from "./check_protocol.ts"
import { MESSAGES } from "./protocol.ts"
import { ARRAYS } from "./store.ts"

export async function inflate(buffer) {
  const { readable, writable } = new DecompressionStream("deflate")
  const writer = writable.getWriter()
  const written = Promise.all([writer.write(buffer), writer.close()])
  const [content] = await Promise.all([new Response(readable).arrayBuffer(), written])
  return content
}

/** Collects the pieces of one array until it is whole. */
export class Incoming {
  constructor({ array, dtype, length, revision, split = false }) {
    Object.assign(this, { array, revision, split, arrived: 0, values: new ARRAYS[dtype](length) })
  }

  async add({ start, data, raw = false, blank = false }) {
    if (blank) { this.arrived = this.values.byteLength; return }
    const bytes = new Uint8Array(raw ? data : await inflate(data))
    new Uint8Array(this.values.buffer).set(bytes, start)
    this.arrived += bytes.length
  }

  /** The values, whose bytes may have come split: all first ones, then all second ones, … */
  get whole() { return this.split ? joined(this.values) : this.values }

  get fraction() { return this.arrived / this.values.byteLength }
}

/** Values whose bytes came split, each of them put together again. */
function joined({ buffer, length, BYTES_PER_ELEMENT: size, constructor }) {
  const byte = (n) => new Uint8Array(buffer, n * length, length)
  if (size === 1) return new constructor(buffer)
  if (size === 2) return new constructor(joinedPairs(byte(0), byte(1)).buffer)
  const [low, high] = [joinedPairs(byte(0), byte(1)), joinedPairs(byte(2), byte(3))]
  const whole = new Uint32Array(length)
  for (let n = 0; n < length; n++) whole[n] = low[n] | (high[n] << 16)
  return new constructor(whole.buffer)
}

function joinedPairs(low, high) {
  const pairs = new Uint16Array(low.length)
  for (let n = 0; n < pairs.length; n++) pairs[n] = low[n] | (high[n] << 8)
  return pairs
}

/** Messages that bring an array, of which the wire puts the pieces together. */
const ARRIVALS = { begin: true, piece: true, end: true }

/** By which method the bench takes a message, where that is not called as its kind. */
const TAKEN_BY = { partition: "takePartition" }

export class Wire {
  queue = Promise.resolve()

  constructor(bench) { this.bench = bench }

  receive(message) {
    if (message.kind === "pong") return
    if (message.kind === "several") return message.messages.forEach((each) => this.receive(each))
    this.queue = this.queue
      .then(() => this.take(message))
      .catch((error) => this.bench.fail(`The page could not take “${message.kind}”: ${error.message}`))
  }

  /** Act on a message that is what the protocol says; the others are told to its user and to who tests the page. */
  take({ kind, ...values }) {
    const wrong = misfitOf(MESSAGES, kind, values)
    if (wrong) {
      console.error(`“${kind}” is not what the page expects: ${wrong}`)
      throw new Error(wrong)
    }
    return kind in ARRIVALS ? this[kind](values) : this.bench[TAKEN_BY[kind] ?? kind](values)
  }

  begin(message) {
    this.incoming = new Incoming(message)
    this.bench.loading(message.array, 0)
  }

  async piece(message) {
    await this.incoming.add(message)
    this.bench.loading(this.incoming.array, this.incoming.fraction)
  }

  end() {
    const { array, values, revision } = this.incoming
    this.incoming = null
    this.bench.loading(array, 1)
    this.bench.arrive(array, values, revision)
  }
}
