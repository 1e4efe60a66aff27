// A pane as a picture: what its canvases show, and lines, letters and scale over them as they are seen.

import { h } from "../core/dom.ts"

const SHADE = { shadowColor: "#000", shadowBlur: 3 } // else not seen where the slice is white

/** Save what a section of the page shows as a PNG, in the screen's own pixels. */
export async function savePicture(bench, section) {
  const { store, quad, series } = bench
  if (!store) return
  const pane = bench.panes.find(({ el }) => el === section)
  // WebGL keeps what it has drawn only until the browser has shown it.
  for (const each of canvasesIn(section)) each.dispatchEvent(new Event("supervox-render", { bubbles: true }))
  const canvas = pictureOf(section)
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"))
  const name = pane ? `${series.of(pane).name}_${pane.plane}_${pane.index}.png` : `${store.name}_3d.png`
  saveAs(name, blob)
  bench.readout.hint(`${name} is saved where your browser puts downloads`)
}

/** Let the browser save a blob under a name. */
export function saveAs(name, blob) {
  const link = h("a", { download: name, href: URL.createObjectURL(blob) })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

function pictureOf(section) {
  const frame = section.getBoundingClientRect()
  const canvas = h("canvas", { width: Math.round(frame.width * devicePixelRatio), height: Math.round(frame.height * devicePixelRatio) })
  const context = canvas.getContext("2d")
  context.scale(devicePixelRatio, devicePixelRatio)
  context.imageSmoothingEnabled = false
  context.fillStyle = getComputedStyle(section).backgroundColor
  context.fillRect(0, 0, frame.width, frame.height)
  context.translate(-frame.left, -frame.top)
  for (const each of canvasesIn(section)) {
    const { left, top, width, height } = each.getBoundingClientRect()
    if (each.width && each.height && width && height) context.drawImage(each, left, top, width, height)
  }
  for (const line of section.querySelectorAll(".line, .scale")) {
    if (line.matches(".scale")) Object.assign(context, SHADE)
    if (isSeen(line)) drawBox(context, line)
  }
  drawTexts(context, section)
  return canvas
}

const isSeen = (el) => el.checkVisibility({ visibilityProperty: true })

/** All canvases in an element, those of Bokeh's and vtk.js's own trees too, from below to above. */
function* canvasesIn(root) {
  for (const el of root.querySelectorAll("*")) {
    if (el.tagName === "CANVAS" && !el.matches(".glow") && isSeen(el)) yield el
    if (el.shadowRoot) yield* canvasesIn(el.shadowRoot)
  }
}

/** An element's ground, and its borders. */
function drawBox(context, el) {
  const { left, top, width, height } = el.getBoundingClientRect()
  const style = getComputedStyle(el)
  context.fillStyle = style.backgroundColor
  context.fillRect(left, top, width, height)
  context.fillStyle = style.borderBottomColor
  const [l, r, b] = [style.borderLeftWidth, style.borderRightWidth, style.borderBottomWidth].map(parseFloat)
  for (const box of [[left, top, l, height], [left + width - r, top, r, height], [left, top + height - b, width, b]]) context.fillRect(...box)
}

function drawTexts(context, section) {
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  context.textBaseline = "middle"
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement
    if (!node.data.trim() || !isSeen(el) || el.closest(".corner, button")) continue
    range.selectNodeContents(node)
    const { left, top, height } = range.getBoundingClientRect()
    const { font, color } = getComputedStyle(el)
    Object.assign(context, { font, fillStyle: color, ...SHADE })
    for (let times = 0; times < 2; times++) context.fillText(node.data, left, top + height / 2)
  }
}
