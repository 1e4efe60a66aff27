// The page: its parts are made here, and handed to each other.

import { effect } from "@preact/signals"
import { h as element, render } from "preact"
import { Brush } from "../drawing/brush.ts"
import { Grip } from "../drawing/fingers.ts"
import { Hover } from "../drawing/hover.ts"
import { refuseMenus } from "../drawing/pointer.ts"
import { Strokes } from "../drawing/strokes.ts"
import { Frame } from "../panels/frame.tsx"
import { nameDownloads } from "../panels/hints.tsx"
import type { BokehDocument } from "../slices/bokeh.ts"
import { Quad } from "../slices/quad.ts"
import { Slices } from "../slices/slices.ts"
import { listenToPicks } from "../surfaces/picks.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DialogStore } from "../stores/dialogs.ts"
import { DocumentStore } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import type { Stores } from "./actions.ts"
import { Changes } from "./changes.ts"
import { Connection } from "./connection.ts"
import { h } from "./dom.ts"
import { listenToKeys } from "./keys.ts"
import { takersOf } from "./messages.ts"
import { leave } from "./opening.ts"
import { PageActions } from "./page_actions.ts"
import type { Parts } from "./parts.ts"
import type { Message } from "./protocol.ts"
import { publicView } from "./public_view.ts"
import { Server } from "./server.ts"
import { Wire } from "./wire.ts"

/** What Panel gives a component's script of itself. */
export interface Given {
  model: {
    get_child(name: string): HTMLElement
    send_msg(message: unknown): void
    on(event: string, listener: (message: never) => void): void
  }
  view: { model: { document: BokehDocument }; compute_layout(): void }
}

export function drawWorkbench({ model, view }: Given): HTMLElement {
  uncover()
  const stores: Stores = {
    connection: new ConnectionStore(), view: new ViewStore(), document: new DocumentStore(), editor: new EditorStore(), dialogs: new DialogStore(),
  }
  const server = new Server((message) => model.send_msg(message), stores.dialogs)
  const parts = partsOf(stores, server, { model, view })
  const host = h("div")
  begin(parts, { model, view }, frameIn(host, parts, model))
  model.on("remove", () => { render(null, host) })
  return host
}

function partsOf(stores: Stores, server: Server, { model, view }: Given): Parts {
  const parts = {} as { -readonly [Part in keyof Parts]: Parts[Part] } // they know each other, and use that once all are there
  Object.assign(parts, { stores, server, actions: new PageActions(() => parts), grip: new Grip() })
  parts.changes = new Changes(stores, server, () => parts.strokes)
  parts.hover = new Hover(parts)
  parts.strokes = new Strokes(parts)
  parts.brush = new Brush(parts)
  parts.slices = new Slices(parts, (name) => model.get_child(name))
  parts.quad = new Quad(parts, model.get_child("surface"), () => view.compute_layout())
  return parts
}

/** Draw the whole page around the slices; returns its element. */
function frameIn(host: HTMLElement, { stores, actions, quad }: Parts, model: Given["model"]): HTMLElement {
  const [download, files, dropper, intensities] = ["download", "files", "dropper", "intensities"].map((name) => model.get_child(name))
  let el: HTMLElement = host
  const root = (made: HTMLElement | null) => { if (made) el = made }
  render(element(Frame, { stores, actions, root, slots: { main: quad.el, download, files, dropper, intensities } }), host)
  return el
}

/** Listen to the user and to the server, and tell the latter that it may begin. */
function begin(parts: Parts, { model, view }: Given, el: HTMLElement): void {
  const { stores, server } = parts
  const { document: bokeh } = view.model
  const { leavePage, listening } = listenToLeaving(parts)
  const connection = new Connection(stores.connection, server, leavePage)
  const wire = new Wire(takersOf(parts, { get isThere() { return parts.slices.wire(bokeh) } }), (text) => server.fail(text))
  model.on("msg:custom", (message: Message) => {
    connection.heard()
    wire.receive(message)
  })
  bokeh.on_event("connection_lost", () => connection.close())
  listenToPicks(el, {
    opened: () => stores.document.state.opened,
    choose: (label) => parts.actions.chooseLabel(label),
    moveTo: (ijk) => parts.slices.moveTo(ijk),
  })
  const ended = [listenToKeys(el, parts), refuseMenus(), listening]
  const effects = followState(parts, el)
  model.on("remove", () => {
    for (const each of ended) each.abort()
    for (const end of effects) end()
    connection.end()
  })
  for (const part of el.querySelectorAll("header, aside")) {
    for (const name of ["pointerover", "focusin"]) part.addEventListener(name, () => nameDownloads(el))
  }
  window.supervox = publicView(parts)
  // The server sends the volume when the figures are there to show it.
  const start = () => {
    if (!parts.slices.wire(bokeh)) {
      requestAnimationFrame(start)
      return
    }
    for (const pane of parts.slices.panes) parts.strokes.watch(pane)
    server.say("begin", {})
  }
  start()
}

/** Remember the view when the page is left, and ask before work is lost; what was taken off the page has no say. */
function listenToLeaving(parts: Parts): { leavePage: () => void; listening: AbortController } {
  let isLeaving = false
  const leavePage = () => { isLeaving = true; leave(parts) }
  const listening = new AbortController()
  const { signal } = listening
  window.addEventListener("pagehide", leavePage, { signal })
  window.addEventListener("beforeunload", (event) => {
    if (parts.stores.connection.unsaved && !isLeaving) event.preventDefault()
  }, { signal })
  return { leavePage, listening }
}

/** What follows the state, and is no panel. */
function followState({ stores: { document, editor }, brush }: Parts, el: HTMLElement): (() => void)[] {
  return [
    effect(() => {
      const { opened } = document.state
      if (opened) window.document.title = `${opened.name} · supervox`
      if (opened) nameDownloads(el)
    }),
    effect(() => { // how far the tool reaches is seen under the pointer
      void [editor.state.tool, editor.state.settings]
      brush.outline()
    }),
  ]
}

/** Take off the spinner of the template: it lies over all until the last figure rests, and takes what is drawn. */
function uncover(): void {
  document.head.append(h("style", {}, "#loader:not(.error) { display: none !important }"))
}
