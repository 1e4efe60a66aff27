// Keys, and the help that lists them. Silent while a text field has the focus.

import { clamp, h } from "./dom.ts"
import { savePicture } from "../slices/picture.ts"

const KEYS = [
  ["Paint", [
    ["drag", "label the superpixels under the line, in 3D", null],
    ["1 – 9", "choose the label", null],
    ["K", "choose the label under the pointer", (bench) => bench.pick()],
    ["↑ ↓ F2 Del", "in the table of labels: go, rename, remove; Enter chooses", null],
    ["D", "draw: superpixels under the line take the chosen label", (bench) => bench.setTool("draw")],
    ["E", "erase: superpixels under the line lose their label", (bench) => bench.setTool("erase")],
    ["T", "touch up by voxel: a brush that paints as you drag", (bench) => bench.setTool("brush")],
    ["Shift + T", "erase by voxel", (bench) => bench.setTool("eraser")],
    ["F", "fill what a line encloses on its slice", (bench) => bench.setTool("outline")],
    ["[ ]", "smaller or larger radius (also Shift+wheel)", null],
    ["X", "split: a click or a line cuts superpixels into finer ones; labels stay", (bench) => bench.setTool("split")],
    ["Z", "undo (also Ctrl+Z)", (bench) => bench.undo()],
    ["Y", "redo (also Ctrl+Shift+Z)", (bench) => bench.redo()],
    ["Enter", "in the history: go to the chosen edit; a click does too", null],
  ]],
  ["Move", [
    ["click", "move the crosshair, and so all three slices", null],
    ["wheel", "next or previous slice", null],
    ["← →", "slice by slice; with Shift by five (also ↑ ↓, PgUp PgDn)", null],
    ["C", "crosshair: the three slices follow the drag", (bench) => bench.setTool("cursor")],
    ["Ctrl + wheel", "zoom under the pointer (also drag with the right button)", null],
    ["+ −", "zoom the view that was used last", null],
    ["Shift + drag", "move the slice in its pane (also drag with the middle button)", null],
    ["two fingers", "zoom and move the slice; one draws", null],
    ["R", "fit the slices into their panes again", (bench) => bench.fit()],
    ["M", "one view instead of four, and back (also a double click)", (bench) => bench.quad.toggle()],
    ["drag in 3D", "turn it; the wheel zooms, Shift + drag moves", null],
  ]],
  ["Series", [
    [", .", "the previous or next volume", null],
    ["O", "blend the second volume over the shown one", (bench) => bench.series.toggleBlend()],
    ["J", "the shown and the second volume side by side", (bench) => bench.compare.toggle()],
  ]],
  ["See", [
    ["W", "window: drag across for contrast, up and down for brightness", (bench) => bench.setTool("window")],
    ["B", "superpixel borders", (bench) => bench.toggle("borders")],
    ["S", "labels", (bench) => bench.toggle("labels_shown")],
    ["V", "labels in 3D", (bench) => bench.toggle("surfaces_shown")],
    ["H", "cross lines", (bench) => bench.toggle("crosshair_shown")],
    ["U", "light up the superpixel under the pointer", (bench) => bench.toggle("highlight")],
    ["{ }", "opacity of the labels (also [ ] with a tool that has no radius)", null],
    ["Shift + 1 …", "window by name: automatic, full range; brain, stroke, bone, lung, abdomen for CT", null],
    ["N", "radiological or neurological view", (bench) => bench.convention.flip()],
    ["P", "save the view under the mouse as a picture", (bench) => savePicture(bench, bench.quad.pointed)],
    ["I", "intensities of each label, as a plot", (bench) => bench.say("intensities")],
    ["?", "this help", (bench) => bench.help.toggle()],
  ]],
]

// What goes on while its key is held down; every other key acts once, however long that is.
const REPEATS = new Set([
  "arrowleft", "arrowright", "arrowup", "arrowdown", "pageup", "pagedown", "home", "end", "tab", // slices, rows, fields
  "[", "]", "{", "}", "+", "=", "-", ",", ".", // radius, opacity, zoom, volumes
  "z", "y", // undo and redo, also with Ctrl
])

const ACTIONS = new Map(KEYS.flatMap(([, keys]) => keys).filter(([, , action]) => action)
  .map(([key, , action]) => [key.toLowerCase(), action]))
const BRACKETS = { "[": -1, "]": 1, "{": -1, "}": 1 }
const ZOOMS = { "+": 1.25, "=": 1.25, "-": 0.8 }
const STEPS = { ArrowRight: 1, ArrowUp: 1, PageUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: -1 }

// What a key writes on an American keyboard, by its place, without and with Shift: letters and digits are done by rule.
const WRITTEN_AT = {
  BracketLeft: "[{", BracketRight: "]}", Comma: ",<", Period: ".>", Slash: "/?", Equal: "=+", Minus: "-_",
}

/** What a key means here, in small letters. Where its layout writes no Latin letters (Cyrillic, Greek, Hebrew, Arabic),
 * its place on the keyboard tells. */
