// The mouse over a slice. A stroke is Bokeh's own: its FreehandDraw tool draws and sends it.
//
// But Bokeh hears of a drag only from here. It takes a button that rests for 300 ms for a “press”,
// and what follows is then no drag; and it leaves the last piece out where the mouse leaves the
// frame. Who thinks before drawing, whose page was busy, or who draws over the edge, would lose a
// stroke. So it is told when the mouse has moved, and of points inside the pane only.

import { Pinch, isSecondFinger } from "./fingers.ts"

const NOTCH_PX = 40
export const TAP_PX = 5 // Bokeh's own threshold between a click and a drag
const STILL_PX = 2 // less is the tremor of a click
const CLICK_MS = 250 // who holds the button longer, and moves, draws
const NOT_BEGUN = "The slice did not take this stroke: draw it again"
const TOO_SHORT = "Taken as a click, which moves the crosshair: for a stroke, draw further or more slowly"
const NOT_PRESSED = "The browser did not say that the button went down, so there is no stroke: draw it again"

/** Tells of each wheel event whether it is one step: a trackpad sends many small ones for one. */
function wheelNotches() {
  let turned = 0
  return (event) => {
    if (Math.sign(event.deltaY) !== Math.sign(turned)) turned = 0
    turned += event.deltaY
    if (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL && Math.abs(turned) < NOTCH_PX) return false
    turned = 0
    return true
  }
}

/** No menu lies over a figure: neither Bokeh's, which knows of no stroke, nor the browser's; the right button zooms. */
export function refuseMenus() {
  const isTold = (event) => event.composedPath().some((each) => each.matches?.(".pane, .plot"))
  // With the menu key, and the focus nowhere, the page as a whole is asked for one.
  const isNowhere = (event) => [document.body, document.documentElement].includes(event.composedPath()[0])
  const ended = new AbortController()
  window.addEventListener("contextmenu", (event) => {
    if (!isTold(event) && !isNowhere(event)) return
    event.preventDefault()
    event.stopPropagation()
  }, { capture: true, signal: ended.signal })
  return ended
}

