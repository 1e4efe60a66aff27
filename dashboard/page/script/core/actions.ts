// What the user can do by a button or a key: the panels and keys.ts call these, and nothing else of the page.

import type { Verbs } from "./protocol.ts"
import type { ConnectionStore } from "../stores/connection.ts"
import type { DialogStore } from "../stores/dialogs.ts"
import type { DocumentStore, SeriesVolume } from "../stores/document.ts"
import type { EditorStore } from "../stores/editor.ts"
import type { Range, Toggle, ViewStore } from "../stores/view.ts"
import type { ToolName } from "../drawing/tools.ts"

/** What the page knows, each part with one owner. */
export interface Stores {
  readonly connection: ConnectionStore
  readonly view: ViewStore
  readonly document: DocumentStore
  readonly editor: EditorStore
  readonly dialogs: DialogStore
}

/** Verbs that change something: each is kept until the server has acknowledged it. */
export type Changing = { [V in keyof Verbs]: "asked" extends keyof Verbs[V] ? V : never }[keyof Verbs]

/** What goes with a verb, less what the page itself adds. */
export type Values<V extends keyof Verbs> = Omit<Verbs[V], "asked">

export interface Actions {
  /** Tell the server something that changes nothing. */
  say<V extends keyof Verbs>(verb: V, values: Verbs[V]): void
  /** Do something on the server, which is kept until it is on disk. */
  change<V extends Changing>(verb: V, values: Values<V>): void
  undo(): void
  redo(): void
  goTo(done: number): void
  chooseLabel(value: number): void
  /** Choose the label under the pointer. */
  pick(): void
  /** Show a colour while it is being chosen. */
  previewColor(value: number, color: string): void
  setTool(tool: ToolName): void
  setWindow(window: Range): void
  setOpacity(opacity: number): void
  toggle(what: Toggle): void
  flipSides(): void
  fit(): void
  /** One view large, or four again. */
  enlarge(): void
  takeOver(): void
  // The series
  show(volume: SeriesVolume): void
  chooseSecond(volume: SeriesVolume): void
  stepVolume(by: number): void
  blend(isOn: boolean): void
  compare(isOn: boolean): void
  /** The volumes' weights, the mix or its colours are others. */
  setBlend(change: Partial<Pick<DocumentStore["state"], "mix" | "shade">>): void
  weigh(volume: SeriesVolume, weight: number): void
}

/** What a panel is given. */
export interface Given { stores: Stores; actions: Actions }

/** Why what is drawn now is not seen; "" if it is. */
export function unseen({ view, document, editor }: Pick<Stores, "view" | "document" | "editor">): string {
  if (!view.state.labels_shown) return "Labels are hidden: press S to see what you draw"
  const row = editor.erases ? undefined : document.state.rows.get(editor.state.label)
  return row?.visible === false ? `${row.name} is hidden: show it by the eye at its row` : ""
}
