// Keys, and what the help says of them. Silent while a text field has the focus.

import { presetsOf } from "../panels/presets.ts"
import { savePicture } from "../slices/picture.ts"
import type { Stores } from "./actions.ts"
import { clamp } from "./dom.ts"
import { BRACKETS, digitOf, keyOf, writesBracket } from "./keyboard.ts"
import type { Parts } from "./parts.ts"

export type KeyParts = Pick<Parts, "stores" | "actions" | "slices" | "quad">

/** A key as the help names it, what it does in words, and what it does if nothing else here says so. */
export type KeyRow = readonly [key: string, what: string, act?: (parts: KeyParts) => void]

/** In the order of the help. */
export const KEYS: readonly (readonly [title: string, rows: readonly KeyRow[]])[] = [
  ["Paint", [
    ["drag", "label the superpixels under the line, in 3D"],
    ["1 – 9", "choose the label"],
    ["K", "choose the label under the pointer", ({ actions }) => actions.pick()],
    ["↑ ↓ F2 Del", "in the table of labels: go, rename, remove; Enter chooses"],
    ["D", "draw: superpixels under the line take the chosen label", ({ actions }) => actions.setTool("draw")],
    ["E", "erase: superpixels under the line lose their label", ({ actions }) => actions.setTool("erase")],
    ["T", "touch up by voxel: a brush that paints as you drag", ({ actions }) => actions.setTool("brush")],
    ["Shift + T", "erase by voxel", ({ actions }) => actions.setTool("eraser")],
    ["F", "fill what a line encloses on its slice", ({ actions }) => actions.setTool("outline")],
    ["[ ]", "smaller or larger radius (also Shift+wheel)"],
    ["X", "split: a click or a line cuts superpixels into finer ones; labels stay", ({ actions }) => actions.setTool("split")],
    ["Z", "undo (also Ctrl+Z)", ({ actions }) => actions.undo()],
    ["Y", "redo (also Ctrl+Shift+Z)", ({ actions }) => actions.redo()],
    ["Enter", "in the history: go to the chosen edit; a click does too"],
  ]],
  ["Move", [
    ["click", "move the crosshair, and so all three slices"],
    ["wheel", "next or previous slice"],
    ["← →", "slice by slice; with Shift by five (also ↑ ↓, PgUp PgDn)"],
    ["C", "crosshair: the three slices follow the drag", ({ actions }) => actions.setTool("cursor")],
    ["Ctrl + wheel", "zoom under the pointer (also drag with the right button)"],
    ["+ −", "zoom the view that was used last"],
    ["Shift + drag", "move the slice in its pane (also drag with the middle button)"],
    ["two fingers", "zoom and move the slice; one draws"],
    ["R", "fit the slices into their panes again", ({ actions }) => actions.fit()],
    ["M", "one view instead of four, and back (also a double click)", ({ actions }) => actions.enlarge()],
    ["drag in 3D", "turn it; the wheel zooms, Shift + drag moves"],
    ["click in 3D", "choose the label, and move the cursor there"],
  ]],
  ["Series", [
    [", .", "the previous or next volume"],
    ["O", "blend the second volume over the shown one", ({ actions, stores }) => actions.blend(!stores.document.state.blends)],
    ["J", "the shown and the second volume side by side", ({ actions, stores }) => actions.compare(!stores.view.state.comparing)],
  ]],
  ["See", [
    ["W", "window: drag across for contrast, up and down for brightness", ({ actions }) => actions.setTool("window")],
    ["B", "superpixel borders", ({ actions }) => actions.toggle("borders")],
    ["S", "labels", ({ actions }) => actions.toggle("labels_shown")],
    ["V", "labels in 3D", ({ actions }) => actions.toggle("surfaces_shown")],
    ["H", "cross lines", ({ actions }) => actions.toggle("crosshair_shown")],
    ["U", "light up the superpixel under the pointer", ({ actions }) => actions.toggle("highlight")],
    ["{ }", "opacity of the labels (also [ ] with a tool that has no radius)"],
    ["Shift + 1 …", "window by name: automatic, full range; brain, stroke, bone, lung, abdomen for CT"],
    ["N", "radiological or neurological view", ({ actions }) => actions.flipSides()],
    ["P", "save the view under the mouse as a picture", (parts) => void savePicture(parts, parts.quad.pointed)],
    ["I", "intensities of each label, as a plot", ({ actions }) => actions.say("intensities", {})],
    ["?", "this help", ({ stores }) => toggleHelp(stores)],
  ]],
]

/** Show the help, or close it. */
export function toggleHelp({ view, dialogs }: Pick<Stores, "view" | "dialogs">): void {
  view.finish("help")
  dialogs.set({ help: !dialogs.state.help })
}

/** What goes on while its key is held down; every other key acts once, however long that is. */
export const REPEATS: ReadonlySet<string> = new Set([
  "arrowleft", "arrowright", "arrowup", "arrowdown", "pageup", "pagedown", "home", "end", "tab", // slices, rows, fields
  "[", "]", "{", "}", "+", "=", "-", ",", ".", // radius, opacity, zoom, volumes
  "z", "y", // undo and redo, also with Ctrl
])

const ACTIONS = new Map(KEYS.flatMap(([, rows]) => rows).map(([key, , act]) => [key.toLowerCase(), act]))
const ZOOMS = new Map([["+", 1.25], ["=", 1.25], ["-", 0.8]])
const STEPS = new Map([["ArrowRight", 1], ["ArrowUp", 1], ["PageUp", 1], ["ArrowLeft", -1], ["ArrowDown", -1], ["PageDown", -1]])
const FAST = 5 // slices a step, with Shift

