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

/** What the pane of the surfaces may say. */
export interface PaneVerbs {
  begin: {}
  seen: { value: boolean }
  failed: { text: string }
}

/** What the server may say to the pane of the surfaces. */
export interface PaneMessages {
  scene: { digest: string; oriented: boolean; inset: number }
  looks: { looks: Array<{ label: number; color: string; visible: boolean }> }
  surface: { label: number; vertices: number; faces: number; low: [number, number, number]; step: [number, number, number]; part: number; parts: number; data: ArrayBuffer }
  gone: { label: number }
  shown: { value: boolean }
  several: { messages: Array<Record<string, unknown>> }
}

export type Message = { [K in keyof Messages]: { kind: K } & Messages[K] }[keyof Messages]
export type PaneMessage = { [K in keyof PaneMessages]: { kind: K } & PaneMessages[K] }[keyof PaneMessages]

/** A type as its name and what it is made of. */
export type Shape = [name: string, ...of: unknown[]]


export const VERBS: Record<keyof Verbs, Shape> = {
  undo: ["fields", {}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  redo: ["fields", {}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  go_to: ["fields", {"done": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  add_label: ["fields", {}, {"value": ["either", ["integer"], ["nothing"]], "name": ["text", 65536], "asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  choose: ["fields", {"label": ["integer"], "choice": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  rename: ["fields", {"label": ["integer"], "name": ["text", 65536]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  recolour: ["fields", {"label": ["integer"], "color": ["text", 65536]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  show_label: ["fields", {"label": ["integer"], "to": ["flag"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  show_labels: ["fields", {"to": ["flag"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  lock_label: ["fields", {"label": ["integer"], "to": ["flag"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  remove_label: ["fields", {"label": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  merge_label: ["fields", {"label": ["integer"], "into": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  fill_holes: ["fields", {"label": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  keep_largest_island: ["fields", {"label": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  partition: ["fields", {}, {"count": ["number", true], "compactness": ["number", true], "sigma_mm": ["either", ["number", true], ["nothing"]], "threshold": ["either", ["number", true], ["one of", "auto"], ["nothing"]], "weights": ["list", ["tuple", ["text", 65536], ["number", true]], 10000000], "asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  remove_volume: ["fields", {"key": ["integer"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  open_over: ["fields", {"path": ["text", 4096], "kind": ["one of", "volume", "series", "labels", "superpixels", "table"]}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  open_resampled: ["fields", {}, {"asked": ["fields", {"name": ["text", 200], "after": ["text", 200], "case": ["integer"]}, {}]}],
  begin: ["fields", {}, {}],
  ping: ["fields", {}, {}],
  resync: ["fields", {}, {}],
  slice: ["fields", {"case": ["integer"], "axis": ["integer"], "index": ["integer"], "level": ["integer"], "parts": ["list", ["one of", "volume", "labels", "ids"], 10000000], "ahead": ["flag"]}, {}],
  overview: ["fields", {"case": ["integer"], "level": ["integer"]}, {}],
  intensities: ["fields", {}, {}],
  surfaces_shown: ["fields", {"value": ["flag"]}, {}],
  cancel: ["fields", {}, {}],
  take_over: ["fields", {}, {}],
  download_table: ["fields", {"form": ["one of", "bids", "itksnap", "freesurfer"]}, {}],
  cursor: ["fields", {"ijk": ["tuple", ["integer"], ["integer"], ["integer"]]}, {}],
  list: ["fields", {"path": ["text", 4096]}, {"kind": ["one of", "volume", "series", "labels", "superpixels", "table"]}],
  open: ["fields", {"path": ["text", 4096], "kind": ["one of", "volume", "series", "labels", "superpixels", "table"]}, {}],
  open_volume_of: ["fields", {"volume": ["integer"]}, {}],
  open_by: ["fields", {"form": ["one of", "qform", "sform"]}, {}],
  open_together: ["fields", {}, {}],
  upload_as: ["fields", {"kind": ["one of", "volume", "series", "labels", "superpixels", "table"]}, {}],
  failed: ["fields", {"text": ["text", 65536]}, {}],
}

export const MESSAGES: Record<keyof Messages, Shape> = {
  open: ["fields", {"case": ["integer", 0, 9007199254740992], "digest": ["text", 200], "held": ["flag"], "name": ["text", 65536], "facts": ["list", ["text", 65536], 10000000], "shape": ["tuple", ["integer"], ["integer"], ["integer"]], "spacing": ["tuple", ["number", true], ["number", true], ["number", true]], "unit": ["fields", {"name": ["text", 65536], "mm": ["number", true]}, {}], "oriented": ["flag"], "affine": ["list", ["list", ["number", true], 4], 4], "voxel_mm3": ["number", true], "layouts": ["fields", {"axial": ["fields", {"axis": ["integer", 0, 2], "x": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}], "y": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}]}, {}], "coronal": ["fields", {"axis": ["integer", 0, 2], "x": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}], "y": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}]}, {}], "sagittal": ["fields", {"axis": ["integer", 0, 2], "x": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}], "y": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}]}, {}]}, {}], "neurological": ["fields", {"axial": ["fields", {"axis": ["integer", 0, 2], "x": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}], "y": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}]}, {}], "coronal": ["fields", {"axis": ["integer", 0, 2], "x": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}], "y": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}]}, {}], "sagittal": ["fields", {"axis": ["integer", 0, 2], "x": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}], "y": ["fields", {"index": ["integer", 0, 2], "size": ["integer", 0, 9007199254740992], "reversed": ["flag"], "letters": ["tuple", ["text", 9], ["text", 9]]}, {}]}, {}]}, {}], "range": ["tuple", ["number", false], ["number", false]], "window": ["tuple", ["number", false], ["number", false]], "cursor": ["tuple", ["integer"], ["integer"], ["integer"]], "settings": ["fields", {"count": ["number", true], "compactness": ["number", true], "sigma_mm": ["either", ["number", true], ["nothing"]], "threshold": ["either", ["number", true], ["one of", "auto"], ["nothing"]]}, {}], "source": ["one of", "whole", "slices"], "dtype": ["one of", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"]}, {"levels": ["list", ["fields", {"shape": ["tuple", ["integer"], ["integer"], ["integer"]], "strides": ["tuple", ["integer"], ["integer"], ["integer"]]}, {}], 10000000], "overviews": ["list", ["integer", 0, 9007199254740992], 10000000]}],
  begin: ["fields", {"array": ["text", 65536], "dtype": ["one of", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"], "length": ["integer", 0, 9007199254740992], "revision": ["either", ["integer", 0, 9007199254740992], ["nothing"]]}, {}],
  piece: ["fields", {"start": ["integer", 0, 9007199254740992], "data": ["bytes"]}, {}],
  end: ["fields", {}, {}],
  part: ["fields", {"case": ["integer", 0, 9007199254740992], "of": ["one of", "volume", "labels", "ids", "overview", "sizes"], "axis": ["integer", -1, 2], "index": ["integer", -1, 9007199254740992], "level": ["integer", 0, 9007199254740992], "dtype": ["one of", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"], "length": ["integer", 0, 9007199254740992], "start": ["integer", 0, 9007199254740992], "split": ["flag"]}, {"data": ["bytes"], "raw": ["flag"], "blank": ["flag"], "revision": ["integer", 0, 9007199254740992], "partition": ["integer", 0, 9007199254740992]}],
  partition: ["fields", {"partition": ["integer", 0, 9007199254740992], "count": ["integer", 0, 9007199254740992], "voxels": ["either", ["integer", 0, 9007199254740992], ["nothing"]]}, {}],
  divided: ["fields", {"at": ["list", ["tuple", ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992]], 10000000], "boxes": ["list", ["tuple", ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992]], 10000000], "data": ["bytes"]}, {}],
  volumes: ["fields", {"volumes": ["list", ["fields", {"key": ["integer", 0, 9007199254740992], "name": ["text", 65536], "resampled": ["flag"], "range": ["tuple", ["number", false], ["number", false]], "window": ["tuple", ["number", false], ["number", false]], "dtype": ["one of", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"]}, {}], 10000000], "weights": ["list", ["tuple", ["text", 65536], ["number", true]], 10000000]}, {}],
  painted: ["fields", {"revision": ["integer", 0, 9007199254740992], "ids": ["list", ["integer", 0, 9007199254740992], 10000000], "label": ["integer", 0, 9007199254740992], "box": ["tuple", ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992]]}, {}],
  patched: ["fields", {"revision": ["integer", 0, 9007199254740992], "boxes": ["list", ["tuple", ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992]], 10000000], "stroke": ["text", 200], "data": ["bytes"]}, {}],
  stale: ["fields", {"revision": ["integer", 0, 9007199254740992], "boxes": ["list", ["tuple", ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992], ["integer", 0, 9007199254740992]], 10000000], "stroke": ["text", 200]}, {}],
  replaced: ["fields", {"revision": ["integer", 0, 9007199254740992]}, {}],
  rows: ["fields", {"fresh": ["flag"], "rows": ["list", ["fields", {"value": ["integer", 0, 9007199254740992], "name": ["text", 65536], "color": ["text", 40], "visible": ["flag"], "locked": ["flag"], "voxels": ["integer", 0, 9007199254740992], "mean": ["either", ["number", false], ["nothing"]], "sd": ["either", ["number", false], ["nothing"]]}, {}], 10000000], "gone": ["list", ["integer", 0, 9007199254740992], 10000000]}, {}],
  history: ["fields", {"start": ["integer", 0, 9007199254740992], "titles": ["list", ["text", 65536], 10000000], "done": ["integer", 0, 9007199254740992], "count": ["integer", 0, 9007199254740992]}, {}],
  went: ["fields", {"at": ["tuple", ["integer"], ["integer"], ["integer"]]}, {}],
  taken: ["fields", {"name": ["text", 200], "case": ["integer"], "refused": ["flag"]}, {}],
  kept: ["fields", {"held": ["flag"], "pending": ["integer", 0, 9007199254740992], "trouble": ["text", 65536]}, {}],
  state: ["fields", {"label": ["integer", 0, 9007199254740992], "choice": ["integer"], "held": ["flag"], "threshold": ["either", ["number", false], ["nothing"]], "why_here": ["text", 65536]}, {}],
  job: ["fields", {"job": ["either", ["fields", {"title": ["text", 65536], "fraction": ["number", true], "left_s": ["either", ["number", false], ["nothing"]]}, {}], ["nothing"]]}, {}],
  pong: ["fields", {}, {}],
  notice: ["fields", {"text": ["text", 65536], "mood": ["one of", "info", "success", "error"], "link": ["text", 65536]}, {}],
  ask: ["fields", {"name": ["text", 65536], "count": ["integer", 0, 9007199254740992], "together": ["integer", 0, 9007199254740992], "difference": ["text", 65536], "grid": ["text", 65536]}, {}],
  intensities: ["fields", {"labels": ["either", ["list", ["fields", {"name": ["text", 65536], "color": ["text", 40], "voxels": ["integer", 0, 9007199254740992]}, {}], 10000000], ["nothing"]], "said": ["text", 65536]}, {}],
  folder: ["fields", {"path": ["text", 65536], "folders": ["list", ["text", 65536], 10000000], "files": ["list", ["text", 65536], 10000000], "truncated": ["flag"]}, {}],
  uploaded: ["fields", {}, {}],
  file: ["fields", {"name": ["text", 65536], "part": ["integer", 0, 9007199254740992], "parts": ["integer", 1, 9007199254740992], "data": ["bytes"]}, {}],
  several: ["fields", {"messages": ["list", ["by name", ["anything"]], 10000000]}, {}],
}

export const PANE_VERBS: Record<keyof PaneVerbs, Shape> = {
  begin: ["fields", {}, {}],
  seen: ["fields", {"value": ["flag"]}, {}],
  failed: ["fields", {"text": ["text", 65536]}, {}],
}

export const PANE_MESSAGES: Record<keyof PaneMessages, Shape> = {
  scene: ["fields", {"digest": ["text", 200], "oriented": ["flag"], "inset": ["number", true]}, {}],
  looks: ["fields", {"looks": ["list", ["fields", {"label": ["integer", 0, 9007199254740992], "color": ["text", 40], "visible": ["flag"]}, {}], 10000000]}, {}],
  surface: ["fields", {"label": ["integer", 0, 9007199254740992], "vertices": ["integer", 1, 9007199254740992], "faces": ["integer", 1, 9007199254740992], "low": ["tuple", ["number", true], ["number", true], ["number", true]], "step": ["tuple", ["number", true], ["number", true], ["number", true]], "part": ["integer", 0, 9007199254740992], "parts": ["integer", 1, 9007199254740992], "data": ["bytes"]}, {}],
  gone: ["fields", {"label": ["integer", 0, 9007199254740992]}, {}],
  shown: ["fields", {"value": ["flag"]}, {}],
  several: ["fields", {"messages": ["list", ["by name", ["anything"]], 10000000]}, {}],
}
