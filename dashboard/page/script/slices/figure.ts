// The Bokeh figure of a slice, made by HoloViews: its images, into which the page writes, and its lines. Of what is
// written nothing is sent to the server; of a line that is drawn, all.

import type { Range } from "../stores/view.ts"
import type { BokehDocument, BokehFigure, DrawTool, ImageSource, Renderers, StrokeGlyph, StrokeSource } from "./bokeh.ts"
import type { Cut } from "./geometry.ts"
import type { Viewport } from "./viewport.ts"

const HERE = { sync: false }

/** How large an image is, and where it lies. */
export type ImageSize = Pick<Cut, "width" | "height" | "place">

/** One image of a figure: a number for each voxel. */
export class FigureImage<V extends Float32Array | Uint32Array> {
  readonly #source: ImageSource<V>
  readonly #make: new (length: number) => V

  constructor(source: ImageSource<V>, make: new (length: number) => V) {
    this.#source = source
    this.#make = make
  }

  /** Its numbers, as many and in the place of what is to be drawn; `show` what was written into them. */
  as({ width, height, place }: ImageSize): V {
    const { data } = this.#source
    const [image] = data.image
    Object.assign(data, place)
    if (image.shape[0] === height && image.shape[1] === width) return image
    const Image = image.constructor as new (values: V, shape: [number, number]) => typeof image
    data.image = [new Image(new this.#make(width * height), [height, width])]
    return data.image[0]
  }

  show(): void { this.#source.change.emit() }
}

export class SliceFigure {
  readonly volume: FigureImage<Float32Array>
  readonly over: FigureImage<Uint32Array>
  readonly labels: FigureImage<Uint32Array>
  readonly strokes: StrokeSource
  readonly strokeGlyph: StrokeGlyph
  readonly tool: DrawTool
  readonly #figure: BokehFigure
  readonly #renderers: Renderers

  constructor(figure: BokehFigure) {
    this.#figure = figure
    const { volume, labels, over, stroke } = this.#renderers = byName(figure)
    this.volume = new FigureImage(volume.data_source, Float32Array)
    this.over = new FigureImage(over.data_source, Uint32Array)
    this.labels = new FigureImage(labels.data_source, Uint32Array)
    this.strokes = stroke.data_source
    this.strokeGlyph = stroke.glyph
    this.tool = drawToolOf(figure)
  }

  /** The figure of a pane; null as long as Bokeh has not made it. */
  static find(document: BokehDocument, pane: string): SliceFigure | null {
    const figure = document.get_model_by_name(`supervox-${pane}`)
    return figure && new SliceFigure(figure)
  }

  setWindow([low, high]: Range): void { this.#renderers.volume.glyph.color_mapper.setv({ low, high }, HERE) }

  /** Whether the second volume is seen over the first. */
  blend(visible: boolean): void {
    const { over } = this.#renderers
    if (over.visible !== visible) over.setv({ visible }, HERE)
  }

  place({ ranges: [x, y] }: Viewport): void {
    this.#figure.x_range.setv(x, HERE)
    this.#figure.y_range.setv(y, HERE)
  }
}

const byName = ({ renderers }: BokehFigure): Renderers =>
  Object.fromEntries(renderers.map((renderer) => [renderer.name, renderer])) as unknown as Renderers

function drawToolOf({ toolbar }: BokehFigure): DrawTool {
  const tool = toolbar.tools.find(({ type }) => type === "FreehandDrawTool")
  if (!tool) throw new Error("the figure of a slice has no tool to draw with")
  return tool
}
