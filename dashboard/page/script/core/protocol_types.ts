// Written by `python -m dashboard.page.protocol.write`: change protocol/table.py, not this.

export type Box = [number, number, number, number, number, number]
export type Asked = { name: string; after: string; case: number }
export type Tip = { kind: string; radius_mm?: number; is_ball?: boolean; is_within?: boolean }
export type Stroke = { name: string; after: string; case: number; plane: string; index: number; label: number; radiological?: boolean; tip?: Tip }
export type Axis = { index: number; size: number; reversed: boolean; letters: [string, string] }
export type Layout = { axis: number; x: Axis; y: Axis }
export type Layouts = { axial: Layout; coronal: Layout; sagittal: Layout }
export type Level = { shape: [number, number, number]; strides: [number, number, number] }
export type Settings = { count: number; compactness: number; sigma_mm: number | null; threshold: number | "auto" | null }
export type Channel = { key: number; name: string; resampled: boolean; range: [number, number]; window: [number, number]; dtype: DType }
export type Row = { value: number; name: string; color: string; visible: boolean; locked: boolean; voxels: number; mean: number | null; sd: number | null }
export type Job = { title: string; fraction: number; left_s: number | null }
export type DType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32"
export type OpenedAs = "volume" | "series" | "labels" | "superpixels" | "table"

/** What the page may ask for, by verb. */
export interface Verbs {
  undo: { asked?: Asked }
  redo: { asked?: Asked }
  go_to: { done: number; asked?: Asked }
  add_label: { value?: number | null; name?: string; asked?: Asked }
  choose: { label: number; choice: number; asked?: Asked }
  rename: { label: number; name: string; asked?: Asked }
  recolour: { label: number; color: string; asked?: Asked }
  show_label: { label: number; to: boolean; asked?: Asked }
  show_labels: { to: boolean; asked?: Asked }
  lock_label: { label: number; to: boolean; asked?: Asked }
  remove_label: { label: number; asked?: Asked }
  merge_label: { label: number; into: number; asked?: Asked }
  fill_holes: { label: number; asked?: Asked }
  keep_largest_island: { label: number; asked?: Asked }
  partition: { count?: number; compactness?: number; sigma_mm?: number | null; threshold?: number | "auto" | null; weights?: Array<[string, number]>; asked?: Asked }
  remove_volume: { key: number; asked?: Asked }
  open_over: { path: string; kind: OpenedAs; asked?: Asked }
  open_resampled: { asked?: Asked }
  begin: {}
  ping: {}
  resync: {}
  slice: { case: number; axis: number; index: number; level: number; parts: Array<"volume" | "labels" | "ids">; ahead: boolean }
  overview: { case: number; level: number }
  intensities: {}
  surfaces_shown: { value: boolean }
  cancel: {}
  take_over: {}
  download_table: { form: "bids" | "itksnap" | "freesurfer" }
  cursor: { ijk: [number, number, number] }
  list: { path: string; kind?: OpenedAs }
  open: { path: string; kind: OpenedAs }
  open_volume_of: { volume: number }
  open_by: { form: "qform" | "sform" }
  open_together: {}
  upload_as: { kind: OpenedAs }
  failed: { text: string }
}

/** What the server may say, by kind. */
export interface Messages {
  open: { case: number; digest: string; held: boolean; name: string; facts: Array<string>; shape: [number, number, number]; spacing: [number, number, number]; unit: { name: string; mm: number }; oriented: boolean; affine: Array<Array<number>>; voxel_mm3: number; layouts: Layouts; neurological: Layouts; range: [number, number]; window: [number, number]; cursor: [number, number, number]; settings: Settings; source: "whole" | "slices"; dtype: DType; levels?: Array<Level>; overviews?: Array<number> }
  begin: { array: string; dtype: DType; length: number; revision: number | null }
  piece: { start: number; data: ArrayBuffer }
  end: {}
  part: { case: number; of: "volume" | "labels" | "ids" | "overview" | "sizes"; axis: number; index: number; level: number; dtype: DType; length: number; start: number; split: boolean; data?: ArrayBuffer; raw?: boolean; blank?: boolean; revision?: number; partition?: number }
  partition: { partition: number; count: number; voxels: number | null }
  divided: { at: Array<[number, number, number]>; boxes: Array<Box>; data: ArrayBuffer }
  volumes: { volumes: Array<Channel>; weights: Array<[string, number]> }
  painted: { revision: number; ids: Array<number>; label: number; box: Box }
  patched: { revision: number; boxes: Array<Box>; stroke: string; data: ArrayBuffer }
  stale: { revision: number; boxes: Array<Box>; stroke: string }
  replaced: { revision: number }
  rows: { fresh: boolean; rows: Array<Row>; gone: Array<number> }
  history: { start: number; titles: Array<string>; done: number; count: number }
  went: { at: [number, number, number] }
  taken: { name: string; case: number; refused: boolean }
  kept: { held: boolean; pending: number; trouble: string }
  state: { label: number; choice: number; held: boolean; threshold: number | null; why_here: string }
  job: { job: Job | null }
  pong: {}
  notice: { text: string; mood: "info" | "success" | "error"; link: string }
  ask: { name: string; count: number; together: number; difference: string; grid: string }
  intensities: { labels: Array<{ name: string; color: string; voxels: number }> | null; said: string }
  folder: { path: string; folders: Array<string>; files: Array<string>; truncated: boolean }
  uploaded: {}
  file: { name: string; part: number; parts: number; data: ArrayBuffer }
  several: { messages: Array<Record<string, unknown>> }
}

export type Message = { [K in keyof Messages]: { kind: K } & Messages[K] }[keyof Messages]
