// One row of the table of labels: colour, name, value, what is seen and guarded, how much there is of it.

import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Actions } from "../core/actions.ts"
import type { Row } from "../core/protocol.ts"
import { Icon } from "./icon.tsx"
import { Keycap } from "./keycap.tsx"
import { MOST_LETTERS, type LabelRows } from "./label_rows.ts"
import { sizeOf, tooltipOf } from "./label_text.ts"
import { memo } from "./memo.ts"

export const ROW_PX = 23

const EYE = ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12", "M12 9.2a2.8 2.8 0 1 0 .01 0"]
const EYE_SHUT = ["M3 9.5c2 3 5 5 9 5s7-2 9-5", "M12 14.5V18M6.6 13 4.6 16M17.4 13l2 3"]
const LOCK = ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"]
const LOCK_OPEN = ["M6 11h12v9H6z", "M8.5 11V7a3.5 3.5 0 0 1 6.8-1.2"]

interface Props {
  actions: Actions
  rows: LabelRows
  row: Row
  of?: number // its key
  isChosen: boolean
  isStop: boolean // Tab stops here
  isRenamed: boolean // its name is being written
  held: boolean // it may be changed
  voxel_mm3: number
  place?: number // in a table of which not all rows are elements
}

/** Drawn anew only when something of it has changed: there are hundreds of them. */
export const LabelRow = memo((props: Props) => {
  const { actions, rows, row, of, isChosen, isStop, isRenamed, voxel_mm3, place } = props
  const el = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => (el.current ? rows.keep(row.value, el.current) : undefined), [rows, row.value])
  return (
    <div ref={el} class={classOf(props)} role="row" tabIndex={isStop ? 0 : -1} aria-selected={isChosen} aria-label={row.name}
      title={tooltipOf(row, voxel_mm3)} aria-rowindex={place === undefined ? undefined : place + 1}
      style={place === undefined ? undefined : `top: ${place * ROW_PX}px`} onClick={() => actions.chooseLabel(row.value)}>
      <span role="gridcell"><Swatch {...props} /></span>
      <span role="gridcell"><span class="dim value">{row.value}</span></span>
      <span role="gridcell" class="grow">
        {isRenamed ? <NameField {...props} /> : <span class="name" onDblClick={() => rows.rename(row.value)}>{row.name}</span>}
      </span>
      <span role="gridcell"><span class="dim">{sizeOf(row, voxel_mm3)}</span></span>
      <span role="gridcell"><Eye {...props} /><Lock {...props} /></span>
      <span role="gridcell"><Keycap of={of} hidden={!of} /></span>
    </div>
  )
})

const classOf = ({ row, isChosen }: Props): string => ["row", isChosen && "chosen", !row.visible && "unseen"].filter(Boolean).join(" ")

function Swatch({ actions, rows, row: { value, name, color }, isChosen, held }: Props) {
  const field = useRef<HTMLInputElement>(null)
  // Only another colour is set: while one is being chosen, the field has it, and the row not yet.
  useLayoutEffect(() => { if (field.current) field.current.value = color }, [color])
  const recolour = (to: string) => {
    actions.change("recolour", { label: value, color: to })
    rows.focus(value)
  }
  return (
    <input ref={field} type="color" class="swatch" tabIndex={isChosen ? 0 : -1} disabled={!held} aria-label={`Colour of ${name}`}
      title="Choose another colour" onClick={(event) => event.stopPropagation()}
      onInput={(event) => actions.previewColor(value, event.currentTarget.value)}
      onChange={(event) => recolour(event.currentTarget.value)} />
  )
}

function Eye(props: Props) {
  const { row: { value, visible }, actions } = props
  return (
    <Mark {...props} kind="visible" isSet={!visible} paths={visible ? EYE : EYE_SHUT} what={visible ? "Hide" : "Show"}
      act={() => actions.change("show_label", { label: value, to: !visible })} />
  )
}

function Lock(props: Props) {
  const { row: { value, locked }, actions } = props
  return (
    <Mark {...props} kind="locked" isSet={locked} paths={locked ? LOCK : LOCK_OPEN} what={locked ? "Unlock" : "Lock: never paint over"}
      act={() => actions.change("lock_label", { label: value, to: !locked })} />
  )
}

interface MarkProps extends Props { kind: string; isSet: boolean; paths: readonly string[]; what: string; act: () => void }

function Mark({ kind, isSet, paths, what, act, row, isChosen, held }: MarkProps) {
  return (
    <button class={`plain mark ${kind}`} tabIndex={isChosen ? 0 : -1} disabled={!held} aria-pressed={isSet} aria-label={`${what} ${row.name}`}
      title={what} onClick={(event) => { event.stopPropagation(); act() }}><Icon paths={paths} /></button>
  )
}

/** The field that stands for a name while it is written; Escape leaves the name as it is. */
function NameField({ actions, rows, row: { value, name } }: Props) {
  const field = useRef<HTMLInputElement>(null)
  const [before] = useState(name)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const key = (event: KeyboardEvent, el: HTMLInputElement) => {
    if (event.key === "Escape") el.value = before
    if (event.key !== "Enter" && event.key !== "Escape") return
    el.blur()
    rows.focus(value)
  }
  const leave = (to: string) => {
    if (rows.renamed.peek() !== value) return // a field that goes is left once more
    rows.renamed.value = null
    if (to.trim() && to !== before) actions.change("rename", { label: value, name: to })
  }
  return (
    <input ref={field} type="text" defaultValue={before} maxLength={MOST_LETTERS} aria-label={`Name of label ${value}`}
      onKeyDown={(event) => key(event, event.currentTarget)} onBlur={(event) => leave(event.currentTarget.value)} />
  )
}
