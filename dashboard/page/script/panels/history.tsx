// The edits, newest on top: a click takes all later ones back, or does earlier ones again.

import { useSignal, type Signal } from "@preact/signals"
import { useLayoutEffect, useMemo, useRef } from "preact/hooks"
import type { Actions, Given } from "../core/actions.ts"
import { clamp } from "../core/dom.ts"
import { BY_AXES } from "../slices/pane.ts"
import type { DocumentStore } from "../stores/document.ts"
import { Heading } from "./heading.tsx"
import { HISTORY_KEYS, parted, stateOf, titleOf, type EditState } from "./history_rows.ts"
import { memo } from "./memo.ts"
import { scrolledTo } from "./row_places.ts"
import { useVirtual } from "./virtual.ts"

const ROW_PX = 23

export function History(given: Given) {
  const isEmpty = given.stores.document.state.titles.length === 0
  return (
    <section class="history">
      <Heading name="History" />
      <p class="dim" hidden={!isEmpty}>Nothing done yet. Each edit will be listed here; a click on one goes back to it.</p>
      <Edits {...given} isEmpty={isEmpty} />
    </section>
  )
}

function Edits({ stores: { document }, actions, isEmpty }: Given & { isEmpty: boolean }) {
  const rows = useRef<HTMLDivElement>(null)
  const active = useSignal(0)
  const { titles, done, opened } = document.state
  const going = useGoing(document, actions, active, rows)
  const count = titles.length + 1
  const shown = useVirtual({ count, height: ROW_PX, rows })
  const names = opened?.oriented === false ? BY_AXES : null
  return (
    <div ref={rows} class="rows" tabIndex={0} role="listbox" aria-label="Edits, newest first" aria-activedescendant={`edit-${active.value}`}
      hidden={isEmpty} onClick={going.click}>
      <div class="space" role="presentation" style={`height: ${count * ROW_PX}px`}>
        {shown.map((n) => count - 1 - n).map((at) => (
          <Edit key={at} at={at} count={count} title={titleOf(titles, at)} state={stateOf(at, done)} isActive={at === active.value} names={names} />
        ))}
      </div>
    </div>
  )
}

interface EditProps { at: number; count: number; title: string; state: EditState; isActive: boolean; names: typeof BY_AXES | null }

/** One edit. Its element stays the same while the list changes: a row that is pressed takes its click. */
const Edit = memo(({ at, count, title, state, isActive, names }: EditProps) => {
  const n = count - 1 - at
  const [what, where] = parted(title, names)
  return (
    <div class={`edit ${state} ${isActive ? "active" : ""}`} role="option" id={`edit-${at}`} data-done={at} style={`top: ${n * ROW_PX}px`}
      aria-selected={state === "now"} aria-setsize={count} aria-posinset={n + 1}
      title={`${title}\n${state === "now" ? "Click to see where it was done" : "Click to go there"}`}>
      <i /><span>{what}</span><em>{where}</em>
    </div>
  )
})

/** How one goes through the history, by mouse and key; `active` is the row at which the keys are. */
function useGoing(document: DocumentStore, actions: Actions, active: Signal<number>, rows: { readonly current: HTMLElement | null }) {
  const { titles, done } = document.state
  const going = useMemo(() => goingIn(document, actions, active, rows), [document, actions])
  useLayoutEffect(() => { if (rows.current) rows.current.takesKey = going.key }, [going])
  useLayoutEffect(() => going.activate(done), [titles, done])
  return going
}

function goingIn(document: DocumentStore, actions: Actions, active: Signal<number>, rows: { readonly current: HTMLElement | null }) {
  const goTo = (done: number) => {
    active.value = done
    actions.goTo(done)
  }
  const activate = (done: number) => {
    const { length } = document.state.titles
    active.value = clamp(done, 0, length)
    const list = rows.current
    if (list) list.scrollTop = scrolledTo(length - active.value, ROW_PX, list)
  }
  const click = ({ target }: Event) => {
    const row = target instanceof Element ? target.closest<HTMLElement>(".edit") : null
    if (row) goTo(Number(row.dataset.done))
  }
  const key = (key: string) => {
    if (key === "Enter") goTo(active.peek())
    else if (key in HISTORY_KEYS) activate(HISTORY_KEYS[key](active.peek()))
    else return false
    return true
  }
  return { activate, click, key }
}
