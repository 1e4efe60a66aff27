// The whole page around the slices.

import type { ComponentChildren } from "preact"
import type { Given, Stores } from "../core/actions.ts"
import { Display } from "./display.tsx"
import { Header } from "./header.tsx"
import { Help } from "./help.tsx"
import { Hints } from "./hints.tsx"
import { History } from "./history.tsx"
import { Intensities } from "./intensities.tsx"
import { LabelTable } from "./label_table.tsx"
import { Offline } from "./offline.tsx"
import { OpenDialog } from "./open_dialog.tsx"
import { Options } from "./options.tsx"
import { Partition } from "./partition.tsx"
import { Progress } from "./progress.tsx"
import { Questions } from "./questions.tsx"
import { Readout } from "./readout.tsx"
import { Series } from "./series.tsx"
import { Slot } from "./slot.tsx"
import { Toasts } from "./toasts.tsx"
import { ToolRail } from "./tool_rail.tsx"

/** What is made elsewhere: the four views, and what Panel has for files and for the plot. */
export type Slots = Readonly<Record<"main" | "download" | "files" | "dropper" | "intensities", HTMLElement>>

interface Props extends Given {
  slots: Slots
  root: (el: HTMLElement | null) => void // told of the page's element
}

export function Frame({ stores, actions, slots, root }: Props) {
  const given = { stores, actions }
  return (
    <Bench stores={stores} root={root}>
      <Header {...given} download={slots.download} />
      <ToolRail {...given} />
      <Options {...given} />
      <Slot el={slots.main} />
      <aside>
        <LabelTable {...given} />
        <Partition {...given} />
        <Display {...given} />
        <Series {...given} />
        <History {...given} />
        <Slot el={slots.files} />
      </aside>
      <footer><Readout {...given} /><Hints {...given} /><span class="grow" /><Progress {...given} /></footer>
      <Offline {...given} />
      <Toasts {...given} />
      <Help {...given} />
      <OpenDialog {...given} dropper={slots.dropper} />
      <Questions {...given} />
      <Intensities {...given} plot={slots.intensities} />
    </Bench>
  )
}

/** The page's element, by whose classes the style sheet goes. What is in it is not drawn anew with it. */
function Bench({ stores, root, children }: Pick<Props, "stores" | "root"> & { children: ComponentChildren }) {
  const { editor } = stores
  return <div ref={root} class={classesOf(stores)} data-tool={editor.state.tool} data-draws={editor.draws}>{children}</div>
}

function classesOf({ document: { state: { opened } }, view, connection }: Stores): string {
  const { crosshair_shown, comparing, prefersRadiological } = view.state
  const isSo = {
    opened: opened !== null, bare: !crosshair_shown, comparing, neurological: !prefersRadiological && opened?.oriented !== false,
    reading: !connection.state.held, offline: connection.state.lost,
  }
  return ["bench", ...Object.entries(isSo).filter(([, is]) => is).map(([name]) => name)].join(" ")
}
