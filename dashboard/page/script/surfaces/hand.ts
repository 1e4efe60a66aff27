// The mouse and fingers over the surfaces: a drag turns, with Shift or another button it moves, the wheel and two fingers
// zoom, a tap picks.

import { DOUBLE_MS, TAP_PX } from "../drawing/drag.ts"

export interface Handles {
  /** By parts of the pane's height: to the right, and down. */
  turn(right: number, down: number): void
  move(right: number, down: number): void
  zoom(by: number): void
  /** At a place from the left upper corner. */
  pick(x: number, y: number): void
  /** A gesture has ended. */
  rest(): void
}

interface Place { x: number; y: number }

const NOTCH = 0.0015 // of the wheel's pixels, to its power of e

export class Hand {
  readonly #el: HTMLElement
  readonly #handles: Handles
  readonly #down = new Map<number, Place>()
  #from: Place | null = null // where a tap would be; null when it is none any more
  #moves = false
  #tapped: (Place & { at: number }) | null = null
  #picking: ReturnType<typeof setTimeout> | undefined

  constructor(el: HTMLElement, handles: Handles) {
    this.#el = el
    this.#handles = handles
    el.addEventListener("pointerdown", (event) => this.#begin(event))
    el.addEventListener("pointermove", (event) => this.#drag(event))
    for (const name of ["pointerup", "pointercancel"] as const) el.addEventListener(name, (event) => this.#end(event))
    el.addEventListener("wheel", (event) => this.#wheel(event), { passive: false })
  }

  #begin(event: PointerEvent): void {
    clearTimeout(this.#picking)
    this.#el.setPointerCapture(event.pointerId)
    this.#down.set(event.pointerId, placeOf(event))
    this.#moves = event.shiftKey || event.button > 0
    this.#from = this.#down.size === 1 && event.button === 0 ? placeOf(event) : null
  }

  #drag(event: PointerEvent): void {
    const before = this.#down.get(event.pointerId)
    if (!before) return
    const to = placeOf(event)
    if (this.#from && distance(to, this.#from) <= TAP_PX) return
    this.#from = null
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1]
    this.#down.set(event.pointerId, to)
    const height = this.#el.clientHeight || 1
    const [right, down] = [(to.x - before.x) / height, (to.y - before.y) / height]
    if (other) {
      this.#handles.move(right / 2, down / 2) // each of two fingers does half of it
      this.#handles.zoom(Math.max(1, distance(to, other)) / Math.max(1, distance(before, other)))
    } else if (this.#moves) this.#handles.move(right, down)
    else this.#handles.turn(right, down)
  }

  #end(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return
    if (this.#from && event.type === "pointerup") this.#tap(event)
    else this.#handles.rest()
    this.#from = null
  }

  #tap(event: PointerEvent): void {
    const { left, top } = this.#el.getBoundingClientRect()
    const [x, y] = [event.clientX - left, event.clientY - top]
    const first = this.#tapped
    // It makes the pane large, and neither of the two picks anything.
    const isSecond = first !== null && event.timeStamp - first.at < DOUBLE_MS && distance(placeOf(event), first) <= TAP_PX
    this.#tapped = isSecond ? null : { ...placeOf(event), at: event.timeStamp }
    if (!isSecond) this.#picking = setTimeout(() => this.#handles.pick(x, y), DOUBLE_MS)
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : 40 * event.deltaY
    this.#handles.zoom(Math.exp(-NOTCH * pixels))
    this.#handles.rest()
  }
}

const placeOf = ({ clientX, clientY }: PointerEvent): Place => ({ x: clientX, y: clientY })

const distance = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y)
