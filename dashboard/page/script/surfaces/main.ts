// Panel calls this once for the pane of the surfaces; see dashboard/page/surface_pane.py.

import { misfitOf } from "../core/check_protocol.ts"
import { PANE_VERBS, type PaneMessage, type PaneVerbs } from "../core/protocol.ts"
import { Inbox } from "./inbox.ts"
import { contextOf, sorry } from "./no_webgl.ts"
import { Pane } from "./pane.ts"

/** What Panel gives a component of its model. */
interface Model {
  on(name: "msg:custom", listener: (message: PaneMessage) => void): void
  on(name: "remove", listener: () => void): void
  send_msg(message: { verb: string }): void
}

export function drawSurfaces({ model }: { model: Model }): HTMLElement {
  const say = <V extends keyof PaneVerbs>(verb: V, values: PaneVerbs[V]): void => {
    if (!misfitOf(PANE_VERBS, verb, values)) model.send_msg({ verb, ...values })
  }
  const context = contextOf(document.createElement("canvas"))
  if (!context) {
    say("seen", { value: false }) // so that nothing is made for it
    return sorry()
  }
  const pane = new Pane(context, (value) => say("seen", { value }))
  const inbox = new Inbox(pane, (text) => say("failed", { text }))
  model.on("msg:custom", (message) => inbox.receive(message))
  model.on("remove", () => pane.end())
  say("begin", {})
  return pane.el
}
