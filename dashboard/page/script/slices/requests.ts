// What is asked of the server while one looks at slices: the slice that is looked at when it comes to rest, and its
// neighbours when nothing else is to do.

import type { Voxel } from "./geometry.ts"
import type { Layer } from "./source.ts"

const REST_MS = 80 // shorter than that, and the hand is still scrolling
const AHEAD = 3 // slices
const AGAIN_MS = 15_000
const AXES = [0, 1, 2] as const

/** What is asked for of a slice, and has not come yet. */
interface Asked { axis: number; index: number; layers: Set<Layer> }

/** Who knows what is here, and how the rest is asked for. */
export interface Asker {
  missing(axis: number, index: number): Layer[]
  say(axis: number, index: number, layers: Layer[], isAhead: boolean): void
  /** Ask for a finer picture of the whole volume; tells whether there is one. */
  sayFiner(): boolean
  /** Whether the volume is still open. */
  isCurrent(): boolean
}

export class Requests {
  /** Index of the slice that is looked at across each axis. */
  readonly visible: (number | null)[] = [null, null, null]
  readonly #shape: Voxel
  readonly #asker: Asker
  readonly #turned = [-Infinity, -Infinity, -Infinity] // when it was last another one
  readonly #resting: (ReturnType<typeof setTimeout> | undefined)[] = []
  readonly #asked: (Asked | null)[] = [null, null, null] // across each axis
  #ahead: Asked | null = null
  #heading: { axis: number; step: number } | null = null

  constructor(shape: Voxel, asker: Asker) {
    this.#shape = shape
    this.#asker = asker
  }

  /** Another slice across an axis is looked at. */
  turn(axis: number, index: number): void {
    const now = performance.now()
    const hasRested = now - this.#turned[axis] > REST_MS
    this.#turned[axis] = now
    const by = index - (this.visible[axis] ?? index)
    this.#heading = by && Math.abs(by) <= AHEAD ? { axis, step: Math.sign(by) } : null // a jump has no direction
    this.visible[axis] = index
    clearTimeout(this.#resting[axis])
    if (hasRested) this.ask(axis)
    else this.#resting[axis] = setTimeout(() => this.ask(axis), REST_MS)
  }

  /**
   * Ask for what is missing of the slice that is looked at. What was asked for another slice across the axis, and what
   * was asked ahead, the server then leaves undone.
   */
  ask(axis: number): void {
    const index = this.visible[axis]
    if (index === null || !this.#asker.isCurrent()) return
    const missing = this.#asker.missing(axis, index)
    const asked = this.#asked[axis]
    const under = asked?.index === index ? asked.layers : new Set<Layer>()
    const layers = missing.filter((layer) => !under.has(layer))
    if (layers.length) this.#say({ axis, index, layers: new Set([...under, ...layers]) }, layers)
    else if (!missing.length) this.#rest(axis)
  }

  askVisible(): void { for (const axis of AXES) this.ask(axis) }

  #say(asked: Asked, layers: Layer[]): void {
    const { axis, index } = asked
    this.#asked[axis] = asked
    this.#ahead = null
    this.#asker.say(axis, index, layers, false)
    setTimeout(() => this.#askAgain(axis, index), AGAIN_MS)
  }

  /** Ask once more for what has not come: the server could not read it, and has said so. */
  #askAgain(axis: number, index: number): void {
    if (this.visible[axis] !== index || this.#asked[axis]?.index !== index) return
    if (!this.#asker.missing(axis, index).length) return
    this.#asked[axis] = null
    this.ask(axis)
  }

  #rest(axis: number): void {
    this.#asked[axis] = null
    this.goAhead()
  }

  /** With nothing else to do: a finer overview, then the slices that will be scrolled to. */
  goAhead(): void {
    if (this.#isWaiting || this.#isMissing || this.#asker.sayFiner()) return
    const next = this.#next
    if (!next) return
    this.#ahead = next
    this.#asker.say(next.axis, next.index, [...next.layers], true)
  }

  get #isWaiting(): boolean { return [...this.#asked, this.#ahead].some((each) => each && each.layers.size > 0) }

  get #isMissing(): boolean {
    return this.visible.some((index, axis) => index !== null && this.#asker.missing(axis, index).length > 0)
  }

  /** The first slice on the way that one scrolls of which something is missing. */
  get #next(): Asked | null {
    const { axis, step } = this.#heading ?? { axis: 0, step: 0 }
    const from = this.visible[axis]
    if (!step || from === null) return null
    for (let index = from + step; index !== from + (AHEAD + 1) * step && index >= 0 && index < this.#shape[axis]; index += step) {
      const layers = this.#asker.missing(axis, index)
      if (layers.length) return { axis, index, layers: new Set(layers) }
    }
    return null
  }

  /** Whether all is here of the slices that are looked at. */
  get isDone(): boolean { return this.visible.every((index) => index !== null) && !this.#isMissing }

  /** Something of a slice has come. */
  took(axis: number, index: number, layer: Layer): void {
    for (const asked of [...this.#asked, this.#ahead]) if (asked?.axis === axis && asked.index === index) asked.layers.delete(layer)
  }

  /** What is on its way of a layer is not what is needed any more. */
  forget(layer: Layer): void { for (const asked of [...this.#asked, this.#ahead]) asked?.layers.delete(layer) }
}
