// What is done with the chosen label, and with the table.

import { useSignal } from "@preact/signals"
import type { RefObject } from "preact"
import type { Given } from "../core/actions.ts"
import type { Verbs } from "../core/protocol.ts"
import { Keycap } from "./keycap.tsx"
import type { LabelRows } from "./label_rows.ts"

const FORMS: [form: Verbs["download_table"]["form"], name: string][] = [
  ["itksnap", "ITK-SNAP"], ["freesurfer", "FreeSurfer"], ["bids", "BIDS"],
]

/** What an entry does once the menu is closed. */
type Choose = (act: () => void) => () => void

interface Props extends Given {
  rows: LabelRows
  menu: RefObject<HTMLDivElement | null>
  button: RefObject<HTMLButtonElement | null> // which opens it, and gets the focus back
}

/** Open the menu under its button, or close it. */
export function toggleMenu(menu: HTMLElement, button: HTMLElement): void {
  const { right, bottom } = button.getBoundingClientRect()
  Object.assign(menu.style, { right: `${innerWidth - right}px`, top: `${bottom + 4}px` })
  // What is not in a dialog is last in the order of focus: so go there, and Escape comes back.
  if (menu.togglePopover()) menu.querySelector<HTMLElement>("button:enabled, select:enabled")?.focus()
}

export function LabelMenu({ menu, button, ...given }: Props) {
  const isOpen = useSignal(false)
  const choose: Choose = (act) => () => {
    menu.current?.hidePopover()
    act()
  }
  return (
    <div ref={menu} class="menu" popover="auto" role="dialog" aria-label="More on labels"
      onBeforeToggle={({ newState }) => { isOpen.value = newState === "open" }}
      onToggle={({ newState }) => { if (newState === "closed") giveBack(menu.current, button.current) }}>
      <Entries {...given} choose={choose} isOpen={isOpen.value} />
      <hr />
      <p class="dim">Save the table for</p>
      <div class="buttons">
        {FORMS.map(([form, name]) => (
          <button key={form} title={`Download names and colours as ${name} reads them`}
            onClick={choose(() => given.actions.say("download_table", { form }))}>{name}</button>
        ))}
      </div>
    </div>
  )
}

/** Give the focus back to the button, unless what was chosen has taken it. */
function giveBack(menu: HTMLElement | null, button: HTMLElement | null): void {
  const root = menu?.getRootNode()
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null
  if (!active || menu?.contains(active)) button?.focus() // a menu that is hidden keeps it until the next frame
}

interface EntriesProps extends Given { rows: LabelRows; choose: Choose; isOpen: boolean }

function Entries({ stores, actions, rows, choose, isOpen }: EntriesProps) {
  const { document, editor, dialogs } = stores
  const { label } = editor.state
  const showAll = (to: boolean) => choose(() => actions.change("show_labels", { to }))
  const disabled = !stores.connection.state.held
  return <>
    <h3>{isOpen ? document.state.rows.get(label)?.name ?? "No label is chosen" : ""}</h3>
    <Entry text="Rename" title="Give the chosen label another name (F2)" of="F2" disabled={disabled} act={choose(() => rows.rename(label))} />
    <Entry text="Remove" title="Take the chosen label away; what has it is unlabelled again (Del)" of="Del" disabled={disabled}
      act={choose(() => actions.change("remove_label", { label }))} />
    <MergeEntry stores={stores} actions={actions} choose={choose} isOpen={isOpen} />
    <hr />
    <Entry text="Show all" title="Draw all labels" disabled={disabled} act={showAll(true)} />
    <Entry text="Hide all" title="Draw none of the labels" disabled={disabled} act={showAll(false)} />
    <Entry text="Open a label table…" title="Add, name and colour labels by a file of ITK-SNAP, FreeSurfer or BIDS" disabled={disabled}
      act={choose(() => dialogs.askFile("table"))} />
  </>
}

interface EntryProps { text: string; title: string; of?: string; disabled: boolean; act: () => void }

function Entry({ text, title, of, disabled, act }: EntryProps) {
  return <button class="entry" title={title} disabled={disabled} onClick={act}>{text}{of && <Keycap of={of} />}</button>
}

/** The other labels, of which there may be thousands: they are there while the menu is open. */
function MergeEntry({ stores: { document, editor, connection }, actions, choose, isOpen }: Omit<EntriesProps, "rows">) {
  const { label } = editor.state
  const others = isOpen ? [...document.state.rows.values()].filter(({ value }) => value !== label) : []
  const merge = (into: string) => { if (into) choose(() => actions.change("merge_label", { label, into: Number(into) }))() }
  return (
    <label class="entry">Merge into
      <select aria-label="Merge into" value="" disabled={!connection.state.held} onChange={(event) => merge(event.currentTarget.value)}>
        <option value="">choose…</option>
        {others.map(({ value, name }) => <option key={value} value={value}>{`${value} ${name}`}</option>)}
      </select>
    </label>
  )
}
