// One slice: a Bokeh figure, into whose images it is written here, and what lies over it.

import { found, h } from "../core/dom.ts"
import type { Box, Layout } from "../core/protocol.ts"
import type { Parts } from "../core/parts.ts"
import { Glow } from "../drawing/hover.ts"
import { listenToPointer } from "../drawing/pointer.ts"
import type { Opened, SeriesVolume } from "../stores/document.ts"
import { blendColors } from "../stores/series.ts"
import type { Range } from "../stores/view.ts"
import type { BokehDocument, DrawTool, StrokeGlyph, StrokeSource } from "./bokeh.ts"
import { Borders } from "./borders.ts"
import type { Plane } from "./convention.ts"
import { corner } from "./corner.ts"
import { SliceFigure, type ImageSize } from "./figure.ts"
import { endsOf, meets, partOf, toCanvas, toVoxel, unionOf, type Cut, type Part, type Point, type Voxel } from "./geometry.ts"
import { Legend } from "./legend.ts"
import { DARKEST, isBlank, paintColors, paintIntensities, paintLabels } from "./paint.ts"
import type { Look } from "./source.ts"
import { Viewport, type Pixel, type Size, type Zoomed } from "./viewport.ts"

/** Of a volume that is of no patient. */
export const BY_AXES: Readonly<Record<Plane, string>> = { axial: "XY", coronal: "XZ", sagittal: "YZ" }

const NOTHING: Look = { volume: null, ids: null, labels: null }

/** What a pane is called: its place on the page, the plane on which what is drawn there lies, and in words. */
export interface PaneName { name: string; plane: Plane; title: string }

export class Pane {
  readonly name: string
  readonly el: HTMLElement
  readonly corner: HTMLElement
  readonly slider: HTMLInputElement
  readonly glow: Glow
  readonly viewport: Viewport
  plane: Plane
  label: string // what its slices are called
  layout: Layout | null = null
  index = -1
  protected readonly parts: Parts // of which some are made after the panes
  readonly #legend = new Legend()
  readonly #borders: Borders
  #figure: SliceFigure | null = null

