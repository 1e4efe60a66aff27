// The pane of the surfaces: what is in the scene, from where it is seen, and what a hand does to it.

import { h } from "../core/dom.ts"
import type { PaneMessages } from "../core/protocol.ts"
import { type View, frameOf, keepView, keptView, moved, rayThrough, sizeOf, turned, viewInFront, zoomed } from "./camera.ts"
import { Hand } from "./hand.ts"
import { Marker } from "./marker.ts"
import type { Mesh } from "./meshes.ts"
import { Pacing, nextRatio } from "./pacing.ts"
import { firstHit } from "./picking.ts"
import { PICK, type Pick } from "./picks.ts"
import { Scene, WHOLE } from "./scene.ts"

const HALF_TURN = 200 // degrees, by a drag over the pane's height
const IDLE_MS = 150 // a page that is never idle shows surfaces all the same
const LOOK_MS = 4 // between looks whether the graphics card is ready

export const RENDER = "supervox-render"
export const DRAWN = "supervox-drawn"

export class Pane {
  readonly el = h("div", { class: "scene" })
  readonly #shown = h("canvas", { "aria-hidden": "true" })
  readonly #context: WebGL2RenderingContext
  readonly #scene: Scene
  readonly #marker = new Marker()
  readonly #pacing: Pacing
  readonly #ended = new AbortController()
  readonly #elsewhere = new Set<number>() // pointers that are down outside
  #opened: PaneMessages["scene"] = { digest: "", oriented: false, inset: 0 }
  #view: View | null = null
  #isChosen = false // the view is the user's own: nothing but the hand changes it
  #ratio = devicePixelRatio
  #frames = 0 // of the scene as it is; the first one is not like those that follow
  #size: [number, number] = [0, 0]

  /** Draw by a context whose canvas is in no document: the page would wait for one in it, until all is drawn. */
  constructor(context: WebGL2RenderingContext, onSeen: (seen: boolean) => void) {
    this.#context = context
    this.#scene = new Scene(context.canvas as HTMLCanvasElement)
    Object.assign(this.#shown.style, { position: "absolute", inset: "0", width: "100%", height: "100%" })
    Object.assign(this.el.style, { position: "absolute", inset: "0", touchAction: "none" })
    this.el.append(this.#shown, this.#marker.el)
    this.#pacing = new Pacing({
      draw: () => this.#draw(),
      isSeen: () => this.#isSeen,
      isBusy: () => this.#elsewhere.size > 0,
      idle: (then) => { whenIdle(then) },
      frame: requestAnimationFrame.bind(window),
    })
    this.#listen(onSeen)
  }

  // What the server says

  scene(opened: PaneMessages["scene"]): void {
    const isAnother = opened.digest !== this.#opened.digest
    this.#opened = opened
    this.#scene.clear()
    if (isAnother) {
      this.#view = keptView(opened.digest)
      this.#isChosen = this.#view !== null
      this.#wipe()
    }
    this.#pacing.ask()
  }

  surface(label: number, mesh: Mesh): void {
    const isFirst = this.#scene.isEmpty || (label === WHOLE && !this.#scene.has(WHOLE))
    this.#scene.put(label, mesh)
    this.#frames = 0
    if (isFirst && !this.#isChosen) this.#view = viewInFront(this.#scene.vertices)
    this.#pacing.ask()
  }

  gone({ label }: PaneMessages["gone"]): void {
    this.#scene.remove(label)
    this.#pacing.ask()
  }

  looks({ looks }: PaneMessages["looks"]): void {
    for (const { label, ...look } of looks) this.#scene.look(label, look)
    this.#pacing.ask()
  }

  shown({ value }: PaneMessages["shown"]): void {
    this.#scene.show(value)
    this.#pacing.ask()
  }

  end(): void {
    this.#ended.abort()
    this.#scene.end()
    this.#context.getExtension("WEBGL_lose_context")?.loseContext() // browsers give few, and free them late
  }

  // When it is drawn

  get #isSeen(): boolean {
    return this.#view !== null && this.#size[0] > 0 && this.#size[1] > 0 && !document.hidden && this.#canDraw
  }

  get #canDraw(): boolean { return !this.#ended.signal.aborted && !this.#context.isContextLost() }

