// Fingers, a pen and the palm beside it: only the pointer that began a drag goes on with it.

const PALM_MS = 500 // a hand lies down so soon after its pen was over a slice

/** Whether other fingers were there before this one. */
export const isSecondFinger = ({ pointerType, isPrimary }) => pointerType === "touch" && !isPrimary

/** Which pointer has hold of the slices. */
export class Grip {
  drag = null // with the pointer's `type`, `finish` and `giveUp`
  penAt = -Infinity

  /** Whether a pointer that goes down counts; what a finger has begun is given up for it. */
  takes({ pointerType, isPrimary, timeStamp }) {
    if (pointerType === "touch" && timeStamp - this.penAt < PALM_MS) return false
    if (!this.drag) return true
    const { type } = this.drag
    if (type === pointerType && isPrimary) this.drag.finish() // it was lifted, and the browser did not say so
    else if (type === "touch") this.drag.giveUp()
    else return false
    return true
  }

  /** Note where a pen is. */
  see({ pointerType, timeStamp }) { if (pointerType === "pen") this.penAt = timeStamp }
}

/** Two fingers on a pane: it is zoomed as they part, and moves with them. */
export class Pinch {
  constructor(pane) { Object.assign(this, { pane, fingers: new Map() }) }

  /** A finger is there, too; the first two count. */
  put(id, at) { if (this.fingers.size < 2) this.fingers.set(id, at) }

  /** A finger is lifted; returns whether it was the last one. */
  lift(id) { return this.fingers.delete(id) && !this.fingers.size }

  /** A finger moves. */
  go(id, at) {
    if (this.fingers.size < 2 || !this.fingers.has(id)) return
    const before = this.span
    this.fingers.set(id, at)
    const now = this.span
    this.pane.pan(now.x - before.x, now.y - before.y)
    if (before.width > 0 && now.width > 0) this.pane.zoom(now.width / before.width, now.x, now.y)
  }

  /** The middle between the fingers, and how far they are apart. */
  get span() {
    const [[x0, y0], [x1, y1]] = this.fingers.values()
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width: Math.hypot(x1 - x0, y1 - y0) }
  }
}
