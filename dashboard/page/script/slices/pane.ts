// One slice: a Bokeh figure made by HoloViews, whose glyphs are written here, and what lies over it.

import { clamp, found, h } from "../core/dom.ts"
import { Glow } from "../drawing/hover.ts"
import { listenToPointer } from "../drawing/pointer.ts"
import { Borders } from "./borders.ts"
import { endsOf, meets, partOf, toCanvas, toVoxel, unionOf } from "./geometry.ts"
import { lengthText, nice } from "./lengths.ts"
import { corner } from "./quad.ts"

const DARKEST = -3e38
const MARGIN = 26 // px left free around a fitted slice, for the letters
const BAR = 90 // px that the scale bar has at most
export const BY_AXES = { axial: "XY", coronal: "XZ", sagittal: "YZ" } // of a volume that is of no patient

export class Pane {
  constructor(name, title, child, bench) {
    Object.assign(this, { name, bench, child, index: -1, pxPerMm: 0, centre: [0, 0] })
    this.title = h("span", { class: "title" })
    this.lines = { x: h("div", { class: "line v" }), y: h("div", { class: "line h" }) }
    this.letters = ["left", "right", "up", "down"].map((side) => h("span", { class: `letter ${side}` }))
    this.bar = h("div", { class: "scale" }, h("span"))
    this.slider = h("input", {
      type: "range", class: "scroll", min: 0, max: 0, step: 1, "aria-label": `${title} slice`,
      title: `${title} slice (wheel, ←/→, PgUp/PgDn)`,
      onfocus: () => bench.activate(this),
      oninput: () => bench.scrollTo(this.layout.axis, Number(this.slider.value)),
    })
    this.label = title
    this.side = h("span", { class: "side" })
    this.borders = new Borders(this)
    this.glow = new Glow(this)
    this.el = h("section", { class: `pane ${name}`, "aria-label": title }, child, this.borders.el, this.glow.el,
      this.lines.x, this.lines.y, this.title, ...this.letters, this.side, this.bar, this.slider)
    this.el.append(this.corner = corner(bench, this.el))
    new ResizeObserver(() => this.resize()).observe(this.el)
    listenToPointer(this)
  }

  /** Find the figure's models by name; false as long as Bokeh has not made them. */
  wire(document) {
    this.figure ??= document.get_model_by_name(`supervox-${this.name}`)
    if (!this.figure) return false
    const named = (name) => this.figure.renderers.find((renderer) => renderer.name === name)
    this.base = named("volume").data_source
    this.overlay = named("labels").data_source
    this.over = named("over")
    this.mapper = named("volume").glyph.color_mapper
    this.strokes = named("stroke").data_source
    this.tool = this.figure.toolbar.tools.find((tool) => tool.type === "FreehandDrawTool")
    return true
  }

  get store() { return this.bench.store }

  /** The plane on which what is drawn here lies. */
  get plane() { return this.name }

  /** Begin with a volume, and show the whole slice. */
  open(layout) {
    this.lay(layout)
    for (const el of found(this.el, ".bk-events")) el.tabIndex = -1 // there is nothing to do there with keys
    this.index = -1
    this.over.setv({ visible: false }, { sync: false })
    for (const [source, values] of [[this.base, Float32Array], [this.overlay, Uint32Array]]) this.image(source, values, this.nothing)
    this.slider.max = this.store.shape[layout.axis] - 1
    this.fit()
  }

  lay(layout) {
    this.layout = layout
    const [left, right, up, down] = this.letters
    ;[left.textContent, right.textContent] = layout.x.letters
    ;[down.textContent, up.textContent] = layout.y.letters
  }

  /** Lay the slice the other way round; what is in the middle stays there. */
  turn(layout) {
    const { zoom, centre: [x, y] } = this.zoomed
    const isMirrored = layout.x.reversed !== this.layout.x.reversed
    this.lay(layout)
    this.zoomed = { zoom, centre: [isMirrored ? layout.x.size - 1 - x : x, y] }
  }

  /** Show the slice at `index`, if it is another one, and the crosshair where the cursor is. */
  show(cursor) {
    const index = cursor[this.layout.axis]
    if (index !== this.index) {
      this.index = index
      this.slider.value = index
      const axis = "ijk"[this.layout.axis]
      this.title.replaceChildren(this.heading, h("small", {}, `${axis} ${index} / ${this.store.shape[this.layout.axis] - 1}`), this.volumeName)
      this.drawVolume()
      this.drawOverlay()
    }
    this.placeLines(cursor)
  }

