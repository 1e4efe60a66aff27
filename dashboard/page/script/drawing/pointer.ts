// The mouse, a pen or fingers over a slice: what is under the pointer, and which of them begin a drag or a pinch.

import type { Parts } from "../core/parts.ts"
import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"
import { Drag } from "./drag.ts"
import { isSecondFinger, Pinch } from "./fingers.ts"
import { listenToWheel } from "./wheel.ts"

const NOT_PRESSED = "The browser did not say that the button went down, so there is no stroke: draw it again"

/** No menu lies over a figure: neither Bokeh's, which knows of no stroke, nor the browser's; the right button zooms. */
export function refuseMenus(): AbortController {
  const isTold = (event: Event) => event.composedPath().some((each) => each instanceof Element && each.matches(".pane, .plot"))
  // With the menu key, and the focus nowhere, the page as a whole is asked for one.
  const isNowhere = (event: Event) => [document.body, document.documentElement].some((each) => each === event.composedPath()[0])
  const ended = new AbortController()
  window.addEventListener("contextmenu", (event) => {
    if (!isTold(event) && !isNowhere(event)) return
    event.preventDefault()
    event.stopPropagation()
  }, { capture: true, signal: ended.signal })
  return ended
}

/** Let a pane scroll, zoom, pan, window, move the crosshair, and say what is under the pointer. */
export function listenToPointer(pane: Pane, parts: Parts): void {
  const listener = new PointerListener(pane, parts)
  pane.el.addEventListener("pointerdown", (event) => listener.press(event), { capture: true })
  pane.el.addEventListener("pointermove", (event) => listener.move(event), { capture: true })
  pane.el.addEventListener("pointerleave", () => listener.leave())
  window.addEventListener("pointerdown", (event) => listener.note(event), { capture: true })
  window.addEventListener("pointerup", (event) => listener.release(event), { capture: true })
  window.addEventListener("pointercancel", (event) => listener.release(event), { capture: true })
  listenToWheel(pane, parts, (event) => listener.pixelOf(event))
}

class PointerListener {
  readonly #pane: Pane
  readonly #parts: Parts // of which some are made after the panes
  readonly #held = new Set<number>() // pointers, as far as the window was told: a busy browser may leave a press out
  #pinch: Pinch | null = null // from the second finger on, until all are lifted

  constructor(pane: Pane, parts: Parts) {
    this.#pane = pane
    this.#parts = parts
  }

  /** The drag that goes on over this pane. */
  get #drag(): Drag | null {
    const { drag } = this.#parts.grip
    return drag?.pane === this.#pane ? drag : null
  }

  pixelOf(event: MouseEvent): Pixel {
    const box = this.#pane.el.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  /** The window was told that a button went down. */
  note(event: PointerEvent): void { if (event.isTrusted) this.#held.add(event.pointerId) }

  press(event: PointerEvent): void {
    if (!event.isTrusted || this.#isOverlay(event)) return
    const { grip, slices } = this.#parts
    grip.see(event)
    event.stopPropagation()
    const first = this.#drag
    if (!this.#pane.layout || !grip.takes(event)) return
    slices.activate(this.#pane)
    this.#pane.el.setPointerCapture(event.pointerId)
    if (isSecondFinger(event)) this.#addFinger(first, event)
    else this.#begin(event)
  }

  #isOverlay(event: Event): boolean {
    return [this.#pane.slider, this.#pane.corner].some((el) => event.composedPath().includes(el))
  }

  #begin(event: PointerEvent): void {
    const drag = this.#parts.grip.drag = new Drag(this.#pane, this.#parts, event, this.pixelOf(event))
    if (drag.type !== "touch") drag.press() // of a finger one does not know yet whether another one follows
  }

  #addFinger(first: Drag | null, event: PointerEvent): void {
    this.#pinch ??= new Pinch(this.#pane)
    if (first) this.#pinch.put(first.id, first.last)
    this.#pinch.put(event.pointerId, this.pixelOf(event))
  }

  move(event: PointerEvent): void {
    if (!event.isTrusted || !this.#pane.layout) return
    this.#parts.grip.see(event)
    const drag = this.#drag
    if (drag ? drag.id === event.pointerId : !this.#pinch) this.#follow(event, drag)
    else {
      event.stopPropagation()
      if (!drag) this.#pinch?.go(event.pointerId, this.pixelOf(event))
    }
  }

  /** Say what is under the pointer, and go on with its drag. */
  #follow(event: PointerEvent, drag: Drag | null): void {
    const { slices, brush, stores: { view } } = this.#parts
    const here = this.pixelOf(event)
    slices.point(this.#pane.voxelAt(...here))
    brush.outline(this.#pane, here)
    if (!drag && this.#isUntold(event)) view.hint(NOT_PRESSED)
    if (!drag) return
    event.stopPropagation()
    drag.move(here)
  }

  /** Whether somebody draws with a button of which the browser did not say that it went down. */
  #isUntold({ pointerId, buttons }: PointerEvent): boolean {
    return !this.#held.has(pointerId) && buttons === 1 && this.#parts.stores.editor.draws
  }

  /** Wherever on the page a button went up, or the system took the pointer away. */
  release(event: PointerEvent): void {
    if (!event.isTrusted) return
    this.#held.delete(event.pointerId)
    if (this.#pinch?.lift(event.pointerId)) this.#pinch = null
    const drag = this.#drag
    if (drag?.id !== event.pointerId) return
    event.stopPropagation()
    if (event.type === "pointercancel" && drag.type === "touch") drag.giveUp() // the system took it for a palm
    else drag.release(event, this.pixelOf(event))
    this.#parts.grip.drag = null
  }

  leave(): void {
    this.#parts.slices.point(null)
    this.#parts.brush.outline(null)
  }
}
