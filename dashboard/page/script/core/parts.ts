// The hand-made parts of the page. Each is built with those of them that it uses, and no more.

import type { Actions, Stores } from "./actions.ts"
import type { Changes } from "./changes.ts"
import type { Server } from "./server.ts"
import type { Brush } from "../drawing/brush.ts"
import type { Grip } from "../drawing/fingers.ts"
import type { Hover } from "../drawing/hover.ts"
import type { Strokes } from "../drawing/strokes.ts"
import type { Slices } from "../slices/slices.ts"
import type { Quad } from "../slices/quad.ts"

export interface Parts {
  readonly stores: Stores
  readonly actions: Actions
  readonly server: Server // say(verb, values): core/server.ts
  readonly changes: Changes // what the server has not acknowledged: core/changes.ts
  readonly slices: Slices // the linked slices, moved and drawn: slices/slices.ts
  readonly quad: Quad // the four views, of which one may be large
  readonly strokes: Strokes
  readonly brush: Brush
  readonly hover: Hover
  readonly grip: Grip
}