  #listen(onSeen: (seen: boolean) => void): void {
    const { signal } = this.#ended
    new Hand(this.el, {
      turn: (right, down) => this.#see((view) => turned(view, right * HALF_TURN, down * HALF_TURN)),
      move: (right, down) => this.#see((view) => moved(view, right, down)),
      zoom: (by) => this.#see((view) => zoomed(view, by, sizeOf(this.#scene.vertices))),
      pick: (x, y) => this.#pick(x, y),
      rest: () => { if (this.#view) keepView(this.#opened.digest, this.#view) },
    })
    this.#shown.addEventListener(RENDER, () => this.#takePicture())
    this.#context.canvas.addEventListener("webglcontextrestored", () => this.#pacing.ask())
    window.addEventListener("pointerdown", (event) => {
      if (!event.composedPath().includes(this.el)) this.#elsewhere.add(event.pointerId)
    }, { capture: true, signal })
    for (const name of ["pointerup", "pointercancel"] as const) {
      window.addEventListener(name, (event) => { if (this.#elsewhere.delete(event.pointerId)) this.#pacing.go() }, { capture: true, signal })
    }
    // Of a menu that the browser itself opens, some do not say that the button went up.
    window.addEventListener("pointermove", ({ buttons, pointerId }) => {
      if (buttons === 0 && this.#elsewhere.delete(pointerId)) this.#pacing.go()
    }, { capture: true, signal })
    document.addEventListener("visibilitychange", () => this.#pacing.go(), { signal })
    const sizes = new ResizeObserver(() => {
      const wasThere = this.#size[0] > 0
      this.#size = [this.el.clientWidth, this.el.clientHeight]
      if (wasThere !== this.#size[0] > 0) onSeen(!wasThere)
      this.#pacing.ask()
    })
    sizes.observe(this.el)
    signal.addEventListener("abort", () => sizes.disconnect())
  }

  #see(change: (view: View) => View): void {
    if (!this.#view) return
    this.#view = change(this.#view)
    this.#isChosen = true
    this.#pacing.ask(true)
  }

  /** Draw the scene, show it when all is drawn, and draw fewer pixels next time if that took long. */
  async #draw(): Promise<void> {
    const view = this.#view
    if (!view) return
    const began = performance.now()
    this.#render(view, this.#ratio)
    await this.#finished()
    if (!this.#canDraw || !this.#view) return // it was ended, lost, or of another volume
    this.#show(view)
    const ms = performance.now() - began
    this.el.dispatchEvent(new CustomEvent(DRAWN, { bubbles: true, composed: true, detail: { ms } }))
    if (this.#frames++ === 0) return
    this.#ratio = nextRatio(this.#ratio, ms, devicePixelRatio)
  }

  #render(view: View, ratio: number): void {
    const [width, height] = this.#size.map((edge) => Math.max(1, Math.round(edge * ratio)))
    this.#scene.draw(view, [width, height])
  }

  #show(view: View): void {
    const { canvas } = this.#context
    Object.assign(this.#shown, { width: canvas.width, height: canvas.height })
    this.#shown.getContext("2d")?.drawImage(canvas, 0, 0)
    this.#marker.draw(frameOf(view), this.#opened.oriented)
  }

  /** Nothing is seen of the volume that was open before. */
  #wipe(): void {
    this.#shown.width = 0
    this.#marker.el.hidden = true
  }

  /** Show it at once, and as sharp as the screen: a picture is taken. */
  #takePicture(): void {
    if (!this.#view || !this.#isSeen) return
    this.#render(this.#view, devicePixelRatio)
    this.#show(this.#view)
  }

  /** Wait until the graphics card, or what stands in for it, has drawn all. */
  async #finished(): Promise<void> {
    const fence = this.#context.fenceSync(this.#context.SYNC_GPU_COMMANDS_COMPLETE, 0)
    if (!fence) return
    this.#context.flush()
    while (this.#context.getSyncParameter(fence, this.#context.SYNC_STATUS) === this.#context.UNSIGNALED && !this.#context.isContextLost()) {
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
    this.#context.deleteSync(fence)
  }

  #pick(x: number, y: number): void {
    if (!this.#view) return
    const hit = firstHit(rayThrough(this.#view, [x, y], this.#size), this.#scene.seen, this.#opened.inset)
    if (!hit) return
    const detail: Pick = { label: hit.label, ras: hit.ras }
    this.el.dispatchEvent(new CustomEvent(PICK, { bubbles: true, composed: true, detail }))
  }
}

/** Some browsers do not tell when they have nothing to do. */
function whenIdle(then: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(then, { timeout: IDLE_MS })
  else setTimeout(then)
}
