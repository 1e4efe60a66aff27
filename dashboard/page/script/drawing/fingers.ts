// Fingers, a pen and the palm beside it: only the pointer that began a drag goes on with it.

import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"
import type { Drag } from "./drag.ts"

const PALM_MS = 500 // a hand lies down so soon after its pen was over a slice

/** What is looked at of a pointer that goes down. */
export type Pressing = Pick<PointerEvent, "pointerType" | "isPrimary" | "timeStamp">

/** Whether other fingers were there before this one. */
export const isSecondFinger = ({ pointerType, isPrimary }: Pick<PointerEvent, "pointerType" | "isPrimary">): boolean =>
  pointerType === "touch" && !isPrimary

/** Which pointer has hold of the slices. */
export class Grip {
  drag: Drag | null = null
  #penAt = -Infinity

  /** Whether a pointer that goes down counts; what a finger has begun is given up for it. */
  takes(event: Pressing): boolean {
    if (event.pointerType === "touch" && event.timeStamp - this.#penAt < PALM_MS) return false
    if (this.drag && !this.#ends(this.drag, event)) return false
    this.drag = null
    return true
  }

  /** Whether a drag is over when another pointer goes down. */
  #ends(drag: Drag, { pointerType, isPrimary }: Pressing): boolean {
    if (drag.type === pointerType && isPrimary) drag.finish() // it was lifted, and the browser did not say so
    else if (drag.type === "touch") drag.giveUp()
    else return false
    return true
  }

  /** Note where a pen is. */
  see({ pointerType, timeStamp }: Pick<PointerEvent, "pointerType" | "timeStamp">): void {
    if (pointerType === "pen") this.#penAt = timeStamp
  }
}

/** Two fingers on a pane: it is zoomed as they part, and moves with them. */
export class Pinch {
  readonly #pane: Pick<Pane, "pan" | "zoom">
  readonly #fingers = new Map<number, Pixel>()

  constructor(pane: Pick<Pane, "pan" | "zoom">) { this.#pane = pane }

  /** A finger is there, too; the first two count. */
  put(id: number, at: Pixel): void { if (this.#fingers.size < 2) this.#fingers.set(id, at) }

  /** A finger is lifted; returns whether it was the last one. */
  lift(id: number): boolean { return this.#fingers.delete(id) && !this.#fingers.size }

  /** A finger moves. */
  go(id: number, at: Pixel): void {
    if (this.#fingers.size < 2 || !this.#fingers.has(id)) return
    const before = this.#span
    this.#fingers.set(id, at)
    const now = this.#span
    this.#pane.pan(now.x - before.x, now.y - before.y)
    if (before.width > 0 && now.width > 0) this.#pane.zoom(now.width / before.width, now.x, now.y)
  }

  /** The middle between the fingers, and how far they are apart. */
  get #span(): { x: number; y: number; width: number } {
    const [[x0, y0], [x1, y1]] = this.#fingers.values()
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: Math.hypot(x1 - x0, y1 - y0) }
  }
}
