// Which file is to be opened: one on the server, or one of this computer.

import type { ComponentChildren } from "preact"
import type { Actions, Given } from "../core/actions.ts"
import { found } from "../core/dom.ts"
import type { Messages, OpenedAs } from "../core/protocol.ts"
import { Dialog } from "./dialog.tsx"
import { Slot } from "./slot.tsx"

type Folder = Messages["folder"]

const KINDS: [kind: OpenedAs, text: string][] = [
  ["volume", "Volume"], ["series", "Another volume of the series (same patient)"], ["labels", "Labels over the open volume"],
  ["superpixels", "Superpixels of the open volume"], ["table", "Label table"],
]

const TABLES = ["label table", ".txt, .label, .tsv, .lut, .ctbl, .csv"]
const VOLUMES = ["volume", ".nii, .nii.gz, .hdr, .tif, .zarr"]

export function OpenDialog({ stores, actions, dropper }: Given & { dropper: HTMLElement }) {
  const { dialogs } = stores
  const close = () => dialogs.set({ opening: false })
  const begin = (el: HTMLElement) => {
    for (const action of found(el, ".filepond--label-action")) action.role = "button" // which FilePond makes it, but does not say
    list(actions, dialogs.state.openAs)
  }
  return (
    <Dialog class="open" name="Open a file" isOpen={dialogs.state.opening} onClose={close} onShow={begin}>
      <h2>Open</h2>
      <Kinds stores={stores} actions={actions} />
      <div class="two">
        <div><h3>On the server</h3><ServerFiles stores={stores} actions={actions} /></div>
        <div>
          <h3>From this computer</h3>
          <p class="dim where">Up to 500 MB; put a larger file into the data folder.</p>
          <div class="drop"><Slot el={dropper} /></div>
        </div>
      </div>
      <p class="end"><button title="Close, and change nothing (Esc)" onClick={close}>Close</button></p>
    </Dialog>
  )
}

/** Say what is to be opened, and list what may be that. */
function list(actions: Actions, kind: OpenedAs, path = ""): void {
  actions.say("upload_as", { kind })
  actions.say("list", { path, kind })
}

/** What the file is; without a volume it can be nothing else. */
function Kinds({ stores: { dialogs, document }, actions }: Given) {
  const { openAs, folder } = dialogs.state
  const choose = (kind: OpenedAs) => {
    dialogs.set({ openAs: kind })
    list(actions, kind, folder?.path)
  }
  return (
    <div class="kinds" role="radiogroup" aria-label="Open as">
      {KINDS.map(([kind, text]) => (
        <label key={kind}>
          <input type="radio" name="kind" value={kind} checked={kind === openAs} disabled={kind !== "volume" && !document.state.opened}
            onChange={() => choose(kind)} />
          {text}
        </label>
      ))}
    </div>
  )
}

function ServerFiles({ stores: { dialogs }, actions }: Given) {
  const { folder, openAs } = dialogs.state
  const open = (path: string) => {
    if (openAs === "volume") actions.say("open", { path, kind: openAs })
    else actions.change("open_over", { path, kind: openAs })
    dialogs.set({ opening: false })
  }
  const entries = folder ? entriesOf(folder, (path) => actions.say("list", { path, kind: openAs }), open) : []
  return <>
    <p class="dim where">{folder?.path ? `… / ${folder.path}` : "data folder"}</p>
    {/* A list without options is none. */}
    <div class="entries" role={entries.length ? "listbox" : "group"} aria-label="Files on the server">{entries}</div>
    <p class="dim">{folder && noteOf(folder, openAs)}</p>
  </>
}

/** What can be chosen of a folder: what leads out of it, what leads further, and its files. */
function entriesOf({ path, folders, files }: Folder, go: (path: string) => void, open: (path: string) => void): ComponentChildren[] {
  const inside = (name: string) => (path ? `${path}/${name}` : name)
  const up = path.split("/").slice(0, -1).join("/")
  return [
    ...(path ? [<Entry key=".." text=".." mark="↑" onClick={() => go(up)} />] : []),
    ...folders.map((name) => <Entry key={`${inside(name)}/`} text={name} mark="▸" onClick={() => go(inside(name))} />),
    ...files.map((name) => <Entry key={inside(name)} text={name} mark="" onClick={() => open(inside(name))} />),
  ]
}

const Entry = ({ text, mark, onClick }: { text: string; mark: string; onClick: () => void }) => (
  <button class="entry" role="option" title={text} onClick={onClick}><span class="dim">{mark}</span>{text}</button>
)

function noteOf({ folders, files, truncated }: Folder, openAs: OpenedAs): string {
  const [what, endings] = openAs === "table" ? TABLES : VOLUMES
  if (!folders.length && !files.length) return `No folder and no ${what} here (${endings}).`
  return truncated ? "Only the first are listed." : ""
}
