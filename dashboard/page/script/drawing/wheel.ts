// The wheel over a slice: it goes through the slices, zooms with Ctrl, and sets the radius with Shift.

import type { Parts } from "../core/parts.ts"
import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"

const NOTCH_PX = 40
const PIXELS = 0 // WheelEvent.DOM_DELTA_PIXEL: how far a trackpad was turned is told in pixels

/** What is looked at of a wheel that turns. */
export type Turn = Pick<WheelEvent, "deltaY" | "deltaMode">

/** Tells of each wheel event whether it is one step: a trackpad sends many small ones for one. */
export function wheelNotches(): (turn: Turn) => boolean {
  let turned = 0
  return ({ deltaY, deltaMode }) => {
    if (Math.sign(deltaY) !== Math.sign(turned)) turned = 0
    turned += deltaY
    if (deltaMode === PIXELS && Math.abs(turned) < NOTCH_PX) return false
    turned = 0
    return true
  }
}

/** Hear the wheel over a pane, instead of Bokeh; `at` tells where in the pane an event is. */
export function listenToWheel(pane: Pane, parts: Pick<Parts, "stores" | "slices">, at: (event: MouseEvent) => Pixel): void {
  const isNotch = wheelNotches()
  pane.el.addEventListener("wheel", (event) => {
    event.preventDefault()
    event.stopPropagation()
    parts.slices.activate(pane)
    if (!pane.layout) return
    if (event.ctrlKey || event.metaKey) pane.zoom(Math.exp(-event.deltaY / 300), ...at(event))
    else if (event.shiftKey && parts.stores.editor.radius !== undefined) turnRadius(event)
    else if (isNotch(event)) parts.slices.scroll(pane, event.deltaY < 0 ? 1 : -1)
  }, { capture: true, passive: false })

  const turnRadius = ({ deltaX, deltaY, deltaMode }: WheelEvent) => {
    const turn = { deltaY: deltaY || deltaX, deltaMode } // Chromium turns it sideways
    if (isNotch(turn)) parts.stores.editor.stepRadius(turn.deltaY < 0 ? 1 : -1)
  }
}
