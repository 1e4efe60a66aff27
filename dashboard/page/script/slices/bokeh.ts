// Of Bokeh's models what the page uses. HoloViews makes them, and the page writes into them.

/** Options of a change: whether the server is told, and whether it counts where nothing is another. */
interface Setting { sync?: boolean; check_eq?: boolean }

export interface BokehSignal {
  connect(listener: () => void): void
  emit(): void
}

export interface Settable<Values> { setv(values: Partial<Values>, how?: Setting): void }

/** An image of numbers, with its rows and columns. */
export type BokehImage<V> = V & { readonly shape: readonly [rows: number, columns: number] }

/** One image, and where it lies. */
export interface ImageSource<V> {
  readonly data: { image: [BokehImage<V>]; x: [number]; y: [number]; dw: [number]; dh: [number] }
  readonly change: BokehSignal
}

/** Lines, one a row: their points, and further columns. */
export interface StrokeSource extends Settable<{ data: StrokeSource["data"] }> {
  readonly data: { xs: number[][]; ys: number[][]; stroke?: string[]; width?: number[] }
  readonly properties: { data: { change: BokehSignal } }
  readonly change: BokehSignal
  columns(): string[]
  get_array(column: string): unknown[]
}

export type StrokeGlyph = Settable<{ line_color: { value: string } }>

export interface ColorMapper { low: number; high: number }

export interface ImageRenderer<V> extends Settable<{ visible: boolean }> {
  readonly name: string
  readonly visible: boolean
  readonly data_source: ImageSource<V>
}

/** One with colours by a window. */
export interface MappedRenderer extends ImageRenderer<Float32Array> {
  readonly glyph: { readonly color_mapper: Settable<ColorMapper> }
}

export interface StrokeRenderer {
  readonly name: string
  readonly data_source: StrokeSource
  readonly glyph: StrokeGlyph
}

/** The renderers of a slice's figure, by the names that slice_figure.py gives them. */
export interface Renderers {
  volume: MappedRenderer
  labels: ImageRenderer<Uint32Array>
  over: ImageRenderer<Uint32Array>
  stroke: StrokeRenderer
}

/** What a new line has in its columns, and whether lines are drawn at all. */
export interface DrawTool extends Settable<{ active: boolean; default_overrides: { stroke: string; width: number } }> {
  readonly type: string
}

type Range1d = Settable<{ start: number; end: number }>

export interface BokehFigure {
  readonly renderers: readonly Renderers[keyof Renderers][]
  readonly toolbar: { readonly tools: readonly DrawTool[] }
  readonly x_range: Range1d
  readonly y_range: Range1d
}

export interface BokehDocument {
  get_model_by_name(name: string): BokehFigure | null
  on_event(name: string, listener: () => void): void
}