/** What has the focus: an element, or the document, which has none of this. */
type Focus = Partial<Pick<HTMLInputElement, "tagName" | "type" | "isContentEditable" | "role" | "takesKey" | "click" | "getAttribute">>

const NO_TEXT = ["range", "checkbox", "button", "color"]
const MOVING = ["slider", "listbox", "menuitem", "option", "row"]

function isTyping({ isContentEditable, tagName, type = "" }: Focus): boolean {
  if (tagName === "INPUT") return !NO_TEXT.includes(type)
  return Boolean(isContentEditable) || tagName === "TEXTAREA" || tagName === "SELECT"
}

const movesItself = (el: Focus): boolean => el.tagName === "INPUT" || MOVING.includes(el.getAttribute?.("role") ?? "")

const focusOf = (event: KeyboardEvent): Focus => event.composedPath()[0] as Focus

/** Hear keys instead of Bokeh, which has keys of its own; returns how to end it. */
export function listenToKeys(el: HTMLElement, parts: KeyParts): AbortController {
  const ended = new AbortController()
  const hear = (event: KeyboardEvent, act: (event: KeyboardEvent) => void) => {
    if (isTyping(focusOf(event))) return
    if (event.repeat && !REPEATS.has(keyOf(event))) event.preventDefault() // a held Enter presses no button twice
    else act(event)
    event.stopPropagation()
  }
  window.addEventListener("keydown", (event) => hear(event, () => onKey(event, parts)), { capture: true, signal: ended.signal })
  window.addEventListener("keyup", (event) => hear(event, () => {}), { capture: true, signal: ended.signal })
  // What is typed reaches its field, and goes no further.
  for (const name of ["keydown", "keypress", "keyup"]) el.addEventListener(name, (event) => event.stopPropagation())
  return ended
}

/** A key that went down: what it means, and what it meets. */
interface Press { event: KeyboardEvent; key: string; digit: number; focus: Focus; isBracket: boolean }

/** Do what a key means, if it means anything; then nothing else is to be done by it. */
export function onKey(event: KeyboardEvent, parts: KeyParts): void {
  const press: Press = { event, key: keyOf(event), digit: digitOf(event), focus: focusOf(event), isBracket: writesBracket(event) }
  if (!isLeft(press, parts) && takersOf(press).some((takes) => takes(press, parts))) event.preventDefault()
}

/** Whether a key is for others: Option and a key write something, and a dialog has keys of its own. */
function isLeft({ event, key, isBracket }: Press, { stores }: KeyParts): boolean {
  return (event.altKey && !isBracket) || (stores.dialogs.isOpen && key !== "?")
}

/** Does what a press means, if it is one of its keys; returns whether it is. */
type Taker = (press: Press, parts: KeyParts) => boolean

const byFocus: Taker = ({ event, focus }) => focus.takesKey?.(event.key) ?? false

const change: Taker = ({ event, key }, { actions }) => {
  if (key === "y" || (key === "z" && event.shiftKey)) actions.redo()
  else if (key === "z") actions.undo()
  return key === "y" || key === "z"
}

const scroll: Taker = ({ event, focus }, { slices }) => {
  const step = STEPS.get(event.key)
  if (!step || movesItself(focus)) return false
  slices.scroll(slices.active, step * (event.shiftKey ? FAST : 1))
  return true
}

const chooseOption: Taker = ({ event, focus }) => {
  if (event.key !== "Enter" || focus.role !== "option") return false
  focus.click?.()
  return true
}

const byDigit: Taker = ({ event, digit }, { stores: { document }, actions }) => {
  if (digit && event.shiftKey) chooseWindow(digit, { document }, actions)
  else if (digit) actions.chooseLabel(document.labelOfKey(digit))
  return digit > 0
}

/** Set the window that is so many in the menu of those that have names. */
function chooseWindow(n: number, { document: { state: { shown } } }: Pick<Stores, "document">, actions: Parts["actions"]): void {
  const preset = shown && presetsOf(shown)[n - 1]
  if (preset) actions.setWindow(preset[1])
}

const byBracket: Taker = ({ key }, { stores: { editor, view }, actions }) => {
  const by = BRACKETS.get(key)
  if (by === undefined) return false
  const isRadius = (key === "[" || key === "]") && editor.radius !== undefined
  if (isRadius) editor.stepRadius(by)
  else actions.setOpacity(clamp(view.state.opacity + by / 10, 0, 1))
  return true
}

const withShift: Taker = ({ event, key }, parts) => event.shiftKey && acts(`shift + ${key}`, parts)

const stepVolume: Taker = ({ key }, { actions }) => {
  if (key === ".") actions.stepVolume(1)
  else if (key === ",") actions.stepVolume(-1)
  return key === "." || key === ","
}

const zoom: Taker = ({ key }, { slices }) => {
  const factor = ZOOMS.get(key)
  if (factor) slices.active.zoomBy(factor)
  return factor !== undefined
}

const byTable: Taker = ({ key }, parts) => acts(key, parts)

function acts(key: string, parts: KeyParts): boolean {
  const act = ACTIONS.get(key)
  act?.(parts)
  return act !== undefined
}

const WITH_CONTROL = [byFocus, change]
const TAKERS = [byFocus, scroll, chooseOption, byDigit, byBracket, withShift, stepVolume, zoom, byTable]

/** In their order; the first one that takes a key has it. Control leaves most keys to the browser. */
function takersOf({ event, isBracket }: Press): Taker[] {
  return (event.ctrlKey || event.metaKey) && !isBracket ? WITH_CONTROL : TAKERS
}
