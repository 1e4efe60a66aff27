// Strokes on their way: rows of the source into which Bokeh's tool draws, kept there until the server
// has taken them. Nothing is cleared before it is acknowledged, so a busy server or a second stroke
// loses none. A row has no name while it is being drawn, and is the last one then.

import type { KeptStroke } from "../core/changes.ts"
import type { Parts } from "../core/parts.ts"
import type { Stroke, Tip } from "../core/protocol.ts"
import type { Pane } from "../slices/pane.ts"
import type { Opened } from "../stores/document.ts"

const ERASE = 0
const LINE_PX = 2.5
const PALE = "#ffffff" // of what gives no label

/** What is known of a stroke as it begins: what it is called, what it is to give, and where. */
export type Context = Omit<Stroke, "after">

/** One that begins now has what the chosen tool draws with. */
export type Begun = Context & { tip: Tip }

export type StrokeParts = Pick<Parts, "stores" | "slices" | "changes" | "brush">

export class Strokes {
  readonly #parts: StrokeParts
  #begun: Begun | null = null
  #areSent = false

  constructor(parts: StrokeParts) { this.#parts = parts }

  get #opened(): Opened {
    const { opened } = this.#parts.stores.document.state
    if (!opened) throw new Error("no volume is open")
    return opened
  }

  /** Remember that Bokeh has sent a pane's strokes. */
  watch(pane: Pane): void { pane.strokes.properties.data.change.connect(() => { this.#areSent = true }) }

  /** Before a drag: note what it is to give, and where, and let the tool draw it so. */
  begin(pane: Pane): void {
    const { editor } = this.#parts.stores
    const width = Math.max(LINE_PX, 2 * (editor.radius ?? 0) * pane.pxPerMm)
    this.#begun = this.context(pane)
    // Bokeh pads a new stroke's other columns with these.
    pane.tool.setv({ default_overrides: { stroke: "", width } }, { sync: false })
    const seen = width > LINE_PX ? `${this.#color}66` : this.#color
    pane.strokeGlyph.setv({ line_color: { value: seen } }, { sync: false })
  }

  /** Of the line, as it is drawn. */
  get #color(): string {
    const { editor, document } = this.#parts.stores
    return editor.erases || editor.taps ? PALE : document.state.rows.get(editor.state.label)?.color ?? PALE
  }

  /** What a stroke that is begun now is called, what it is to give, and where. */
  context(pane: Pick<Pane, "plane" | "index">): Begun {
    const { stores: { editor, view }, changes } = this.#parts
    const { case: opening, oriented } = this.#opened
    return {
      name: changes.newName(), case: opening, plane: pane.plane, index: pane.index,
      radiological: view.state.prefersRadiological || !oriented,
      label: editor.erases ? ERASE : editor.state.label, tip: editor.tip,
    }
  }

  /** What the row of a stroke says of it: it follows all that was done before its end. */
  #text(context: Context): string {
    const stroke: Stroke = { ...context, after: this.#parts.changes.latest }
    return JSON.stringify(stroke)
  }

  /** End a drag: `release` lets Bokeh's tool send the stroke, if it has drawn one; returns whether it has. */
  end(pane: Pane, release: () => void): boolean {
    const texts = pane.strokes.get_array("stroke")
    const begun = texts.at(-1) === "" ? this.#begun : null
    if (begun) texts[texts.length - 1] = this.#text(begun)
    this.#areSent = false
    release()
    if (!begun) return false
    this.#wait(pane, begun)
    // Bokeh's tool sends nothing when the button is released outside the frame.
    if (!this.#areSent) this.#send(pane)
    return true
  }

  /** Take back the stroke that is being drawn: `release` ends the drag for Bokeh's tool, which sends nothing of it. */
  giveUp(pane: Pane, release: () => void): void {
    pane.tool.setv({ active: false }, { sync: false })
    release()
    pane.tool.setv({ active: true }, { sync: false })
    this.#erase("")
  }

  /** Send a stroke that was not drawn by Bokeh's tool; its line is not seen. */
  add(pane: Pane, context: Context, xs: number[], ys: number[]): void {
    const at = [...names(pane), ""].indexOf("") // before one that is being drawn
    const columns = { xs, ys, stroke: this.#text(context), width: 0 }
    for (const [column, value] of Object.entries(columns)) pane.strokes.get_array(column).splice(at, 0, value)
    this.#wait(pane, context)
    this.#send(pane)
  }

  /** Send a stroke that was kept by its name, as it was sent before. */
  sendAgain(name: string, { xs, ys, verb: _, ...context }: KeptStroke): void {
    const pane = this.#parts.slices.panes.find(({ plane }) => plane === context.plane)
    if (pane) this.add(pane, { ...context, name, case: this.#opened.case }, xs, ys)
  }

  #wait(pane: Pane, { name, case: opening, ...kept }: Context): void {
    const at = names(pane).indexOf(name)
    const { xs, ys } = pane.strokes.data
    this.#parts.changes.wait({ name, case: opening }, { ...kept, xs: [...xs[at]], ys: [...ys[at]] })
  }

  #send(pane: Pane): void { pane.strokes.setv({ data: pane.strokes.data }, { check_eq: false }) }

  /** Whether lines wait for the server. */
  get areOnTheWay(): boolean { return this.#parts.slices.panes.some((pane) => names(pane).length > 0) }

  /** A stroke is on disk, or was refused: its line goes, and what the page had painted of it and was not told of. */
  acknowledge(name: string, refused: boolean): void {
    this.#parts.brush.takeBack(name)
    if (this.#erase(name) && !refused) this.#parts.stores.view.finish("draw")
  }

  /** Take the line of a stroke off its pane; returns whether there was one. */
  #erase(name: string): boolean {
    const pane = this.#parts.slices.panes.find((each) => names(each).includes(name))
    if (!pane) return false
    const at = names(pane).indexOf(name)
    for (const column of pane.strokes.columns()) pane.strokes.get_array(column).splice(at, 1)
    pane.strokes.change.emit()
    return true
  }

  /** The lines of all that wait go. */
  putAside(): void {
    this.#parts.brush.takeBack()
    for (const name of this.#parts.changes.waiting.keys()) this.#erase(name)
  }
}

/** Names of the strokes that a pane's source holds; "" of one that is being drawn. */
const names = ({ strokes }: Pick<Pane, "strokes">): string[] => Array.from(strokes.data.stroke ?? [], nameIn)

const nameIn = (text: string): string => text && (JSON.parse(text) as Stroke).name
