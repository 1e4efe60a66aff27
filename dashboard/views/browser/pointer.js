// The mouse over a slice. A stroke is Bokeh's own: its FreehandDraw tool sees the same events.
//
// With one difference. Bokeh takes a button that rests for 300 ms for a “press”, and what follows
// is then no drag: who thinks before drawing, or whose page was busy, would lose the stroke. So
// Bokeh hears of the button only when the mouse has moved, and of a click never.

const NOTCH_PX = 40
const TAP_PX = 5 // Bokeh's own threshold between a click and a drag

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

/** Let a pane scroll, zoom, pan, window, move the crosshair, and say what is under the pointer. */
function listenToPointer(pane) {
  const { el, bench } = pane
  const at = (event) => {
    const box = el.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const isOverlay = (event) => event.composedPath().includes(pane.slider)
  const notch = wheelNotches()
  let drag = null

  el.addEventListener("pointerdown", (event) => {
    if (!event.isTrusted || isOverlay(event)) return
    bench.activate(pane)
    event.stopPropagation()
    if (!pane.layout || drag) return
    drag = { button: event.button, at: at(event), last: at(event), moved: 0, pressed: event, target: event.composedPath()[0] }
    drag.target.style.outline = "none" // Bokeh's dotted frame, for a focus that says nothing here
    if (event.button !== 0 || !bench.draws) el.setPointerCapture(event.pointerId)
    if (event.button === 0 && bench.tool === "cursor") bench.moveTo(pane.voxelAt(...drag.at))
  }, { capture: true })

  el.addEventListener("pointermove", (event) => {
    if (!pane.layout) return
    const here = at(event)
    bench.readout.show(pane.voxelAt(...here))
    if (!drag) return
    const [dx, dy] = [here[0] - drag.last[0], here[1] - drag.last[1]]
    drag.last = here
    drag.moved = Math.max(drag.moved, Math.hypot(here[0] - drag.at[0], here[1] - drag.at[1]))
    if (drag.button === 1) pane.pan(dx, dy)
    else if (drag.button === 2) pane.zoom(Math.exp(-dy / 150), ...drag.at)
    else if (bench.tool === "window") bench.dragWindow(dx, dy)
    else if (bench.tool === "cursor") bench.moveTo(pane.voxelAt(...here))
    else if (drag.pressed && drag.moved > TAP_PX) begin()
  }, { capture: true })

  /** Let Bokeh begin a stroke, where and when the button went down. */
  const begin = () => {
    const { pressed, target } = drag
    drag.pressed = null
    bench.strokes.prepare(pane)
    target.dispatchEvent(new PointerEvent("pointerdown", {
      bubbles: true, composed: true, cancelable: true, view: window,
      pointerId: pressed.pointerId, pointerType: pressed.pointerType, isPrimary: pressed.isPrimary,
      clientX: pressed.clientX, clientY: pressed.clientY, button: 0, buttons: 1,
    }))
  }

  const release = (event) => {
    if (!drag) return
    const { button, moved, pressed } = drag
    const where = at(event)
    drag = null
    if (button !== 0) return
    // After Bokeh has had the event too.
    if (!pressed) setTimeout(() => bench.strokes.finish(pane))
    else if (moved <= TAP_PX && bench.tool !== "window") bench.moveTo(pane.voxelAt(...where))
  }
  // In the capture phase: Bokeh lets nobody else hear the end of its drags.
  window.addEventListener("pointerup", release, { capture: true })
  window.addEventListener("pointercancel", release, { capture: true })

  el.addEventListener("pointerleave", () => bench.readout.show(null))
  el.addEventListener("contextmenu", (event) => event.preventDefault())
  el.addEventListener("wheel", (event) => {
    event.preventDefault()
    event.stopPropagation()
    bench.activate(pane)
    if (!pane.layout) return
    if (event.ctrlKey || event.metaKey) pane.zoom(Math.exp(-event.deltaY / 300), ...at(event))
    else if (notch(event)) bench.scroll(pane, event.deltaY < 0 ? 1 : -1)
  }, { capture: true, passive: false })
}
