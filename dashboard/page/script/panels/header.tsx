// The bar at the top: what is open, whether it is saved, and what can be done with all of it.

import type { ComponentChildren } from "preact"
import type { Given } from "../core/actions.ts"
import { toggleHelp } from "../core/keys.ts"
import { Keycap } from "./keycap.tsx"
import { SavedMark } from "./saved.tsx"
import { Slot } from "./slot.tsx"

export function Header({ stores, actions, download }: Given & { download: HTMLElement }) {
  return (
    <header>
      <b>supervox</b>
      <Title stores={stores} />
      <span class="grow" />
      <Silent stores={stores} />
      <SavedMark stores={stores} actions={actions} />
      <UndoButtons stores={stores} actions={actions} />
      <button aria-label="Open" title="Open a volume, labels or superpixels" onClick={() => stores.dialogs.askFile()}>Open…</button>
      <Slot el={download} />
      <button aria-label="Help" title="Help and keys (?)" onClick={() => toggleHelp(stores)}>?</button>
    </header>
  )
}

function Title({ stores: { document, dialogs } }: Pick<Given, "stores">) {
  const { opened } = document.state
  const dim = (text: ComponentChildren) => <span class="dim">{text}</span>
  if (!opened) return <div class="title">{dim(dialogs.state.hasErred ? "No volume is open" : "Opening…")}</div>
  return <div class="title"><span class="name">{opened.name}</span>{dim(opened.facts.join(" · "))}</div>
}

/** That strokes take longer, as no worker answers. */
function Silent({ stores: { connection } }: Pick<Given, "stores">) {
  const { whyHere } = connection.state
  return (
    <span class="silent" role="status" aria-label="Workers" title={`The server itself finds what lies under a stroke: ${whyHere}`} hidden={!whyHere}>
      workers silent
    </span>
  )
}

function UndoButtons({ stores: { document, connection }, actions }: Given) {
  const { titles, done } = document.state
  const { held } = connection.state
  const button = (name: string, key: string, title: string | undefined, onClick: () => void) => (
    <button aria-label={name} title={`${title === undefined ? `Nothing to ${name.toLowerCase()}` : `${name}: ${title}`} (${key})`}
      disabled={!held || title === undefined} onClick={onClick}>{name}<Keycap of={key} /></button>
  )
  return <>
    {button("Undo", "Z", titles[done - 1], () => actions.undo())}
    {button("Redo", "Y", titles[done], () => actions.redo())}
  </>
}
