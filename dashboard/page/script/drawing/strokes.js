// Strokes on their way: drawn by Bokeh's tool, kept in its source until the server has taken them.
// Nothing is cleared before it is acknowledged, so a busy server or a second stroke loses none.

const ERASE = 0
const LINE_PX = 2.5

class Strokes {
  constructor(bench) {
    this.bench = bench
    this.sent = new Set()
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
      ...this.bench.changes.numbered(), plane: pane.plane, index: pane.index, radiological, case: store.case,
      label: tools.erases ? ERASE : label, tip: tools.tip,
    }
  }

  /** Send a stroke that was not drawn by Bokeh's tool; its line is not seen. */
  add(pane, context, xs, ys) {
    const columns = { xs, ys, stroke: JSON.stringify(context), width: 0 }
    for (const [column, value] of Object.entries(columns)) pane.strokes.get_array(column).push(value)
    this.finish(pane)
  }

  /** After a drag: see that the stroke is sent; returns whether there was one. */
  finish(pane) {
    const fresh = numbers(pane).filter((n) => !this.bench.changes.waiting.has(n))
    for (const n of fresh) this.wait(pane, n)
    // Bokeh's tool sends nothing when the button is released outside the frame.
    if (fresh.some((n) => !this.sent.has(n))) pane.strokes.setv({ data: pane.strokes.data }, { check_eq: false })
    return fresh.length > 0
  }

  wait(pane, n) {
    const at = numbers(pane).indexOf(n)
    const { stroke, xs, ys } = pane.strokes.data
    const { case: _, n: __, after: ___, name, ...context } = JSON.parse(stroke[at])
    this.bench.changes.wait({ n, name }, { ...context, xs: [...xs[at]], ys: [...ys[at]] })
  }

  /** Whether lines wait for the server. */
  get areOnTheWay() { return this.bench.panes.some((pane) => numbers(pane).length > 0) }

  /** The server has painted a stroke; it need not be on disk yet. */
  heard(n) {
    if (this.bench.panes.some((pane) => numbers(pane).includes(n))) this.bench.hints.done("draw")
    this.bench.brush.settle(this.bench.changes.waiting.get(n))
  }

  /** A stroke is on disk, or was refused, which is not heard before: its line goes. */
  acknowledge(n) {
    const { brush, changes } = this.bench
    if (changes.unheard.has(n)) brush.takeBack(changes.waiting.get(n))
    this.erase(n)
  }

  erase(n) {
    for (const pane of this.bench.panes) {
      const at = numbers(pane).indexOf(n)
      if (at < 0) continue
      for (const column of pane.strokes.columns()) pane.strokes.get_array(column).splice(at, 1)
      pane.strokes.change.emit()
    }
  }

  /** The lines of all that wait go. */
  putAside() {
    this.bench.brush.takeBack()
    for (const n of this.bench.changes.waiting.keys()) this.erase(n)
  }
}

/** Numbers of the strokes that a pane's source holds. */
const numbers = (pane) => Array.from(pane.strokes.data.stroke ?? [], (text) => JSON.parse(text).n)
