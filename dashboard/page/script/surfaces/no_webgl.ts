// Whether the browser can draw surfaces, and what it says where it cannot.

import { h } from "../core/dom.ts"

/** The way to the graphics card, or to what stands in for it; null if there is none. */
export function contextOf(canvas: HTMLCanvasElement): WebGL2RenderingContext | null {
  // Edges are smoothed where it costs little only: a processor that draws takes four times as long for it.
  return canvas.getContext("webgl2", { antialias: !drawsInSoftware(), depth: true, alpha: true, preserveDrawingBuffer: true })
}

/** Whether a processor draws in place of a graphics card. */
function drawsInSoftware(): boolean {
  const context = document.createElement("canvas").getContext("webgl2")
  const said = String(context?.getParameter(context.RENDERER) ?? "")
  context?.getExtension("WEBGL_lose_context")?.loseContext()
  return /swiftshader|llvmpipe|software|basic render/i.test(said)
}

/** What stands in the pane in place of the surfaces. */
export function sorry(): HTMLElement {
  const el = h("p", { role: "status" }, "This browser has no WebGL, so the labels are not shown in 3D. All else works.")
  Object.assign(el.style, {
    position: "absolute", inset: "0", margin: "0", display: "grid", placeItems: "center", padding: "24px", textAlign: "center",
    color: "#b9c2cd", font: '13px Inter, "Segoe UI", "DejaVu Sans", system-ui, sans-serif',
  })
  return el
}
