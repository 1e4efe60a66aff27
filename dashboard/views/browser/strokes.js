// Strokes on their way: drawn by Bokeh's tool, kept in its source until the server has taken them.
// Nothing is cleared before it is acknowledged, so a busy server or a second stroke loses none.

const ERASE = 0
const PATIENCE_MS = 1500
const LINE_PX = 2.5

class Strokes {
  constructor(bench) {
    this.bench = bench
    this.number = 0
    this.waiting = new Set()
    this.sent = new Set()
    this.unheard = new Set() // of those that wait: what the server has not painted yet
    this.settled = []
    this.kept = new KeptStrokes()
    this.names = new Map()
    this.page = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")
  }

  /** How many strokes on this volume are not on disk, as far as the page knows; those put aside too. */
  get unacknowledged() {
    const { store } = this.bench
    return Math.max(this.waiting.size, store ? this.kept.of(store.digest).length : 0)
  }

  /** Remember what Bokeh has sent of a pane's strokes. */
  watch(pane) {
    const { data } = pane.strokes.properties
    data.change.connect(() => { for (const n of numbers(pane)) this.sent.add(n) })
  }

  /** Before a drag: let the tool write into the stroke what it is to give, and where. */
  prepare(pane) {
    const { label, tools } = this.bench
    const width = Math.max(LINE_PX, 2 * (tools.radius ?? 0) * pane.pxPerMm)
    // Bokeh pads a new stroke's other columns with these.
    pane.tool.setv({ default_overrides: { stroke: JSON.stringify(this.context(pane)), width } }, { sync: false })
    const color = tools.erases || tools.taps ? "#ffffff" : this.bench.labelOf(label)?.color ?? "#ffffff"
    const seen = width > LINE_PX ? `${color}66` : color
    pane.figure.renderers.find((r) => r.name === "stroke").glyph.setv({ line_color: { value: seen } }, { sync: false })
  }

  /** What a stroke that is begun now is to give, and where. */
  context(pane) {
    const { label, tools, store, convention: { radiological } } = this.bench
    return {
      ...this.numbered(), plane: pane.plane, index: pane.index, radiological, case: store.case,
      label: tools.erases ? ERASE : label, tip: tools.tip,
    }
  }

  /** Send a stroke that was not drawn by Bokeh's tool; its line is not seen. */
  add(pane, context, xs, ys) {
    const columns = { xs, ys, stroke: JSON.stringify(context), width: 0 }
    for (const [column, value] of Object.entries(columns)) pane.strokes.get_array(column).push(value)
    this.finish(pane)
  }

  /** A number for this page, and a name by which a server that was started anew knows it too. */
  numbered() {
    const n = ++this.number
    return { n, name: `${this.page}-${n}` }
  }

  /** After a drag: see that the stroke is sent; returns whether there was one. */
  finish(pane) {
    const fresh = numbers(pane).filter((n) => !this.waiting.has(n))
    for (const n of fresh) this.wait(pane, n)
    // Bokeh's tool sends nothing when the button is released outside the frame.
    if (fresh.some((n) => !this.sent.has(n))) pane.strokes.setv({ data: pane.strokes.data }, { check_eq: false })
    setTimeout(() => this.tell(), PATIENCE_MS)
    return fresh.length > 0
  }

  wait(pane, n) {
    this.waiting.add(n)
    this.unheard.add(n)
    const at = numbers(pane).indexOf(n)
    const { stroke, xs, ys } = pane.strokes.data
    const { case: _, n: __, name, ...context } = JSON.parse(stroke[at])
    this.names.set(n, name)
    this.kept.add(name, { ...context, digest: this.bench.store.digest, xs: [...xs[at]], ys: [...ys[at]] })
  }

  /** Send what an earlier page of this tab had drawn, and of which it never heard. */
  resend() {
    const { store, saved } = this.bench
    const mine = new Set(this.names.values())
    const left = this.kept.of(store.digest)
      .filter(([name, { tip }]) => !mine.has(name) && (store.slices.hasIds || !needsIds(tip)))
    if (!left.length || !saved.held) return
    const columns = { xs: [], ys: [], stroke: [] }
    for (const [name, { xs, ys, ...context }] of left) {
      const n = ++this.number
      this.waiting.add(n)
      this.unheard.add(n)
      this.names.set(n, name)
      columns.xs.push(xs)
      columns.ys.push(ys)
      columns.stroke.push(JSON.stringify({ ...context, n, name }))
    }
    this.bench.say("strokes", columns)
    this.bench.toasts.show({ text: `${left.length} stroke${left.length > 1 ? "s" : ""} sent again that the server had not acknowledged.`, mood: "info" })
  }

  /** Say that the server is slow, as long as it is. */
  tell() {
    const n = this.waiting.size
    if (n || this.told) this.bench.readout.progress(n ? `${n} stroke${n > 1 ? "s wait" : " waits"} for the server` : "")
    this.told = n > 0
    if (n) setTimeout(() => this.tell(), PATIENCE_MS)
  }

  /** The server has painted a stroke; it need not be on disk yet. */
  heard(n) {
    this.bench.hints.done("draw")
    this.unheard.delete(n)
    this.bench.brush.settle(this.names.get(n))
    if (this.unheard.size === 0) for (const action of this.settled.splice(0)) action()
  }

  /** A stroke is on disk, or was refused: its line goes. */
  acknowledge(n) {
    const name = this.names.get(n)
    this.kept.remove(name)
    if (this.unheard.has(n)) this.bench.brush.takeBack(name)
    this.erase(n)
    this.heard(n)
  }

  erase(n) {
    this.waiting.delete(n)
    this.names.delete(n)
    for (const pane of this.bench.panes) {
      const at = numbers(pane).indexOf(n)
      if (at < 0) continue
      for (const column of pane.strokes.columns()) pane.strokes.get_array(column).splice(at, 1)
      pane.strokes.change.emit()
    }
  }

  /** Another volume, or somebody else writes: what waits is kept by the browser, and sent when it may be. */
  putAside() {
    this.settled.length = 0
    this.bench.brush.takeBack()
    this.unheard.clear()
    for (const n of [...this.waiting]) this.erase(n)
  }

  /** Do something once no stroke is on its way: an undo must not overtake the stroke it undoes. */
  afterwards(action) {
    if (this.unheard.size === 0) action()
    else this.settled.push(action)
  }
}

/** Whether a stroke is about superpixels. */
const needsIds = ({ kind, is_within: isWithin } = {}) => isWithin || !["voxels", "outline"].includes(kind)

/** Numbers of the strokes that a pane's source holds. */
const numbers = (pane) => Array.from(pane.strokes.data.stroke ?? [], (text) => JSON.parse(text).n)
