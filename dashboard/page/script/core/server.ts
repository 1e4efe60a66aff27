// The way to the server: verbs with their values, of which none goes that it would not take.

import type { DialogStore } from "../stores/dialogs.ts"
import { misfitOf } from "./check_protocol.ts"
import { VERBS, type Verbs } from "./protocol.ts"

/** Sends what was said. */
type Send = (message: { verb: string }) => void

export class Server {
  readonly #send: Send
  readonly #dialogs: DialogStore

  constructor(send: Send, dialogs: DialogStore) {
    this.#send = send
    this.#dialogs = dialogs
  }

  say<V extends keyof Verbs>(verb: V, values: Verbs[V]): void {
    if (this.maySay(verb, values)) this.#send({ verb, ...values })
  }

  /** Whether the server can take a verb with these values; if not, its user is told. */
  maySay(verb: string, values: unknown): boolean {
    const wrong = misfitOf(VERBS, verb, values)
    if (wrong) this.#dialogs.tell({ text: `The page asked for “${verb}” with values that are unknown here: reload it.`, mood: "error", link: "" })
    return !wrong
  }

  /** Tell what went wrong here: the server writes it down, and says it to its user. */
  fail(text: string): void { this.say("failed", { text: text.slice(0, 1000) }) }
}
