// A drag over a pane that only notes what is done to it.

import type { Voxel } from "../slices/geometry.ts"
import type { Pane } from "../slices/pane.ts"
import type { Pixel } from "../slices/viewport.ts"
import { ConnectionStore } from "../stores/connection.ts"
import { DocumentStore, type Opened } from "../stores/document.ts"
import { EditorStore } from "../stores/editor.ts"
import { ViewStore } from "../stores/view.ts"
import { Drag, type DragParts } from "./drag.ts"
import type { ToolName } from "./tools.ts"

/** Of a pointer event what the page makes of one; Node.js knows none. */
class FakePointerEvent extends Event {
  readonly at: Pixel
  constructor(type: string, { clientX, clientY }: { clientX: number; clientY: number }) {
    super(type)
    this.at = [clientX, clientY]
  }
}
Object.assign(globalThis, { PointerEvent: FakePointerEvent, window: globalThis })

const SIZE = 100 // of the pane, which lies at (1000, 2000) of the page
export const [BEFORE, FIRST]: Voxel[] = [[9, 9, 9], [8, 8, 8]]

interface Press { tool?: ToolName; button?: number; shiftKey?: boolean; isTaken?: boolean; isSecond?: boolean }

/** What was done, each with what it was done by. */
type Done = unknown[][]

const note = (done: Done, name: string) => (...given: unknown[]) => { done.push([name, ...given]) }

/** A drag that begins at (50, 50) of a pane, and what came of it. */
export function dragWith({ tool = "draw", button = 0, shiftKey = false, isTaken = true, isSecond = false }: Press = {}) {
  const done: Done = []
  const stores = storesWith(tool)
  const target = targetNoting(done)
  const parts = { stores, ...linkedParts(done, isSecond), ...drawingParts(done, isTaken) } as unknown as DragParts
  const pressed = { pointerId: 3, pointerType: "mouse", isPrimary: true, button, shiftKey, timeStamp: 1000, composedPath: () => [target] }
  const drag = new Drag(fakePane(done), parts, pressed as unknown as PointerEvent, [50, 50])
  const release = (at: Pixel, after = 50, type = "pointerup") => drag.release({ type, timeStamp: 1000 + after } as PointerEvent, at)
  return { drag, done, stores, target, release }
}

function storesWith(tool: ToolName) {
  const stores = { connection: new ConnectionStore(), document: new DocumentStore(), editor: new EditorStore(), view: new ViewStore() }
  stores.document.set({ opened: {} as Opened })
  stores.editor.set({ tool })
  stores.view.set({ cursor: BEFORE })
  return stores
}

/** An element of Bokeh's, which notes what it is told, by points of the pane. */
function targetNoting(done: Done) {
  const target = Object.assign(new EventTarget(), { style: { outline: "dotted" } })
  for (const type of ["pointerdown", "pointermove", "pointerup"]) {
    target.addEventListener(type, (event) => { const [x, y] = (event as unknown as FakePointerEvent).at; done.push([type, x - 1000, y - 2000]) })
  }
  return target
}

function fakePane(done: Done): Pane {
  return {
    el: { getBoundingClientRect: () => ({ left: 1000, top: 2000 }) }, pan: note(done, "pan"), zoom: note(done, "zoom"),
    holds: ([x, y]: Pixel) => x >= 0 && y >= 0 && x < SIZE && y < SIZE,
    within: (_: Pixel, to: Pixel) => to.map((n) => Math.min(SIZE - 1, Math.max(0, n))),
    voxelAt: (x: number, y: number) => [x, y, 0], toPoint: (x: number, y: number) => [x / 10, y / 10],
  } as unknown as Pane
}

const linkedParts = (done: Done, isSecond: boolean) => ({
  slices: { moveTo: note(done, "move to"), dragWindow: (_: Pane, dx: number, dy: number) => done.push(["window", dx, dy]) },
  quad: {
    isSecondTap: (_: Event, cursor: Voxel) => { done.push(["tap", cursor]); return isSecond },
    before: FIRST, toggle: () => done.push(["enlarge"]),
  },
})

const drawingParts = (done: Done, isTaken: boolean) => ({
  brush: {
    begin: (_: Pane, at: Pixel) => { done.push(["paint", at]); return isTaken },
    go: note(done, "paint on"), end: note(done, "painted"), giveUp: note(done, "unpainted"),
  },
  strokes: {
    begin: () => done.push(["stroke"]), context: () => ({}),
    end: (_: Pane, release: () => void) => { release(); return isTaken },
    giveUp: (_: Pane, release: () => void) => { done.push(["given up"]); release() },
    add: (_: Pane, __: unknown, xs: number[], ys: number[]) => done.push(["dropped", xs, ys]),
  },
})
