// The beginning of a volume: what was there of another one goes, and a reload brings back how it was shown.

import { RemoteSource } from "../slices/remote.ts"
import type { SliceSource, SourceHooks } from "../slices/source.ts"
import { WholeSource } from "../slices/whole.ts"
import { TOOLS } from "../drawing/tools.ts"
import type { Settings } from "../stores/editor.ts"
import type { ToolName } from "../drawing/tools.ts"
import { openSeries } from "../stores/series.ts"
import type { Display, Range } from "../stores/view.ts"
import { VIEW, keep, kept } from "./keeping.ts"
import type { Parts } from "./parts.ts"
import type { Messages } from "./protocol.ts"

type Opened = Messages["open"]

const SOURCES: Record<Opened["source"], (opened: Opened, hooks: SourceHooks) => SliceSource> = {
  whole: (opened, hooks) => new WholeSource(opened, hooks),
  slices: (opened, hooks) => new RemoteSource(opened, hooks),
}

/** How a volume was shown when its page was left. */
interface Left {
  digest: string
  display: Display
  window: Range
  tool: ToolName
  settings: Settings
  zooms: { zoom: number; centre: [number, number] }[]
}

export function open(opened: Opened, parts: Parts, model: { get isThere(): boolean }): void {
  const { stores, slices, changes } = parts
  if (!model.isThere) throw new Error("its slices are not ready")
  stores.connection.set({ idle: false })
  stores.document.close() // what comes for a volume that did not fit is then for none
  stores.document.open(opened, SOURCES[opened.source](opened, hooksOf(opened, parts)))
  stores.document.set(openSeries(opened))
  stores.editor.open(opened)
  stores.view.set({ cursor: opened.cursor })
  slices.open(opened)
  parts.actions.setWindow(opened.window)
  comeBack(opened, parts)
  putAside(parts)
  if (opened.held && !stores.connection.state.held) stores.view.hint("") // which said that one may not write
  stores.connection.keep({ held: opened.held, pending: 0, trouble: "" })
  changes.recount()
  slices.redraw()
}

/** The lines of all that waits go, and what was painted and not told of; it is sent when it may be. */
export function putAside({ strokes, changes }: Parts): void {
  strokes.putAside()
  changes.putAside()
}

/** Remember what a reload is to bring back. */
export function leave({ stores: { document, view, editor }, slices }: Parts): void {
  const { opened, volumes } = document.state
  if (!opened) return
  const { tool, settings } = editor.state
  const left: Left = {
    digest: opened.digest, display: view.display, tool, settings,
    window: volumes[0].window, // which is the one that is shown first
    zooms: slices.panes.map((pane) => pane.zoomed),
  }
  keep(VIEW, left)
}

/** Show the volume as it was shown before this reload. */
function comeBack({ digest }: Opened, { stores, actions, slices }: Parts): void {
  const left = kept(VIEW) as Left | null
  keep(VIEW, null) // once: a volume that is opened later begins as any other
  if (left?.digest !== digest) return
  const { opacity, ...toggles } = left.display
  for (const [name, isOn] of Object.entries(toggles)) {
    if (stores.view.display[name as keyof typeof toggles] !== isOn) actions.toggle(name as keyof typeof toggles)
  }
  actions.setOpacity(opacity)
  actions.setWindow(left.window)
  stores.editor.set({ settings: left.settings })
  if (left.tool in TOOLS) actions.setTool(left.tool)
  slices.panes.forEach((pane, n) => { if (left.zooms[n]) pane.zoomed = left.zooms[n] })
}

/** What a slice source tells, and asks, of the rest of the page. */
function hooksOf(opened: Opened, { stores: { document }, server, slices, brush, changes }: Parts): SourceHooks {
  return {
    say: (verb, values) => server.say(verb, values),
    redraw: () => slices.redraw(),
    redrawSlice: (axis, part) => slices.redrawSlice(axis, part),
    redrawVolume: () => slices.redrawVolume(),
    havePartition: (partition) => { document.set({ partition }); changes.resend() },
    replay: () => brush.replay(),
    revision: () => document.state.revision,
    setRevision: (revision) => document.set({ revision }),
    shownKey: () => document.state.shown?.key ?? 0,
    isCurrent: () => document.state.opened === opened,
  }
}