  /** What the slices are called. */
  get heading() { return this.store.oriented ? this.label : BY_AXES[this.plane] }

  /** What is shown, where there is a choice. */
  get volumeName() {
    const { series } = this.bench
    return series.several ? h("small", { class: "volume" }, series.of(this).name) : ""
  }

  /** The slice that is shown, as far as it is there. */
  get slice() {
    const slice = this.store.slices.look(this.layout, this.index)
    const { series } = this.bench
    return this.isCompare ? { ...slice, volume: this.store.slices.lookAt(series.of(this).key, this.layout, this.index) } : slice
  }

  /** A single cell as large as the slice. */
  get nothing() {
    const [width, height] = [this.layout.x.size, this.layout.y.size]
    return { width: 1, height: 1, place: { x: [-0.5], y: [-0.5], dw: [width], dh: [height] } }
  }

  /** The image in a source of Bokeh's, of the size and in the place of what is to be drawn. */
  image(source, Values, { width, height, place }) {
    const [image] = source.data.image
    Object.assign(source.data, place)
    if (image.shape[0] === height && image.shape[1] === width) return image
    source.data.image = [new image.constructor(new Values(width * height), [height, width])]
    return source.data.image[0]
  }

  drawVolume() {
    const { volume } = this.slice
    const image = this.image(this.base, Float32Array, volume ?? this.nothing)
    if (volume) this.fill(image, volume)
    else image.fill(DARKEST)
    this.base.change.emit()
    this.drawOver()
  }

  /** Draw the second volume over the first, where they are blended; else there is nothing to draw. */
  drawOver() {
    const { blends, second, colors } = this.bench.series
    const drawn = blends && second && !this.isCompare && this.index >= 0 ? this.store.slices.lookAt(second.key, this.layout, this.index) : null
    if (this.over.visible !== Boolean(drawn)) this.over.setv({ visible: Boolean(drawn) }, { sync: false })
    if (!drawn) return
    const { values, width, height, start, right, up } = drawn
    const image = this.image(this.over.data_source, Uint32Array, drawn)
    const [low, high] = second.window
    const steps = 255 / (high - low || 1)
    let n = 0
    for (let y = 0; y < height; y++) {
      let p = start + y * up
      for (let x = 0; x < width; x++, p += right) {
        const value = values[p]
        image[n++] = Number.isFinite(value) ? colors[Math.round(clamp((value - low) * steps, 0, 255))] : 0
      }
    }
    this.over.data_source.change.emit()
  }

  fill(image, { values, width, height, start, right, up }) {
    let n = 0
    for (let y = 0; y < height; y++) {
      let p = start + y * up
      for (let x = 0; x < width; x++, p += right) image[n++] = values[p]
    }
    // NaN and infinities are background: darker than any window.
    if (values instanceof Float32Array) for (n = 0; n < image.length; n++) if (!Number.isFinite(image[n])) image[n] = DARKEST
  }

  /** Draw what lies over the intensities: the labels, and what is made of the ids. */
  drawOverlay() {
    this.drawLabels()
    this.borders.change()
    this.glow.change()
  }

  /** Draw the labels; only a part of the slice (x0, x1, y0, y1 in voxels of the canvas, ends half
   * open), if one is given. */
  drawLabels(part) {
    const labels = this.bench.display.labels_shown ? this.slice.labels : null
    const isSeen = labels && (part || !isBlank(labels))
    const image = this.image(this.overlay, Uint32Array, isSeen ? labels : this.nothing)
    if (isSeen) this.colour(image, labels, part)
    else image.fill(0)
    this.overlay.change.emit()
  }

  /** Draw the labels where they have changed, in boxes. */
  drawLabelsIn(boxes) {
    const met = boxes.filter((box) => meets(box, { axis: this.layout.axis, index: this.index }))
    if (met.length) this.drawLabels(met.map((box) => partOf(this.layout, endsOf(box))).reduce(unionOf))
  }

  colour(image, { values, width, height, start, right, up }, [x0, x1, y0, y1] = [0, width, 0, height]) {
    const { colors, hidden } = this.store
    const alpha = Math.round(this.bench.display.opacity * 255) << 24
    for (let y = y0; y < y1; y++) {
      let p = start + y * up + x0 * right
      let n = y * width + x0
      for (let x = x0; x < x1; x++, p += right) image[n++] = values[p] && !hidden[values[p]] ? alpha | colors[values[p]] : 0
    }
  }

  setWindow([low, high]) {
    this.mapper.setv({ low, high }, { sync: false })
  }

  // Zoom and position. The canvas counts in voxels, the screen in pixels; mm are square.

