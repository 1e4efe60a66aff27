// What comes from the server: arrays in compressed pieces, and edits. Handled strictly in order.

async function inflate(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Response(stream).arrayBuffer()
}

/** Collects the pieces of one array until it is whole. */
class Incoming {
  constructor({ array, dtype, length, revision, split = false }) {
    Object.assign(this, { array, revision, split, arrived: 0, values: new ARRAYS[dtype](length) })
  }

  async add({ start, data }) {
    const bytes = new Uint8Array(await inflate(data))
    new Uint8Array(this.values.buffer).set(bytes, start)
    this.arrived += bytes.length
  }

  /** The values, whose bytes may have come split: all first ones, then all second ones, … */
  get whole() { return this.split ? joined(this.values) : this.values }

  get fraction() { return this.arrived / this.values.byteLength }
}

function joined(values) {
  const { length, BYTES_PER_ELEMENT: size } = values
  const split = new Uint8Array(values.buffer)
  if (size === 1) return values
  const bytes = new Uint8Array(split.length)
  for (let b = 0; b < size; b++) for (let n = b, p = b * length; n < bytes.length; n += size) bytes[n] = split[p++]
  return new values.constructor(bytes.buffer)
}

class Wire {
  queue = Promise.resolve()

  /** `bench` takes what arrives: its methods are the messages' kinds. */
  constructor(bench) { this.bench = bench }

  receive(message) {
    if (message.kind === "pong") return
    this.queue = this.queue
      .then(() => this[message.kind] ? this[message.kind](message) : this.bench[message.kind](message))
      .catch((error) => this.bench.fail(`The page could not take “${message.kind}”: ${error.message}`))
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
