// What a drag of one pointer over a slice does, from the press to its end. A stroke is Bokeh's own: its FreehandDraw
// tool draws and sends it.
//
// But Bokeh hears of a drag only from here. It takes a button that rests for 300 ms for a “press”,
// and what follows is then no drag; and it leaves the last piece out where the mouse leaves the
// frame. Who thinks before drawing, whose page was busy, or who draws over the edge, would lose a
// stroke. So it is told when the mouse has moved, and of points inside the pane only.

import { unseen } from "../core/actions.ts"
import type { Parts } from "../core/parts.ts"
import type { Voxel } from "../slices/geometry.ts"
import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"

export const TAP_PX = 5 // Bokeh's own threshold between a click and a drag
export const DOUBLE_MS = 400 // from tap to tap
const STILL_PX = 2 // less is the tremor of a click
const CLICK_MS = 250 // who holds the button longer, and moves, draws
const ZOOM_PX = 150 // up, with the right button: it is e times as large then
const [LEFT, MIDDLE, RIGHT] = [0, 1, 2]
const NOT_BEGUN = "The slice did not take this stroke: draw it again"
const TOO_SHORT = "Taken as a click, which moves the crosshair: for a stroke, draw further or more slowly"

export type DragParts = Pick<Parts, "stores" | "slices" | "quad" | "strokes" | "brush">

export class Drag {
  readonly pane: Pane
  readonly id: number // of the pointer
  readonly type: string // of the pointer: "mouse", "pen" or "touch"
  last: Pixel // where it was when it was told of last
  readonly #parts: DragParts
  readonly #pressed: PointerEvent
  readonly #target: HTMLElement
  readonly #button: number
  readonly #at: Pixel // where it went down
  readonly #way: Pixel[] // as long as it may still be a click
  readonly #cursor: Voxel // where the crosshair was
  #moved = 0 // so far at most, in px
  #isPressed = false
  #paints = false
  #isStroke = false

  constructor(pane: Pane, parts: DragParts, pressed: PointerEvent, at: Pixel) {
    this.pane = pane
    this.id = pressed.pointerId
    this.type = pressed.pointerType
    this.last = this.#at = at
    this.#parts = parts
    this.#pressed = pressed
    this.#target = pressed.composedPath()[0] as HTMLElement
    this.#target.style.outline = "none" // Bokeh's dotted frame, for a focus that says nothing here
    // Shift is for those who have no middle button.
    this.#button = pressed.button === LEFT && pressed.shiftKey ? MIDDLE : pressed.button
    this.#way = [at]
    this.#cursor = parts.stores.view.state.cursor
  }