  get size() { return [this.el.clientWidth, this.el.clientHeight] }

  get pxPerVoxel() {
    const { x, y } = this.layout
    return [x, y].map((axis) => this.pxPerMm * this.store.spacing[axis.index])
  }

  fit() {
    const [w, h] = this.size
    const extent = [this.layout.x, this.layout.y].map((axis) => axis.size * this.store.spacing[axis.index])
    this.fitted = Math.max(1e-12, Math.min((w - 2 * MARGIN) / extent[0], (h - 2 * MARGIN) / extent[1]))
    this.pxPerMm = this.fitted
    this.centre = [(this.layout.x.size - 1) / 2, (this.layout.y.size - 1) / 2]
    this.place()
  }

  resize() { if (this.layout) this.zoomed = this.zoomed }

  /** How far it is zoomed in from the whole slice, and on what. */
  get zoomed() { return { zoom: this.pxPerMm / this.fitted, centre: this.centre } }

  set zoomed({ zoom, centre }) {
    this.fit()
    this.pxPerMm *= zoom
    this.centre = centre
    this.place()
  }

  /** Zoom by `factor` so that the canvas point under the pointer stays where it is. */
  zoom(factor, px, py) {
    this.bench.hints.done("zoom")
    const [x, y] = this.toPoint(px, py)
    this.pxPerMm = clamp(this.pxPerMm * factor, this.fitted / 4, this.fitted * 40)
    const [sx, sy] = this.pxPerVoxel
    const [w, h] = this.size
    this.centre = [x - (px - w / 2) / sx, y + (py - h / 2) / sy]
    this.place()
  }

  /** Zoom by `factor` about the middle. */
  zoomBy(factor) { if (this.layout) this.zoom(factor, ...this.size.map((size) => size / 2)) }

  pan(dx, dy) {
    const [sx, sy] = this.pxPerVoxel
    this.centre = [this.centre[0] - dx / sx, this.centre[1] + dy / sy]
    this.place()
  }

  place() {
    const [w, h] = this.size
    const [sx, sy] = this.pxPerVoxel
    const [x, y] = this.centre
    this.figure.x_range.setv({ start: x - w / 2 / sx, end: x + w / 2 / sx }, { sync: false })
    this.figure.y_range.setv({ start: y - h / 2 / sy, end: y + h / 2 / sy }, { sync: false })
    if (this.index >= 0) this.placeLines(this.bench.cursor)
    this.borders.place()
    this.glow.place()
    if (this.bench.brush?.over === this) this.bench.brush.outline() // its radius is one in mm
    const length = nice(BAR / this.pxPerMm)
    this.bar.style.width = `${length * this.pxPerMm}px`
    this.bar.firstChild.textContent = lengthText(length)
    this.bench.compare.follow(this)
  }

  placeLines(cursor) {
    const [px, py] = this.toPixel(...toCanvas(this.layout, cursor))
    this.lines.x.style.transform = `translateX(${px}px)`
    this.lines.y.style.transform = `translateY(${py}px)`
  }

  /** Pixels from the pane's upper left corner, of a canvas point; and the inverse. */
  toPixel(x, y) {
    const [w, h] = this.size
    const [sx, sy] = this.pxPerVoxel
    return [w / 2 + (x - this.centre[0]) * sx, h / 2 - (y - this.centre[1]) * sy]
  }

  toPoint(px, py) {
    const [w, h] = this.size
    const [sx, sy] = this.pxPerVoxel
    return [this.centre[0] + (px - w / 2) / sx, this.centre[1] - (py - h / 2) / sy]
  }

  /** Whether a point in pixels lies on the pane. */
  holds([px, py]) {
    const [w, h] = this.size
    return px >= 0 && py >= 0 && px < w && py < h
  }

  /** The last point of the pane on the way from a point on it to another. */
  within(from, to) {
    let share = 1
    for (const [axis, size] of this.size.entries()) {
      const step = to[axis] - from[axis]
      const room = (step > 0 ? size - 1 : 0) - from[axis]
      if (step !== 0) share = Math.min(share, Math.max(0, room / step))
    }
    return [0, 1].map((axis) => from[axis] + share * (to[axis] - from[axis]))
  }

  voxelAt(px, py) { return toVoxel(this.layout, this.index, ...this.toPoint(px, py)) }
}

/** Whether a cut of labels has none. */
function isBlank({ values, width, height, start, right, up }) {
  for (let y = 0; y < height; y++) {
    let p = start + y * up
    for (let x = 0; x < width; x++, p += right) if (values[p]) return false
  }
  return true
}
