// What the mouse does on a slice: the rail of tools. What the chosen one draws with is in stores/editor.ts.

export type ToolName = "draw" | "erase" | "brush" | "eraser" | "outline" | "split" | "window" | "cursor"

/** What a drag does, as the server's tools are called; "" draws nothing. */
export type ToolKind = "superpixels" | "voxels" | "outline" | "split" | ""

export interface ToolRow {
  readonly name: ToolName
  readonly title: string
  readonly key: string
  readonly kind: ToolKind
  readonly taps?: boolean // a click is a stroke too, which else moves the crosshair
  readonly gives?: ToolName // of an eraser: its counterpart, which draws what a label key gives
  readonly what: string // a sentence for the line above the slices
  readonly icon: string[] // paths
}

/** In the order of the rail. */
export const TOOLS: Readonly<Record<ToolName, ToolRow>> = {
  draw: {
    name: "draw", title: "Draw", key: "D", kind: "superpixels",
    what: "Superpixels under the line take the chosen label, in 3D.",
    icon: ["M4 18c4-9 8 2 16-11", "M4 16.6a1.4 1.4 0 1 0 .01 0"],
  },
  erase: {
    name: "erase", title: "Erase", key: "E", kind: "superpixels", gives: "draw",
    what: "Draw over superpixels to take their label off.",
    icon: ["M5 15l8-9 6 5-8 9H8z", "M9 20h11"],
  },
  brush: {
    name: "brush", title: "Touch up", key: "T", kind: "voxels",
    what: "Click or drag to paint voxels.",
    icon: ["M20 4c-5 2-9 6-11 9l2 2c3-2 7-6 9-11", "M8 14c-2 0-3 2-3 4-1 1-2 1-2 1 3 2 8 1 8-3"],
  },
  eraser: {
    name: "eraser", title: "Erase voxels", key: "⇧T", kind: "voxels", gives: "brush",
    what: "Click or drag to take the label off voxels.",
    icon: ["M12 4a8 8 0 1 0 .01 0", "M8 12h8"],
  },
  outline: {
    name: "outline", title: "Fill", key: "F", kind: "outline",
    what: "Draw around it on this slice; the line closes by itself.",
    icon: ["M5 15c-2-7 6-11 11-8s4 9-2 11-8 0-9-3", "M9 11l4-3M8 15l8-6M12 16l4-3"],
  },
  split: {
    name: "split", title: "Split", key: "X", kind: "split", taps: true,
    what: "Click or draw: superpixels are cut into finer ones; labels stay.",
    icon: ["M4 5h16v14H4z", "M12 5v14M4 12h8"],
  },
  window: {
    name: "window", title: "Window", key: "W", kind: "",
    what: "Drag across for contrast, up and down for brightness.",
    icon: ["M12 4a8 8 0 1 0 .01 0", "M12 4v16", "M12 8h6M12 12h8M12 16h6"],
  },
  cursor: {
    name: "cursor", title: "Crosshair", key: "C", kind: "",
    what: "Click or drag to move the three slices.",
    icon: ["M12 3v18M3 12h18"],
  },
}
