// What comes from the server: messages, handled strictly in order, and arrays in compressed pieces.

import { ARRAYS } from "../slices/arrays.ts"
import type { Values } from "../slices/geometry.ts"
import { misfitOf } from "./check_protocol.ts"
import { MESSAGES, type DType, type Message, type Messages } from "./protocol.ts"

export async function inflate(data: ArrayBuffer): Promise<ArrayBuffer> {
  const { readable, writable } = new DecompressionStream("deflate")
  const writer = writable.getWriter()
  const written = Promise.all([writer.write(data), writer.close()])
  const [content] = await Promise.all([new Response(readable).arrayBuffer(), written])
  return content
}

/** A piece of an array. */
interface Piece { start: number; data?: ArrayBuffer; raw?: boolean; blank?: boolean }

/** Collects the pieces of one array until it is whole. */
export class Incoming {
  readonly #values: Values
  readonly #isSplit: boolean
  #arrived = 0

  constructor({ dtype, length, split = false }: { dtype: DType; length: number; split?: boolean }) {
    this.#values = new ARRAYS[dtype](length)
    this.#isSplit = split
  }

  async add({ start, data, raw = false, blank = false }: Piece): Promise<void> {
    if (blank || !data) { this.#arrived = this.#values.byteLength; return }
    const bytes = new Uint8Array(raw ? data : await inflate(data))
    new Uint8Array(this.#values.buffer).set(bytes, start)
    this.#arrived += bytes.length
  }

  /** The values, whose bytes may have come split: all first ones, then all second ones, … */
  get whole(): Values { return this.#isSplit ? joined(this.#values) : this.#values }

  get fraction(): number { return this.#arrived / this.#values.byteLength }
}

/** Values whose bytes came split, each of them put together again. */
export function joined(values: Values): Values {
  const { buffer, length, BYTES_PER_ELEMENT: size } = values
  const made = values.constructor as new (buffer: ArrayBufferLike) => Values
  const byte = (n: number) => new Uint8Array(buffer, n * length, length)
  if (size === 1) return new made(buffer)
  if (size === 2) return new made(joinedPairs(byte(0), byte(1)).buffer)
  const [low, high] = [joinedPairs(byte(0), byte(1)), joinedPairs(byte(2), byte(3))]
  const whole = new Uint32Array(length)
  for (let n = 0; n < length; n++) whole[n] = low[n] | (high[n] << 16)
  return new made(whole.buffer)
}

function joinedPairs(low: Uint8Array, high: Uint8Array): Uint16Array {
  const pairs = new Uint16Array(low.length)
  for (let n = 0; n < pairs.length; n++) pairs[n] = low[n] | (high[n] << 8)
  return pairs
}

/** What is done with each kind of message. */
export type Takers = { [Kind in keyof Messages]: (message: Messages[Kind]) => void | Promise<void> }

export class Wire {
  readonly #takers: Takers
  readonly #fail: (text: string) => void
  #queue = Promise.resolve()

  constructor(takers: Takers, fail: (text: string) => void) {
    this.#takers = takers
    this.#fail = fail
  }

  receive(message: Message): void {
    if (message.kind === "several" && !misfitOf(MESSAGES, "several", { messages: message.messages })) {
      return message.messages.forEach((each) => this.receive(each as unknown as Message))
    }
    this.#queue = this.#queue
      .then(() => this.#take(message))
      .catch((error: unknown) => this.#fail(`The page could not take “${message.kind}”: ${error instanceof Error ? error.message : String(error)}`))
  }

  /** Act on a message that is what the protocol says; the others are told to its user and to who tests the page. */
  #take({ kind, ...values }: Message): void | Promise<void> {
    const wrong = misfitOf(MESSAGES, kind, values)
    if (wrong) {
      console.error(`“${kind}” is not what the page expects: ${wrong}`)
      throw new Error(wrong)
    }
    return (this.#takers[kind] as (message: unknown) => void | Promise<void>)(values)
  }
}
