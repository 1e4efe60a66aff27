// Records what is painted, by the page's own clock; runs before any script of the page.
// Bokeh writes an image's pixels into a canvas of its own and draws that one into the figure's,
// inside an animation frame. A paint counts if pixels were written since the last one; they may be
// equal, as those of two blank slices are. Borders of superpixels are written into a canvas of the
// page's own, which lies over the figure.

const INSIDE = [130, 150, 115] // the demo's first cursor: superpixels are there if one is here
window.probe = { paints: [], borders: [], inputs: [], ups: [], moves: [], marks: {}, sees: () => null };

(() => {
  const { probe } = window
  const contents = new WeakMap() // image canvas → what was written last
  const open = new Map() // figure canvas → what is drawn in the paint that is under way
  const last = new WeakMap() // figure canvas → what it shows
  const channel = new MessageChannel()
  const painted = []
  const bordered = []
  let written = 0
  const { putImageData, drawImage } = CanvasRenderingContext2D.prototype

  // A message sent in an animation frame arrives when the frame has been handed over.
  channel.port1.onmessage = () => {
    const now = performance.now()
    for (const paint of painted.splice(0)) probe.paints.push({ ...paint, t: now })
    for (const paint of bordered.splice(0)) probe.borders.push({ ...paint, t: now })
  }

  // A loop: a function for each pixel takes longer than to draw them.
  function isLit(pixels) {
    for (let n = 0; n < pixels.length; n++) if (pixels[n] & 0xffffff) return true
    return false
  }

  CanvasRenderingContext2D.prototype.putImageData = function (image, ...rest) {
    const lit = isLit(new Uint32Array(image.data.buffer))
    contents.set(this.canvas, { n: ++written, lit, size: image.width * image.height, moves: probe.moves.length })
    if (this.canvas.isConnected) {
      bordered.push({ pane: paneOf(this.canvas), saw: probe.sees() })
      channel.port2.postMessage(0)
    }
    return putImageData.call(this, image, ...rest)
  }

  CanvasRenderingContext2D.prototype.drawImage = function (source, ...rest) {
    drawImage.call(this, source, ...rest)
    const content = contents.get(source)
    if (!content || content.size <= 4 || !this.canvas.isConnected) return
    if (!open.has(this.canvas)) queueMicrotask(() => close(this.canvas))
    open.set(this.canvas, [...(open.get(this.canvas) ?? []), content])
  }

  function close(canvas) {
    const drawn = open.get(canvas)
    open.delete(canvas)
    const shows = drawn.map(({ n }) => n).join()
    if (last.get(canvas) === shows) return
    last.set(canvas, shows)
    const moves = Math.max(...drawn.map((content) => content.moves)) // that the pixels know of
    painted.push({ pane: paneOf(canvas), lit: drawn[0].lit, saw: probe.sees(), moves })
    channel.port2.postMessage(0)
  }

  function paneOf(element) {
    for (let el = element; el; el = el.getRootNode().host) {
      const pane = el.closest("section.pane")
      if (pane) return pane.getAttribute("aria-label")
    }
    return "figure"
  }

  window.addEventListener("input", (event) => {
    const slider = event.composedPath()[0]
    if (slider.type === "range") probe.inputs.push({ t: event.timeStamp, value: Number(slider.value) })
  }, { capture: true })
  window.addEventListener("pointermove", (event) => { if (event.isTrusted) probe.moves.push(event.timeStamp) }, { capture: true })
  window.addEventListener("pointerup", (event) => { if (event.isTrusted) probe.ups.push(event.timeStamp) }, { capture: true })
  window.addEventListener("keydown", (event) => { probe.key = event.timeStamp }, { capture: true })

  const mark = (name, reached) => { if (reached && !(name in probe.marks)) probe.marks[name] = performance.now() }
  const watch = () => {
    mark("script", window.supervox)
    mark("ready", window.supervox?.ready)
    mark("ids", window.supervox?.ready && window.supervox.idAt(...INSIDE))
    if (!("ids" in probe.marks)) requestAnimationFrame(watch)
  }
  watch()
})()