  constructor({ name, plane, title }: PaneName, child: HTMLElement, parts: Parts) {
    this.name = name
    this.plane = plane
    this.label = title
    this.parts = parts
    this.viewport = new Viewport(this)
    this.slider = this.#sliderOf(title)
    this.#borders = new Borders(this, parts)
    this.glow = new Glow(this, parts)
    this.el = h("section", { class: `pane ${name}`, "aria-label": title },
      child, this.#borders.el, this.glow.el, ...this.#legend.els, this.slider)
    this.el.append(this.corner = corner(parts, this.el))
    new ResizeObserver(() => this.#resize()).observe(this.el)
    listenToPointer(this, parts)
  }

  #sliderOf(title: string): HTMLInputElement {
    const slider = h("input", {
      type: "range", class: "scroll", min: 0, max: 0, step: 1, "aria-label": `${title} slice`,
      title: `${title} slice (wheel, ←/→, PgUp/PgDn)`,
      onfocus: () => this.parts.slices.activate(this),
      oninput: () => { if (this.layout) this.parts.slices.scrollTo(this.layout.axis, Number(slider.value)) },
    })
    return slider
  }

  /** Find the figure by its name; false as long as Bokeh has not made it. */
  wire(document: BokehDocument): boolean {
    this.#figure ??= SliceFigure.find(document, this.name)
    return this.#figure !== null
  }

  /** Lines that are on their way to the server, and how the next one is drawn. */
  get strokes(): StrokeSource { return this.#wired.strokes }
  get strokeGlyph(): StrokeGlyph { return this.#wired.strokeGlyph }
  get tool(): DrawTool { return this.#wired.tool }

  get #wired(): SliceFigure {
    if (!this.#figure) throw new Error("the slices are not ready")
    return this.#figure
  }

  get #laid(): Layout {
    if (!this.layout) throw new Error("no volume lies on the slices")
    return this.layout
  }

  /** Begin with a volume, and show the whole slice. */
  open({ shape, spacing }: Opened, layout: Layout): void {
    const { volume, labels } = this.#wired
    this.#lay(layout, spacing)
    for (const el of found(this.el, ".bk-events")) el.tabIndex = -1 // there is nothing to do there with keys
    this.index = -1
    this.#wired.blend(false)
    for (const image of [volume, labels]) image.as(this.#nothing)
    this.slider.max = String(shape[layout.axis] - 1)
    this.fit()
  }

  #lay(layout: Layout, spacing: readonly number[]): void {
    this.layout = layout
    this.viewport.lay(layout, spacing)
    this.#legend.lay(layout)
  }

  /** Lay the slice the other way round; what is in the middle stays there. */
  turn(layout: Layout, { spacing }: Opened): void {
    const { zoom, centre: [x, y] } = this.zoomed
    const isMirrored = layout.x.reversed !== this.#laid.x.reversed
    this.#lay(layout, spacing)
    this.zoomed = { zoom, centre: [isMirrored ? layout.x.size - 1 - x : x, y] }
  }

  /** What is said of the patient's sides. */
  set side(name: string) { this.#legend.side = name }

  /** Show the slice where the cursor is, if it is another one, and the crosshair. */
  show(cursor: Voxel): void {
    const { opened } = this.parts.stores.document.state
    if (!opened || !this.layout) return
    const index = cursor[this.layout.axis]
    if (index !== this.index) this.#go(index, opened)
    this.#cross(cursor)
  }

  #go(index: number, { shape, oriented }: Opened): void {
    const { axis } = this.#laid
    this.index = index
    this.slider.value = String(index)
    const name = oriented ? this.label : BY_AXES[this.plane]
    const volume = this.parts.stores.document.several ? this.volume?.name : ""
    this.#legend.head({ name, where: `${"ijk"[axis]} ${index} / ${shape[axis] - 1}`, volume: volume ?? "" })
    this.drawVolume()
    this.drawOverlay()
  }

  /** Show all of the slice anew. */
  redraw(cursor: Voxel): void {
    this.index = -1
    this.show(cursor)
  }

  /** The volume of the series that is shown here. */
  get volume(): SeriesVolume | null { return this.parts.stores.document.state.shown }

  /** The slice that is shown, as far as it is there. */
  get slice(): Look { return this.parts.stores.document.slices?.look(this.#laid, this.index) ?? NOTHING }

  /** A single cell as large as the slice. */
  get #nothing(): ImageSize {
    const { x, y } = this.#laid
    return { width: 1, height: 1, place: { x: [-0.5], y: [-0.5], dw: [x.size], dh: [y.size] } }
  }

  drawVolume(): void {
    const { volume } = this.slice
    const image = this.#wired.volume.as(volume ?? this.#nothing)
    if (volume) paintIntensities(image, volume)
    else image.fill(DARKEST)
    this.#wired.volume.show()
    this.drawOver()
  }

  /** Draw the second volume over the first, where they are blended; else there is nothing to draw. */
  drawOver(): void {
    const { second, shade, mix } = this.parts.stores.document.state
    const drawn = this.#blended
    this.#figure?.blend(drawn !== null)
    if (!drawn || !second) return
    paintColors(this.#wired.over.as(drawn), drawn, second.window, blendColors(shade, mix))
    this.#wired.over.show()
  }

  get #blended(): Cut | null {
    const { state: { blends, second }, slices } = this.parts.stores.document
    return blends && second && slices && this.layout && this.index >= 0 ? slices.lookAt(second.key, this.layout, this.index) : null
  }

  /** Draw what lies over the intensities: the labels, and what is made of the ids. */
  drawOverlay(): void {
    if (this.index >= 0) this.drawLabels() // else a slice that is none would be asked for
    this.#borders.change()
    this.glow.change()
  }

  /** Draw the labels; only a part of the slice, if one is given. */
  drawLabels(part?: Part): void {
    if (!this.layout) return
    const { view: { state: { labels_shown, opacity } }, document: { colors, hidden } } = this.parts.stores
    const labels = labels_shown ? this.slice.labels : null
    const seen = labels && (part || !isBlank(labels)) ? labels : null
    const image = this.#wired.labels.as(seen ?? this.#nothing)
    if (seen) paintLabels(image, seen, { colors, hidden, opacity }, part)
    else image.fill(0)
    this.#wired.labels.show()
  }

  /** Draw the labels where they have changed, in boxes. */
  drawLabelsIn(boxes: readonly Box[]): void {
    const { layout, index } = this
    if (!layout) return
    const met = boxes.filter((box) => meets(box, { axis: layout.axis, index }))
    if (met.length) this.drawLabels(met.map((box) => partOf(layout, endsOf(box))).reduce(unionOf))
  }

  setWindow(window: Range): void { this.#figure?.setWindow(window) }

  // Zoom and position

  get size(): Size { return [this.el.clientWidth, this.el.clientHeight] }
  get pxPerMm(): number { return this.viewport.pxPerMm }
  get pxPerVoxel(): Size { return this.viewport.pxPerVoxel }

  fit(): void {
    this.viewport.fit()
    this.place()
  }

  #resize(): void {
    const { zoomed } = this
    if (this.layout) this.zoomed = zoomed
  }

  get zoomed(): Zoomed { return this.viewport.zoomed }

  set zoomed(zoomed: Zoomed) {
    this.viewport.zoomed = zoomed
    this.place()
  }

  /** Zoom by `factor` so that the canvas point under the pointer stays where it is. */
  zoom(factor: number, px: number, py: number): void {
    this.parts.stores.view.finish("zoom")
    this.viewport.zoom(factor, px, py)
    this.place()
  }

  /** Zoom by `factor` about the middle. */
  zoomBy(factor: number): void {
    const [w, h] = this.size
    if (this.layout) this.zoom(factor, w / 2, h / 2)
  }

  pan(dx: number, dy: number): void {
    this.viewport.pan(dx, dy)
    this.place()
  }

  /** Whether a voxel is seen here; one large view hides the others. */
  shows(ijk: Voxel): boolean {
    const { layout, el } = this
    if (!layout || !el.checkVisibility({ visibilityProperty: true })) return false
    return this.index === ijk[layout.axis] && this.holds(this.pixelOf(ijk))
  }

  /** Bring a voxel into the middle. */
  centreOn(ijk: Voxel): void {
    this.viewport.centre = toCanvas(this.#laid, ijk)
    this.place()
  }

  /** Draw all where it is now. */
  place(): void {
    const { stores: { view }, brush, slices } = this.parts
    this.#wired.place(this.viewport)
    if (this.index >= 0) this.#cross(view.state.cursor)
    this.#borders.place()
    this.glow.place()
    if (brush.over === this) brush.outline() // its radius is one in mm
    this.#legend.measure(this.pxPerMm)
    slices.compare.follow(this)
  }

  #cross(cursor: Voxel): void { this.#legend.cross(this.pixelOf(cursor)) }

  /** Pixels from the pane's upper left corner, of a canvas point or of a voxel; and the inverse. */
  toPixel(x: number, y: number): Pixel { return this.viewport.toPixel(x, y) }
  pixelOf(ijk: Voxel): Pixel { return this.toPixel(...toCanvas(this.#laid, ijk)) }
  toPoint(px: number, py: number): Point { return this.viewport.toPoint(px, py) }
  voxelAt(px: number, py: number): Voxel { return toVoxel(this.#laid, this.index, ...this.toPoint(px, py)) }

  /** Whether a point in pixels lies on the pane. */
  holds(at: Pixel): boolean { return this.viewport.holds(at) }

  /** The last point of the pane on the way from a point on it to another. */
  within(from: Pixel, to: Pixel): Pixel { return this.viewport.within(from, to) }
}
