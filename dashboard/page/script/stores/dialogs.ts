// What the page asks and says in passing: dialogs, questions, sentences that come and go.

import type { Messages, OpenedAs } from "../core/protocol.ts"
import { observed } from "./observed.ts"

export type Notice = Messages["notice"]
export interface Toast extends Notice { key: number }

export interface DialogState {
  toasts: readonly Toast[]
  hasErred: boolean // something went wrong since the page is there
  help: boolean
  opening: boolean // a file is being chosen
  openAs: OpenedAs
  folder: Messages["folder"] | null // what is listed of the data folder
  question: Messages["ask"] | null
  intensities: Messages["intensities"] | null // null while the dialog is closed
}

const MOST_TOASTS = 4

export class DialogStore {
  readonly state: Readonly<DialogState>
  readonly set: (change: Partial<DialogState>) => void
  #count = 0

  constructor() {
    [this.state, this.set] = observed<DialogState>({
      toasts: [], hasErred: false, help: false, opening: false, openAs: "volume", folder: null, question: null, intensities: null,
    })
  }

  get isOpen(): boolean {
    const { help, opening, question, intensities } = this.state
    return help || opening || question !== null || intensities !== null
  }

  /** Let a file be chosen; as what was opened last, if nothing else is said. */
  askFile(openAs: OpenedAs = this.state.openAs): void { this.set({ opening: true, openAs, folder: null }) }

  /** Say a sentence; one that is said again comes last. */
  tell(notice: Notice): void {
    const others = this.state.toasts.filter(({ text }) => text !== notice.text)
    const hasErred = this.state.hasErred || notice.mood === "error"
    this.set({ toasts: [...others, { ...notice, key: ++this.#count }].slice(-MOST_TOASTS), hasErred })
  }

  close(key: number): void { this.set({ toasts: this.state.toasts.filter((toast) => toast.key !== key) }) }

  /** Take away what is no longer so. */
  drop(beginning: string): void { this.set({ toasts: this.state.toasts.filter(({ text }) => !text.startsWith(beginning)) }) }
}
