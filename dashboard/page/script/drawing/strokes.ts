// Strokes on their way: rows of the source into which Bokeh's tool draws, kept there until the server
// has taken them. Nothing is cleared before it is acknowledged, so a busy server or a second stroke
// loses none. A row has no name while it is being drawn, and is the last one then.

const ERASE = 0
const LINE_PX = 2.5

export class Strokes {
  constructor(bench) { this.bench = bench }

  /** Remember that Bokeh has sent a pane's strokes. */
  watch(pane) { pane.strokes.properties.data.change.connect(() => { this.areSent = true }) }

  /** Before a drag: note what it is to give, and where, and let the tool draw it so. */
  begin(pane) {
    const { label, tools } = this.bench
    const width = Math.max(LINE_PX, 2 * (tools.radius ?? 0) * pane.pxPerMm)
    this.begun = this.context(pane)
    // Bokeh pads a new stroke's other columns with these.
    pane.tool.setv({ default_overrides: { stroke: "", width } }, { sync: false })
    const color = tools.erases || tools.taps ? "#ffffff" : this.bench.labelOf(label)?.color ?? "#ffffff"
    const seen = width > LINE_PX ? `${color}66` : color
    pane.figure.renderers.find((r) => r.name === "stroke").glyph.setv({ line_color: { value: seen } }, { sync: false })
  }

  /** What a stroke that is begun now is called, what it is to give, and where. */
  context(pane) {
    const { changes, label, tools, store, convention: { radiological } } = this.bench
    return {
      name: changes.newName(), case: store.case, plane: pane.plane, index: pane.index, radiological,
      label: tools.erases ? ERASE : label, tip: tools.tip,
    }
  }

  /** What the row of a stroke says of it: it follows all that was done before its end. */
  text(context) { return JSON.stringify({ ...context, after: this.bench.changes.latest }) }

  /** End a drag: `release` lets Bokeh's tool send the stroke, if it has drawn one; returns whether it has. */
  end(pane, release) {
    const texts = pane.strokes.get_array("stroke")
    const isDrawn = texts.at(-1) === ""
    if (isDrawn) texts[texts.length - 1] = this.text(this.begun)
    this.areSent = false
    release()
    if (!isDrawn) return false
    this.wait(pane, this.begun)
    // Bokeh's tool sends nothing when the button is released outside the frame.
    if (!this.areSent) this.send(pane)
    return true
  }

  /** Take back the stroke that is being drawn: `release` ends the drag for Bokeh's tool, which sends nothing of it. */
  giveUp(pane, release) {
    pane.tool.setv({ active: false }, { sync: false })
    release()
    pane.tool.setv({ active: true }, { sync: false })
    this.erase("")
  }

  /** Send a stroke that was not drawn by Bokeh's tool; its line is not seen. */
  add(pane, context, xs, ys) {
    const at = [...names(pane), ""].indexOf("")
    const columns = { xs, ys, stroke: this.text(context), width: 0 }
    for (const [column, value] of Object.entries(columns)) pane.strokes.get_array(column).splice(at, 0, value)
    this.wait(pane, context)
    this.send(pane)
  }

  /** Send a stroke that was kept by its name, as it was sent before. */
  sendAgain(name, { xs, ys, ...context }) {
    const pane = this.bench.panes.find(({ plane }) => plane === context.plane)
    this.add(pane, { ...context, name, case: this.bench.store.case }, xs, ys)
  }

  wait(pane, context) {
    const { name, case: _, ...kept } = context
    const at = names(pane).indexOf(name)
    const { xs, ys } = pane.strokes.data
    this.bench.changes.wait(context, { ...kept, xs: [...xs[at]], ys: [...ys[at]] })
  }

  send(pane) { pane.strokes.setv({ data: pane.strokes.data }, { check_eq: false }) }

  /** Whether lines wait for the server. */
  get areOnTheWay() { return this.bench.panes.some((pane) => names(pane).length > 0) }

  /** A stroke is on disk, or was refused: its line goes, and what the page had painted of it and was not told of. */
  acknowledge(name, refused) {
    this.bench.brush.takeBack(name)
    if (this.erase(name) && !refused) this.bench.hints.done("draw")
  }

  /** Take the line of a stroke off its pane; returns whether there was one. */
  erase(name) {
    const pane = this.bench.panes.find((each) => names(each).includes(name))
    if (!pane) return false
    const at = names(pane).indexOf(name)
    for (const column of pane.strokes.columns()) pane.strokes.get_array(column).splice(at, 1)
    pane.strokes.change.emit()
    return true
  }

  /** The lines of all that wait go. */
  putAside() {
    this.bench.brush.takeBack()
    for (const name of this.bench.changes.waiting.keys()) this.erase(name)
  }
}

/** Names of the strokes that a pane's source holds; "" of one that is being drawn. */
const names = (pane) => Array.from(pane.strokes.data.stroke ?? [], (text) => text && JSON.parse(text).name)