function keyOf({ key, code, shiftKey }) {
  const isOther = [...key].length === 1 && /\p{L}/u.test(key) && !/\p{Script=Latin}/u.test(key)
  if (!isOther) return key.toLowerCase()
  if (/^Key[A-Z]$/.test(code)) return code.at(-1).toLowerCase()
  return WRITTEN_AT[code]?.[Number(shiftKey)] ?? key.toLowerCase()
}

/** The digit of a key, of the row above the letters or of the block at the right; 0 if it has none. In the row its place
 * tells, as French keyboards write digits with Shift only; but brackets are written there by others. */
function digitOf({ key, code }) {
  const place = /^Digit([1-9])$/.exec(code)
  if (place) return key in BRACKETS ? 0 : Number(place[1])
  return /^[1-9]$/.test(key) ? Number(key) : 0
}

/** Whether Option or AltGr was only held to write a bracket. */
const writesBracket = (event) => event.key in BRACKETS && (event.altKey || event.getModifierState("AltGraph"))

const isTyping = (el) => el?.isContentEditable || el?.tagName === "TEXTAREA" || el?.tagName === "SELECT"
  || (el?.tagName === "INPUT" && !["range", "checkbox", "button", "color"].includes(el.type))
const movesItself = (el) => el?.tagName === "INPUT" || ["slider", "listbox", "menuitem", "option", "row"].includes(el?.getAttribute?.("role"))

/** Hear keys instead of Bokeh, which has keys of its own; returns how to end it. */
export function listenToKeys(bench) {
  const ended = new AbortController()
  for (const [name, act] of [["keydown", onKey], ["keyup", () => {}]]) {
    window.addEventListener(name, (event) => {
      if (isTyping(event.composedPath()[0])) return
      if (event.repeat && !REPEATS.has(keyOf(event))) event.preventDefault() // a held Enter presses no button twice
      else act(bench, event)
      event.stopPropagation()
    }, { capture: true, signal: ended.signal })
  }
  // What is typed reaches its field, and goes no further.
  for (const name of ["keydown", "keypress", "keyup"]) bench.el.addEventListener(name, (event) => event.stopPropagation())
  return ended
}

function onKey(bench, event) {
  const focus = event.composedPath()[0]
  const key = keyOf(event)
  const isBracket = writesBracket(event)
  if ((event.altKey && !isBracket) || (bench.hasDialog() && key !== "?")) return
  const digit = digitOf(event)
  if (focus?.takesKey?.(event.key)) return event.preventDefault()
  let done = true
  if ((event.ctrlKey || event.metaKey) && !isBracket) {
    if (key === "z") event.shiftKey ? bench.redo() : bench.undo()
    else if (key === "y") bench.redo()
    else done = false
  } else if (event.key in STEPS) {
    if (movesItself(focus)) return
    bench.scroll(bench.active, STEPS[event.key] * (event.shiftKey ? 5 : 1))
  } else if (event.key === "Enter" && focus.role === "option") focus.click()
  else if (digit && event.shiftKey) bench.displaySection.presets.choose(digit - 1)
  else if (digit) bench.chooseLabel(bench.labels.ofKey(digit))
  else if (key in BRACKETS) {
    if (key in { "[": 1, "]": 1 } && bench.tools.radius !== undefined) bench.tools.stepRadius(BRACKETS[key])
    else bench.set("opacity", clamp(bench.display.opacity + BRACKETS[key] / 10, 0, 1))
  } else if (event.shiftKey && ACTIONS.has(`shift + ${key}`)) ACTIONS.get(`shift + ${key}`)(bench)
  else if (key === "," || key === ".") bench.series.step(key === "." ? 1 : -1)
  else if (key in ZOOMS) bench.active.zoomBy(ZOOMS[key])
  else if (ACTIONS.has(key)) ACTIONS.get(key)(bench)
  else done = false
  if (done) event.preventDefault()
}

export class Help {
  constructor(bench) {
    this.bench = bench
    const close = h("button", { title: "Close the help (? or Esc)", onclick: () => this.el.close() }, "Close")
    const lists = KEYS.map(([title, keys]) => h("div", {}, h("h3", {}, title),
      h("dl", {}, ...keys.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]))))
    this.el = h("dialog", { class: "help", "aria-label": "Help" },
      h("h2", {}, "Label a volume by drawing over superpixels"),
      h("p", {}, "Draw a line over what you want to label, on any slice: every superpixel it touches takes the chosen label, in 3D. ",
        "If superpixels are too coarse for the border, choose a smaller size and press Partition; what is labelled stays. ",
        "Download labels gives a NIfTI label map that lies on the volume voxel for voxel; open it again later to go on."),
      h("div", { class: "columns" }, ...lists), h("p", { class: "end" }, close))
    this.el.addEventListener("click", (event) => { if (event.target === this.el) this.el.close() })
  }

  toggle() {
    this.bench.hints.done("help")
    if (this.el.open) return this.el.close()
    this.el.showModal()
    this.el.scrollTop = 0 // the button that has the focus lies at the end
  }
}
