// A pane as a picture: what its canvases show, and lines, letters and scale over them as they are seen.

import { h } from "../core/dom.ts"
import type { Parts } from "../core/parts.ts"

const SHADE = { shadowColor: "#000", shadowBlur: 3 } // else not seen where the slice is white
const KEPT_MS = 60_000 // the browser needs a while to save what it was given

/** Save what a section of the page shows as a PNG, in the screen's own pixels. */
export async function savePicture(parts: Pick<Parts, "stores" | "slices" | "quad">, section: HTMLElement): Promise<void> {
  const name = nameOf(parts, section)
  if (!name) return
  const blob = await blobOf(pictureOf(section))
  if (!blob) return
  saveAs(name, blob)
  parts.stores.view.hint(`${name} is saved where your browser puts downloads`)
}

/** What the picture of a section is called; "" as long as there is nothing to be seen. */
function nameOf({ stores: { document }, slices }: Pick<Parts, "stores" | "slices">, section: HTMLElement): string {
  const { opened } = document.state
  if (!opened) return ""
  const pane = slices.panes.find(({ el }) => el === section)
  return pane ? `${pane.volume?.name ?? opened.name}_${pane.plane}_${pane.index}.png` : `${opened.name}_3d.png`
}

const blobOf = (canvas: HTMLCanvasElement): Promise<Blob | null> => new Promise((done) => canvas.toBlob(done, "image/png"))

/** Let the browser save a blob under a name. */
export function saveAs(name: string, blob: Blob): void {
  const link = h("a", { download: name, href: URL.createObjectURL(blob) })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
}

function pictureOf(section: HTMLElement): HTMLCanvasElement {
  const frame = section.getBoundingClientRect()
  const [width, height] = [frame.width, frame.height].map((size) => Math.round(size * devicePixelRatio))
  const canvas = h("canvas", { width, height })
  const context = canvas.getContext("2d")
  if (!context) return canvas
  context.scale(devicePixelRatio, devicePixelRatio)
  context.imageSmoothingEnabled = false
  context.fillStyle = getComputedStyle(section).backgroundColor
  context.fillRect(0, 0, frame.width, frame.height)
  context.translate(-frame.left, -frame.top)
  drawCanvases(context, section)
  drawLines(context, section)
  drawTexts(context, section)
  return canvas
}

const isSeen = (el: Element): boolean => el.checkVisibility({ visibilityProperty: true })

function drawCanvases(context: CanvasRenderingContext2D, section: HTMLElement): void {
  for (const canvas of canvasesIn(section)) {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    // WebGL keeps what it has drawn only until the browser has shown it: whoever drew it draws it again.
    canvas.dispatchEvent(new CustomEvent("supervox-render", { bubbles: true, composed: true }))
    if (canvas.width && canvas.height && width && height) context.drawImage(canvas, left, top, width, height)
  }
}

/** All canvases in an element, those of Bokeh's and of the 3D view's own trees too, from below to above. */
function* canvasesIn(root: ParentNode): Generator<HTMLCanvasElement> {
  for (const el of root.querySelectorAll<HTMLElement>("*")) {
    if (el instanceof HTMLCanvasElement && !el.matches(".glow") && isSeen(el)) yield el
    if (el.shadowRoot) yield* canvasesIn(el.shadowRoot)
  }
}

function drawLines(context: CanvasRenderingContext2D, section: HTMLElement): void {
  for (const line of section.querySelectorAll(".line, .scale")) {
    if (line.matches(".scale")) Object.assign(context, SHADE)
    if (isSeen(line)) drawBox(context, line)
  }
}

/** An element's ground, and its borders. */
function drawBox(context: CanvasRenderingContext2D, el: Element): void {
  const { left, top, width, height } = el.getBoundingClientRect()
  const style = getComputedStyle(el)
  context.fillStyle = style.backgroundColor
  context.fillRect(left, top, width, height)
  context.fillStyle = style.borderBottomColor
  const [l, r, b] = [style.borderLeftWidth, style.borderRightWidth, style.borderBottomWidth].map(parseFloat)
  context.fillRect(left, top, l, height)
  context.fillRect(left + width - r, top, r, height)
  context.fillRect(left, top + height - b, width, b)
}

function drawTexts(context: CanvasRenderingContext2D, section: HTMLElement): void {
  context.textBaseline = "middle"
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node instanceof Text) drawText(context, node)
}

function drawText(context: CanvasRenderingContext2D, node: Text): void {
  const el = node.parentElement
  if (!el || !node.data.trim() || !isSeen(el) || el.closest(".corner, button")) return
  const range = document.createRange()
  range.selectNodeContents(node)
  const { left, top, height } = range.getBoundingClientRect()
  const { font, color } = getComputedStyle(el)
  Object.assign(context, { font, fillStyle: color, ...SHADE })
  for (let times = 0; times < 2; times++) context.fillText(node.data, left, top + height / 2)
}