/** Let a pane scroll, zoom, pan, window, move the crosshair, and say what is under the pointer. */
export function listenToPointer(pane) {
  const { el, bench } = pane
  const at = (event) => {
    const box = el.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const isOverlay = (event) => [pane.slider, pane.corner].some((el) => event.composedPath().includes(el))
  const notch = wheelNotches()
  const { grip } = bench
  let drag = null
  let pinch = null // from the second finger on, until all are lifted
  const held = new Set() // pointers, as far as the window was told: a busy browser may leave a press out

  el.addEventListener("pointerdown", (event) => {
    if (!event.isTrusted || isOverlay(event)) return
    grip.see(event)
    event.stopPropagation()
    const first = drag
    if (!pane.layout || !grip.takes(event)) return
    bench.activate(pane)
    el.setPointerCapture(event.pointerId)
    isSecondFinger(event) ? addFinger(first, event) : begin(event)
  }, { capture: true })

  const begin = (event) => {
    // Shift is for those who have no middle button.
    const button = event.button === 0 && event.shiftKey ? 1 : event.button
    const { pointerId: id, pointerType: type } = event
    drag = { id, type, button, at: at(event), last: at(event), way: [at(event)], moved: 0, pressed: event, cursor: bench.cursor, target: event.composedPath()[0], finish, giveUp }
    grip.drag = drag
    drag.target.style.outline = "none" // Bokeh's dotted frame, for a focus that says nothing here
    if (type !== "touch") press() // of a finger one does not know yet whether another one follows
  }

  /** What a tool does as soon as the button is down. */
  const press = () => {
    drag.isPressed = true
    if (drag.button === 0 && bench.tool === "cursor") bench.moveTo(pane.voxelAt(...drag.at))
    if (drag.button === 0 && bench.tools.paints) drag.paints = bench.brush.begin(pane, drag.at)
  }

  const addFinger = (first, event) => {
    pinch ??= new Pinch(pane)
    if (first) pinch.put(first.id, first.last)
    pinch.put(event.pointerId, at(event))
  }

  /** Take back what the drag has begun: nothing of it is sent. */
  const giveUp = () => {
    if (drag.paints) bench.brush.giveUp()
    else if (drag.isStroke) bench.strokes.giveUp(pane, () => tell("pointerup", drag.last))
    bench.drawing = false
    drag = grip.drag = null
  }

  el.addEventListener("pointermove", (event) => {
    if (!event.isTrusted || !pane.layout) return
    grip.see(event)
    const here = at(event)
    if (drag ? drag.id !== event.pointerId : pinch) {
      event.stopPropagation()
      if (!drag) pinch.go(event.pointerId, here)
      return
    }
    bench.readout.show(pane.voxelAt(...here))
    bench.brush.outline(pane, here)
    if (!held.has(event.pointerId) && !drag && event.buttons === 1 && bench.draws) bench.readout.hint(NOT_PRESSED)
    if (drag) {
      event.stopPropagation()
      move(here)
    }
  }, { capture: true })

  const move = (here) => {
    const { last } = drag
    const [dx, dy] = [here[0] - last[0], here[1] - last[1]]
    drag.last = here
    drag.moved = Math.max(drag.moved, Math.hypot(here[0] - drag.at[0], here[1] - drag.at[1]))
    if (!drag.isPressed) {
      if (drag.moved <= TAP_PX) return drag.way.push(here)
      press()
    }
    if (drag.button === 1) pane.pan(dx, dy)
    else if (drag.button === 2) pane.zoom(Math.exp(-dy / 150), ...drag.at)
    else if (bench.tool === "window") bench.series.dragWindow(pane, dx, dy)
    else if (bench.tool === "cursor") bench.moveTo(pane.voxelAt(...here))
    else if (drag.paints) paint(last, here)
    else if (!bench.tools.paints) draw(last, here)
  }

  const paint = (last, here) => {
    if (pane.holds(last)) bench.brush.go(pane.within(last, here))
    else if (pane.holds(here)) bench.brush.go(here)
  }

  /** Go on with the stroke, begun where the button went down; the piece outside is left out. */
  const draw = (last, here) => {
    if (drag.moved <= TAP_PX) return drag.way.push(here)
    if (!drag.isStroke && bench.refusal) return bench.readout.hint(bench.refusal)
    if (!drag.isStroke) {
      drag.isStroke = bench.drawing = true
      bench.strokes.begin(pane)
      tell("pointerdown", drag.at)
    }
    if (pane.holds(last)) tell("pointermove", pane.within(last, here))
    else if (pane.holds(here)) tell("pointermove", here)
  }

  /** Tell Bokeh of the button or the mouse, at a point of the pane. */
  const tell = (type, [px, py]) => {
    const { pressed, target } = drag
    const box = el.getBoundingClientRect()
    const { pointerId, pointerType, isPrimary } = pressed
    target.dispatchEvent(new PointerEvent(type, {
      bubbles: true, composed: true, cancelable: true, view: window, pointerId, pointerType, isPrimary,
      clientX: box.left + px, clientY: box.top + py, button: 0, buttons: type === "pointerup" ? 0 : 1,
    }))
  }

  /** The button went up near where it went down: a click, or a very short stroke. */
  const tap = (event) => {
    if (event.type !== "pointerup") return
    const isShort = bench.draws && drag.moved >= STILL_PX
    if (bench.tools.taps) drop([drag.at])
    else if (isShort && event.timeStamp - drag.pressed.timeStamp >= CLICK_MS) drop(drag.way)
    else click(event, isShort && !bench.refusal)
  }

  /** Two clicks at one place are a double click, and leave the crosshair where it was. */
  const click = (event, isShort) => {
    if (bench.quad.isSecondTap(event, drag.cursor)) {
      if (bench.store) bench.moveTo(bench.quad.before)
      bench.quad.toggle(pane.el)
    } else if (bench.draws) bench.moveTo(pane.voxelAt(...drag.at))
    if (isShort) bench.readout.hint(TOO_SHORT)
  }

  /** A stroke of some points that lie too near to each other for Bokeh. */
  const drop = (way) => {
    if (bench.refusal) return bench.readout.hint(bench.refusal)
    const points = way.map((each) => pane.toPoint(...each))
    bench.strokes.add(pane, bench.strokes.context(pane), points.map(([x]) => x), points.map(([, y]) => y))
    if (bench.unseen) bench.readout.hint(bench.unseen)
  }

  const release = (event) => {
    if (!event.isTrusted) return
    held.delete(event.pointerId)
    if (pinch?.lift(event.pointerId)) pinch = null
    if (drag?.id !== event.pointerId) return
    event.stopPropagation()
    if (event.type === "pointercancel" && drag.type === "touch") return giveUp() // the system took it for a palm
    move(at(event))
    if (!drag.isPressed) press()
    finish(event)
  }

  /** The drag is over: send what it has drawn. */
  const finish = (event) => {
    if (drag.paints) {
      bench.brush.end()
      if (bench.unseen) bench.readout.hint(bench.unseen)
    } else if (drag.isStroke) {
      const isTaken = bench.strokes.end(pane, () => tell("pointerup", drag.last))
      bench.drawing = false
      bench.readout.hint(isTaken ? bench.unseen : NOT_BEGUN)
    } else if (event && drag.button === 0 && drag.moved <= TAP_PX) tap(event)
    drag = grip.drag = null
  }
  window.addEventListener("pointerdown", (event) => { if (event.isTrusted) held.add(event.pointerId) }, { capture: true })
  window.addEventListener("pointerup", release, { capture: true })
  window.addEventListener("pointercancel", release, { capture: true })

  el.addEventListener("pointerleave", () => { bench.readout.show(null); bench.brush.outline(null) })
  el.addEventListener("wheel", (event) => {
    event.preventDefault()
    event.stopPropagation()
    bench.activate(pane)
    if (!pane.layout) return
    if (event.ctrlKey || event.metaKey) pane.zoom(Math.exp(-event.deltaY / 300), ...at(event))
    else if (event.shiftKey && bench.tools.radius !== undefined) {
      const turned = { deltaY: event.deltaY || event.deltaX, deltaMode: event.deltaMode } // Chromium turns it sideways
      if (notch(turned)) bench.tools.stepRadius(turned.deltaY < 0 ? 1 : -1)
    } else if (notch(event)) bench.scroll(pane, event.deltaY < 0 ? 1 : -1)
  }, { capture: true, passive: false })
}