  /** What a tool does as soon as the button is down. */
  press(): void {
    const { stores: { editor }, slices, brush } = this.#parts
    this.#isPressed = true
    if (this.#button !== LEFT) return
    if (editor.state.tool === "cursor") slices.moveTo(this.pane.voxelAt(...this.#at))
    if (editor.paints) this.#paints = brush.begin(this.pane, this.#at)
  }

  move(here: Pixel): void {
    const { last } = this
    this.last = here
    this.#moved = Math.max(this.#moved, Math.hypot(here[0] - this.#at[0], here[1] - this.#at[1]))
    if (!this.#isPressed && this.#moved <= TAP_PX) return void this.#way.push(here)
    if (!this.#isPressed) this.press()
    if (this.#button === LEFT) this.#use(last, here)
    else this.#shift(last, here)
  }

  /** Move or zoom the slice. */
  #shift(last: Pixel, here: Pixel): void {
    const [dx, dy] = [here[0] - last[0], here[1] - last[1]]
    if (this.#button === MIDDLE) this.pane.pan(dx, dy)
    else if (this.#button === RIGHT) this.pane.zoom(Math.exp(-dy / ZOOM_PX), ...this.#at)
    else this.#use(last, here)
  }

  /** Do what the chosen tool does, which may be another one than at the press. */
  #use(last: Pixel, here: Pixel): void {
    const { stores: { editor }, slices } = this.#parts
    const { tool } = editor.state
    if (tool === "window") slices.dragWindow(this.pane, here[0] - last[0], here[1] - last[1])
    else if (tool === "cursor") slices.moveTo(this.pane.voxelAt(...here))
    else if (this.#paints) this.#onPane(last, here, (at) => this.#parts.brush.go(at))
    else if (!editor.paints) this.#draw(last, here)
  }

  /** Go on with the stroke, begun where the button went down. */
  #draw(last: Pixel, here: Pixel): void {
    const { view, connection: { refusal } } = this.#parts.stores
    if (this.#moved <= TAP_PX) return void this.#way.push(here)
    if (!this.#isStroke && refusal) return view.hint(refusal)
    if (!this.#isStroke) this.#begin()
    this.#onPane(last, here, (at) => this.#tell("pointermove", at))
  }

  #begin(): void {
    const { stores: { editor }, strokes } = this.#parts
    this.#isStroke = true
    editor.set({ drawing: true })
    strokes.begin(this.pane)
    this.#tell("pointerdown", this.#at)
  }

  /** Go on to a point, or to the pane's edge on the way to it: the piece outside is left out. */
  #onPane(last: Pixel, here: Pixel, go: (at: Pixel) => void): void {
    const { pane } = this
    if (pane.holds(last)) go(pane.within(last, here))
    else if (pane.holds(here)) go(here)
  }

  /** Tell Bokeh of the button or the mouse, at a point of the pane. */
  #tell(type: string, [px, py]: Pixel): void {
    const { pointerId, pointerType, isPrimary } = this.#pressed
    const box = this.pane.el.getBoundingClientRect()
    this.#target.dispatchEvent(new PointerEvent(type, {
      bubbles: true, composed: true, cancelable: true, view: window, pointerId, pointerType, isPrimary,
      clientX: box.left + px, clientY: box.top + py, button: 0, buttons: type === "pointerup" ? 0 : 1,
    }))
  }

  /** The button went up. */
  release(event: PointerEvent, here: Pixel): void {
    this.move(here)
    if (!this.#isPressed) this.press()
    this.finish(event)
  }

  /** The drag is over: send what it has drawn. Of one that ended unseen there is no event, and it was no click. */
  finish(event?: PointerEvent): void {
    if (this.#paints) this.#endPaint()
    else if (this.#isStroke) this.#endStroke()
    else if (event && this.#button === LEFT && this.#moved <= TAP_PX) this.#tap(event)
  }

  #endPaint(): void {
    this.#parts.brush.end()
    this.#hintIfUnseen()
  }

  #hintIfUnseen(): void {
    const { stores } = this.#parts
    const text = unseen(stores)
    if (text) stores.view.hint(text)
  }

  #endStroke(): void {
    const { stores, strokes } = this.#parts
    const isTaken = strokes.end(this.pane, () => this.#tell("pointerup", this.last))
    stores.editor.set({ drawing: false })
    stores.view.hint(isTaken ? unseen(stores) : NOT_BEGUN)
  }

  /** Take back what the drag has begun: nothing of it is sent. */
  giveUp(): void {
    const { stores: { editor }, brush, strokes } = this.#parts
    if (this.#paints) brush.giveUp()
    else if (this.#isStroke) strokes.giveUp(this.pane, () => this.#tell("pointerup", this.last))
    editor.set({ drawing: false })
  }

  /** The button went up near where it went down: a click, or a very short stroke. */
  #tap(event: PointerEvent): void {
    if (event.type !== "pointerup") return
    const { editor, connection } = this.#parts.stores
    const isShort = editor.draws && this.#moved >= STILL_PX
    if (editor.taps) this.#drop([this.#at])
    else if (isShort && event.timeStamp - this.#pressed.timeStamp >= CLICK_MS) this.#drop(this.#way)
    else this.#click(event, isShort && !connection.refusal)
  }

  /** Two clicks at one place are a double click, and leave the crosshair where it was. */
  #click(event: PointerEvent, isShort: boolean): void {
    const { stores: { editor, view, document }, slices, quad } = this.#parts
    if (quad.isSecondTap(event, this.#cursor)) {
      if (document.state.opened && quad.before) slices.moveTo(quad.before)
      quad.toggle(this.pane.el)
    } else if (editor.draws) slices.moveTo(this.pane.voxelAt(...this.#at))
    if (isShort) view.hint(TOO_SHORT)
  }

  /** A stroke of some points that lie too near to each other for Bokeh. */
  #drop(way: Pixel[]): void {
    const { stores: { connection: { refusal }, view }, strokes } = this.#parts
    if (refusal) return view.hint(refusal)
    const points = way.map((each) => this.pane.toPoint(...each))
    strokes.add(this.pane, strokes.context(this.pane), points.map(([x]) => x), points.map(([, y]) => y))
    this.#hintIfUnseen()
  }
}
