// What the user has done and the server has not acknowledged: strokes, and all else that changes
// something. Each has a name, is kept by the tab until it is on disk or refused, and is sent again
// by a page that is loaded anew, as it was sent before; the server does it once.

import type { Strokes } from "../drawing/strokes.ts"
import type { Changing, Stores, Values } from "./actions.ts"
import { KeptChanges } from "./keeping.ts"
import type { Stroke, Tip } from "./protocol.ts"
import type { Server } from "./server.ts"

const PATIENCE_MS = 1500
const NOT_TAKEN = "The server does not answer: that is not taken; do it again when it does"

/** A verb as it was said. */
export interface KeptVerb { verb: Changing; values: Record<string, unknown> }

/** A stroke as it was drawn. */
export interface KeptStroke extends Omit<Stroke, "name" | "after" | "case"> { verb?: undefined; xs: number[]; ys: number[] }

export type Change = KeptVerb | KeptStroke

/** By what the server knows a change: its name, and on which opening of a volume it is. */
export interface Named { name: string; case: number }

export class Changes {
  /** In the order in which they were sent: on which opening of a volume, by name. */
  readonly waiting = new Map<string, number>()
  readonly #kept = new KeptChanges()
  readonly #page = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")
  readonly #stores: Stores
  readonly #server: Server
  readonly #strokes: () => Strokes
  #count = 0
  #isSlow = false

  constructor(stores: Stores, server: Server, strokes: () => Strokes) {
    this.#stores = stores
    this.#server = server
    this.#strokes = strokes
  }

  /** A name that no other change has, by which a server that was started anew knows it too. */
  newName(): string { return `${this.#page}-${++this.#count}` }

  /**
   * The latest that waits; "" if none does. What is sent now says that it follows this one, which may come to the
   * server by a slower way, and so all before it.
   */
  get latest(): string { return [...this.waiting.keys()].at(-1) ?? "" }

  /** Do something on the server: it waits for nothing that was done before, as the server keeps the order. */
  make<V extends Changing>(verb: V, values: Values<V>): void {
    const { connection, document, view } = this.#stores
    const { held, lost } = connection.state
    if (!document.state.opened || !held) return this.#server.say(verb, values as never) // which says why not
    // A label that was chosen is chosen here already.
    if (lost && verb !== "choose") return view.hint(NOT_TAKEN)
    if (this.#server.maySay(verb, values)) this.#send(this.newName(), { verb, values })
  }

  #send(name: string, change: KeptVerb): void {
    const asked = { name, after: this.latest, case: this.#opened.case }
    this.wait(asked, change)
    this.#server.say(change.verb, { ...change.values, asked })
  }

  get #opened(): { case: number; digest: string } {
    const { opened } = this.#stores.document.state
    if (!opened) throw new Error("no volume is open")
    return opened
  }

  /** Keep a change until it is acknowledged. */
  wait({ name, case: opening }: Named, change: Change): void {
    this.waiting.set(name, opening)
    this.#kept.add(name, { ...change, digest: this.#opened.digest })
    this.recount()
    setTimeout(() => this.#tell(), PATIENCE_MS)
  }

  /** Send what an earlier page of this tab had done, or what was put aside, and of which it never heard. */
  resend(): void {
    const left = this.#stores.connection.state.held ? this.#sendable(this.#leftOver) : []
    for (const [name, change] of left) this.#sendAgain(name, change)
    const told = left.filter(([, change]) => isTold(change)).length
    const text = `${told} change${told > 1 ? "s" : ""} sent again that the server had not acknowledged.`
    if (told) this.#stores.dialogs.tell({ text, mood: "info", link: "" })
  }

  get #leftOver(): [string, Change][] {
    return this.#kept.of(this.#opened.digest).filter(([name]) => !this.waiting.has(name))
  }

  /** The first of them, up to a stroke for which there are no superpixels yet: their order stays. */
  #sendable(left: [string, Change][]): [string, Change][] {
    const hasIds = this.#stores.document.slices?.hasIds ?? false
    const end = left.findIndex(([, change]) => !hasIds && !change.verb && needsIds(change.tip))
    return end < 0 ? left : left.slice(0, end)
  }

  #sendAgain(name: string, kept: Change): void {
    const { digest: _, ...change } = kept as Change & { digest?: string }
    if (!change.verb) return this.#strokes().sendAgain(name, change)
    const again = change.verb === "choose" ? { ...change, values: { ...change.values, choice: this.#nextChoice() } } : change
    if (this.#server.maySay(again.verb, again.values)) this.#send(name, again)
    else this.#forget(name) // of another release
  }

  #forget(name: string): void {
    this.#kept.remove(name)
    this.waiting.delete(name)
    this.recount()
  }

  /** Choices are counted by this page, whoever made the first ones. */
  #nextChoice(): number {
    const { editor } = this.#stores
    editor.set({ choices: editor.state.choices + 1 })
    return editor.state.choices
  }

  /** How many of those that wait its user would call changes: which label is chosen is none. */
  get told(): number { return [...this.waiting.keys()].filter((name) => isTold(this.#kept.changes.get(name))).length }

  /** Count the changes of this volume that are not on disk, as far as the page knows; those put aside too. */
  recount(): void {
    const { connection, document } = this.#stores
    const { opened } = document.state
    const kept = opened ? this.#kept.of(opened.digest).filter(([, change]) => isTold(change)).length : 0
    connection.set({ waiting: Math.max(this.told, kept) })
  }

  /** Say that the server is slow, as long as it is. */
  #tell(): void {
    const { connection, view } = this.#stores
    const n = connection.state.idle ? this.told : 0 // else it is known what is being done
    if (n || this.#isSlow) view.progress(n ? `${n} change${n > 1 ? "s wait" : " waits"} for the server` : "")
    this.#isSlow = n > 0
    if (this.waiting.size) setTimeout(() => this.#tell(), PATIENCE_MS)
  }

  /** It is on disk, or was refused. */
  acknowledge(name: string): void { this.#forget(name) }

  /** Another volume, or somebody else writes: what waits is kept by the browser, and sent when it may be. */
  putAside(): void {
    this.waiting.clear()
    this.recount()
  }
}

/** Whether a stroke is about superpixels. */
const needsIds = (tip?: Tip): boolean => Boolean(tip?.is_within) || !["voxels", "outline"].includes(tip?.kind ?? "")

const isTold = (change?: Change): boolean => change?.verb !== "choose"
