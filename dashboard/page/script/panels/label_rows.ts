// What goes on in the table of labels: what is looked for, which row Tab stops at, where the focus is and goes.

import { computed, signal, type ReadonlySignal } from "@preact/signals"
import type { Given } from "../core/actions.ts"
import type { Row } from "../core/protocol.ts"

export const MOST_UNSOUGHT = 9 // labels; where there are more, one may look for a name
export const MOST_LETTERS = 80 // in a name

/** Those whose name or value is looked for. */
export function soughtIn(rows: Iterable<Row>, text: string): Row[] {
  const sought = text.trim().toLowerCase()
  if (!sought) return [...rows]
  return [...rows].filter(({ name, value }) => name.toLowerCase().includes(sought) || String(value).startsWith(sought))
}

/** The smallest value that no label has. */
export function firstFree(rows: ReadonlyMap<number, Row>): number {
  let free = 1
  while (rows.has(free)) free++
  return free
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }

/** What is used of a row's element. */
interface RowElement {
  focus(): void
  matches(selector: string): boolean
  scrollIntoView(how: { block: "nearest" }): void
  takesKey?: (key: string) => boolean
}

export class LabelRows {
  readonly sought = signal("")
  readonly renamed = signal<number | null>(null) // the label whose name is being written
  readonly #called = signal<number | null>(null) // the label whose row gets the focus as soon as it is an element
  readonly #given: Given
  readonly #shown: ReadonlySignal<readonly Row[]>
  readonly #elements = new Map<number, RowElement>()
  #hasLostFocus = false

  constructor(given: Given) {
    this.#given = given
    this.#shown = computed(() => soughtIn(given.stores.document.state.rows.values(), this.sought.value))
  }

  /** The rows that are shown, in the order of their values. */
  get shown(): readonly Row[] { return this.#shown.value }

  /** Where Tab stops, once in the table however long it is: at the chosen row, or the first one that is shown. */
  get stop(): Row | undefined {
    const { label } = this.#given.stores.editor.state
    return this.shown.find(({ value }) => value === label) ?? this.shown[0]
  }

  /** Rows, by their places among the shown ones, that are elements wherever one has scrolled to; -1 for none. */
  get besides(): number[] {
    const wanted = [this.stop?.value, this.#called.value, this.#focused]
    return wanted.map((value) => this.shown.findIndex((row) => row.value === value))
  }

  get #focused(): number | undefined { return this.#at(":focus-within") }

  #at(selector: string): number | undefined {
    for (const [value, el] of this.#elements) if (el.matches(selector)) return value
    return undefined
  }

  /** Know a row's element, which takes keys; returns what is done before it goes. */
  keep(value: number, el: RowElement): () => void {
    this.#elements.set(value, el)
    el.takesKey = (key) => this.key(value, key)
    return () => {
      this.#hasLostFocus ||= el.matches(":focus-within")
      this.#elements.delete(value)
    }
  }

  focus(value: number): void {
    const el = this.#elements.get(value)
    if (el) el.focus()
    else this.#called.value = value
  }

  /** After the rows were drawn: keys go on where they were, or at the stop if that row is no more. */
  settle(): void {
    const value = this.#called.peek() ?? (this.#hasLostFocus ? this.stop?.value : undefined)
    this.#hasLostFocus = false
    this.#called.value = null
    if (value !== undefined) this.#elements.get(value)?.focus()
    this.#endRenaming()
  }

  /** A name is written in its row only: where that is no more, a later row of the same value is not to take the focus. */
  #endRenaming(): void {
    const value = this.renamed.peek()
    if (value !== null && !this.#elements.has(value)) this.renamed.value = null
  }

  /** After another label was chosen: its row is seen, and Del and F2 are for it. */
  follow(value: number): void {
    this.#elements.get(value)?.scrollIntoView({ block: "nearest" })
    const isAtRow = this.#at(":focus") !== undefined // as a whole, not at something in it
    if (isAtRow && this.stop) this.focus(this.stop.value)
  }

  rename(value: number): void { if (this.#given.stores.connection.state.held) this.renamed.value = value }

  /** From the field where one looks: Enter chooses the first that was found, an arrow goes there. */
  goOn(key: string): boolean {
    const { stop } = this
    if (!stop || !["Enter", "ArrowDown"].includes(key)) return false
    if (key === "Enter") this.#given.actions.chooseLabel(stop.value)
    this.focus(stop.value)
    return true
  }

  /** What a key does where a row has the focus; tells whether it does anything. */
  key(value: number, key: string): boolean {
    if (key in STEPS) this.#step(value, STEPS[key])
    else if (key === "Enter" || key === " ") this.#given.actions.chooseLabel(value)
    else if (key === "F2") this.rename(value)
    else if (key === "Delete") this.#given.actions.change("remove_label", { label: value })
    else return false
    return true
  }

  #step(value: number, step: number): void {
    const beside = this.shown[this.shown.findIndex((row) => row.value === value) + step]
    if (beside) this.focus(beside.value)
  }
}
