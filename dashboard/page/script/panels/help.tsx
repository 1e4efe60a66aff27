// The help: what the page is for, and all keys.

import type { Given } from "../core/actions.ts"
import { KEYS } from "../core/keys.ts"
import { Dialog } from "./dialog.tsx"

export function Help({ stores: { dialogs } }: Given) {
  const close = () => dialogs.set({ help: false })
  return (
    <Dialog class="help" name="Help" isOpen={dialogs.state.help} onClose={close}
      onShow={(el) => { el.scrollTop = 0 }} // the button that has the focus lies at the end
      onClick={(event) => { if (event.target === event.currentTarget) close() }}>
      <h2>Label a volume by drawing over superpixels</h2>
      <p>
        Draw a line over what you want to label, on any slice: every superpixel it touches takes the chosen label, in 3D.
        {" "}If superpixels are too coarse for the border, choose a smaller size and press Partition; what is labelled stays.
        {" "}Download labels gives a NIfTI label map that lies on the volume voxel for voxel; open it again later to go on.
      </p>
      <div class="columns">{KEYS.map(([title, rows]) => <div key={title}><h3>{title}</h3><dl>{rows.map(keyRow)}</dl></div>)}</div>
      <p class="end"><button title="Close the help (? or Esc)" onClick={close}>Close</button></p>
    </Dialog>
  )
}

const keyRow = ([key, what]: (typeof KEYS)[number][1][number]) => <>
  <dt><kbd>{key}</kbd></dt>
  <dd>{what}</dd>
</>
