// What each action does: it changes what the page knows, draws it, and tells the server.

import type { SeriesVolume } from "../stores/document.ts"
import { abgr } from "../stores/document.ts"
import { blendWith, chooseSecond, showVolume, stepVolume, weigh, windowShown } from "../stores/series.ts"
import type { Range, Toggle } from "../stores/view.ts"
import type { ToolName } from "../drawing/tools.ts"
import type { Actions, Changing, Values } from "./actions.ts"
import type { Parts } from "./parts.ts"
import type { Verbs } from "./protocol.ts"

export class PageActions implements Actions {
  readonly #parts: () => Parts

  constructor(parts: () => Parts) { this.#parts = parts }

  get #stores() { return this.#parts().stores }
  get #slices() { return this.#parts().slices }

  say<V extends keyof Verbs>(verb: V, values: Verbs[V]): void { this.#parts().server.say(verb, values) }
  change<V extends Changing>(verb: V, values: Values<V>): void { this.#parts().changes.make(verb, values) }

  undo(): void { this.change("undo", {}) }
  redo(): void { this.change("redo", {}) }

  /** Let so many edits be in force. */
  goTo(done: number): void { this.change("go_to", { done }) }

  chooseLabel(value: number): void {
    const { editor, document } = this.#stores
    if (editor.erases) this.setTool(editor.giving)
    const choice = editor.state.choices + 1
    editor.set({ choices: choice, ...(document.state.rows.has(value) ? { label: value } : {}) })
    this.change("choose", { label: value, choice })
  }

  pick(): void {
    const { view, document } = this.#stores
    const { pointed } = view.state
    const value = pointed && document.slices?.labelAt(pointed)
    if (value) this.chooseLabel(value)
    else view.hint(pointed ? "Nothing is labelled there" : "Point at what is labelled, then press K")
  }

  previewColor(value: number, color: string): void {
    this.#stores.document.colors[value] = abgr(color)
    this.#slices.drawLabels()
  }

  setTool(tool: ToolName): void { this.#stores.editor.set({ tool }) }

  setWindow([low, high]: Range): void {
    const { view, document } = this.#stores
    const window: Range = [low, high > low ? high : low + 1e-6]
    view.set({ window })
    document.set(windowShown(document.state, window))
    this.#slices.setWindow(window)
  }

  setOpacity(opacity: number): void {
    this.#stores.view.set({ opacity })
    this.#drawOverlay()
  }

  toggle(what: Toggle): void {
    const { view } = this.#stores
    const value = !view.state[what]
    view.set({ [what]: value })
    if (what === "highlight") this.#parts().hover.light(0)
    else if (what === "surfaces_shown") this.say("surfaces_shown", { value })
    else this.#drawOverlay()
  }

  #drawOverlay(): void { if (this.#stores.document.state.opened) this.#slices.drawOverlay() }

  flipSides(): void { this.#slices.flipSides() }
  fit(): void { if (this.#stores.document.state.opened) this.#slices.fit() }
  enlarge(): void { this.#parts().quad.toggle() }

  /** Ask to write from here; until it is answered a stroke is not begun, and the bar says why. */
  takeOver(): void {
    const { connection, dialogs } = this.#stores
    connection.set({ takesOver: true })
    dialogs.set({ toasts: [] }) // they said that somebody else writes
    this.say("take_over", {})
  }

  // The series

  show(volume: SeriesVolume): void {
    const { document } = this.#stores
    if (volume === document.state.shown) return
    document.set(showVolume(document.state, volume))
    this.setWindow(volume.window)
    this.#slices.compare.window()
    this.#slices.redraw()
  }

  chooseSecond(volume: SeriesVolume): void {
    const { document } = this.#stores
    document.set(chooseSecond(document.state, volume))
    this.#slices.compare.window()
    this.#slices.redraw()
  }

  stepVolume(by: number): void {
    const { document, view } = this.#stores
    const volume = stepVolume(document.state, by)
    if (!volume) return
    this.show(volume)
    view.hint(volume.name)
  }

  blend(isOn: boolean): void {
    const { document } = this.#stores
    document.set(blendWith(document.state, isOn))
    this.#slices.drawOver()
  }

  setBlend(change: Parameters<Actions["setBlend"]>[0]): void {
    this.#stores.document.set(change)
    this.#slices.drawOver()
  }

  compare(isOn: boolean): void {
    if (isOn) this.#slices.compare.start()
    else this.#slices.compare.stop()
  }

  weigh(volume: SeriesVolume, weight: number): void {
    const { document } = this.#stores
    document.set(weigh(document.state, volume, weight))
  }
}
