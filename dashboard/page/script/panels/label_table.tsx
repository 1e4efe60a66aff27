// The table of labels. Names are text.

import { useSignal } from "@preact/signals"
import { useLayoutEffect, useMemo, useRef } from "preact/hooks"
import type { Given } from "../core/actions.ts"
import { Heading } from "./heading.tsx"
import { LabelMenu, toggleMenu } from "./label_menu.tsx"
import { LabelRow, ROW_PX } from "./label_row.tsx"
import { LabelRows, MOST_UNSOUGHT } from "./label_rows.ts"
import { numbersOf } from "./label_text.ts"
import { NewLabel } from "./new_label.tsx"
import { useVirtual } from "./virtual.ts"

const MOST_DRAWN = 400 // rows that are all elements: the browser finds them in the page; where there are more, those that are seen

interface InTable extends Given { rows: LabelRows }

export function LabelTable(given: Given) {
  const { document, connection } = given.stores
  const rows = useMemo(() => new LabelRows(given), [])
  const isAdding = useSignal(false)
  const [add, more, menu] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null), useRef<HTMLDivElement>(null)]
  return (
    <section class="labels" style={`--lines: ${document.state.rows.size}`}>
      <Heading name="Labels">
        <Search {...given} rows={rows} />
        <button ref={add} class="plain" aria-label="Add label" title="Add a label" disabled={!connection.state.held}
          onClick={() => { isAdding.value = !isAdding.value }}>+</button>
        <button ref={more} class="plain" aria-label="More on labels" aria-haspopup="dialog" title="Rename, remove or merge a label; open or save the table"
          onClick={() => { if (menu.current && more.current) toggleMenu(menu.current, more.current) }}>⋯</button>
      </Heading>
      <Rows {...given} rows={rows} />
      <NewLabel {...given} isOpen={isAdding} button={add} />
      <Numbers {...given} />
      <LabelMenu {...given} rows={rows} menu={menu} button={more} />
    </section>
  )
}

/** The field in which one looks for a label. */
function Search({ stores: { document }, rows }: InTable) {
  const isFew = document.state.rows.size <= MOST_UNSOUGHT
  useLayoutEffect(() => { if (isFew) rows.sought.value = "" }, [isFew])
  return (
    <input type="search" placeholder="Find" aria-label="Find a label" title="Find a label by its name or value; Enter chooses the first"
      hidden={isFew} value={rows.sought.value} onInput={(event) => { rows.sought.value = event.currentTarget.value }}
      onKeyDown={(event) => { if (rows.goOn(event.key)) event.preventDefault() }} />
  )
}

function Rows(given: InTable) {
  const { stores, rows } = given
  const el = useRef<HTMLDivElement>(null)
  const { shown } = rows
  const isLong = shown.length > MOST_DRAWN
  const seen = useVirtual({ count: shown.length, height: ROW_PX, rows: el, enabled: isLong, besides: rows.besides })
  const { label } = stores.editor.state
  useLayoutEffect(() => rows.follow(label), [label])
  useLayoutEffect(() => rows.settle())
  const row = useRow(given)
  return (
    <div ref={el} class={stores.connection.state.held ? "rows" : "rows unheld"} role="grid" aria-label="Labels to paint with"
      aria-rowcount={isLong ? shown.length : undefined} style={`--digits: ${digitsOf(stores.document.state.rows)}`}>
      {isLong
        ? <div class="space" role="presentation" style={`height: ${shown.length * ROW_PX}px`}>{seen.map((n) => row(n, n))}</div>
        : shown.map((_, n) => row(n))}
    </div>
  )
}

/** How to draw the row at a place; one that has not changed since is left as it is. */
function useRow({ stores: { document, editor, connection }, actions, rows }: InTable) {
  const { shown, stop, renamed } = rows
  const [{ label }, { held }] = [editor.state, connection.state]
  const { rows: all, opened } = document.state
  const keys = useMemo(() => document.keys, [all])
  return (n: number, place?: number) => {
    const { value } = shown[n]
    return (
      <LabelRow key={value} actions={actions} rows={rows} row={shown[n]} of={keys.get(value)} isChosen={value === label} isStop={shown[n] === stop}
        isRenamed={value === renamed.value} held={held} voxel_mm3={opened?.voxel_mm3 ?? 1} place={place} />
    )
  }
}

const digitsOf = (rows: ReadonlyMap<number, unknown>): number => String([...rows.keys()].at(-1) ?? 1).length

/** How much there is of the chosen label, and how bright it is; in its own place: rows do not move under a double click. */
function Numbers({ stores: { document, editor } }: Given) {
  const row = document.state.rows.get(editor.state.label)
  return <p class="more dim" aria-live="off">{row ? numbersOf(row) : ""}</p>
}
