// The mouse over a slice. A stroke is Bokeh's own: its FreehandDraw tool sees the same events.

const TAP_PX = 4

/** Let a pane scroll, zoom, pan, window, move the crosshair, and say what is under the pointer. */
function listenToPointer(pane) {
  const { el, bench } = pane
  const at = (event) => {
    const box = el.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const isOverlay = (event) => event.composedPath().includes(pane.slider)
  let drag = null

  el.addEventListener("pointerdown", (event) => {
    bench.activate(pane)
    if (!pane.layout || isOverlay(event)) return
    drag = { button: event.button, at: at(event), last: at(event), moved: 0 }
    if (event.button === 0) bench.strokes.prepare(pane)
    else el.setPointerCapture(event.pointerId)
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
  }, { capture: true })

  const release = (event) => {
    if (!drag) return
    const { button, moved } = drag
    const where = at(event)
    drag = null
    if (button !== 0) return
    // After Bokeh has had the event too: it is then known whether this was a stroke.
    setTimeout(() => {
      const drawn = bench.strokes.finish(pane)
      if (!drawn && moved <= TAP_PX && bench.tool !== "window") bench.moveTo(pane.voxelAt(...where))
    })
  }
  window.addEventListener("pointerup", release)
  window.addEventListener("pointercancel", release)

  el.addEventListener("pointerleave", () => bench.readout.show(null))
  el.addEventListener("contextmenu", (event) => event.preventDefault())
  el.addEventListener("wheel", (event) => {
    event.preventDefault()
    event.stopPropagation()
    bench.activate(pane)
    if (!pane.layout) return
    if (event.ctrlKey || event.metaKey) pane.zoom(Math.exp(-event.deltaY / 300), ...at(event))
    else bench.scroll(pane, event.deltaY < 0 ? 1 : -1)
  }, { capture: true, passive: false })
}
