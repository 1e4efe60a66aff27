import assert from "node:assert/strict"
import { test } from "node:test"
import { digitOf, keyOf, writesBracket } from "./keyboard.ts"

/** A key as a browser tells of it: what it writes, its place, and Shift. */
const pressed = (key: string, code: string, shiftKey = false) => ({ key, code, shiftKey })
const meanings = (...keys: [key: string, code: string, shiftKey?: boolean][]) => keys.map((each) => keyOf(pressed(...each)))

test("a Latin key means what it writes, wherever it is", () => {
  const found = meanings(["a", "KeyA"], ["A", "KeyA", true], ["a", "KeyQ"], ["z", "KeyW"], ["ö", "Semicolon"])
  assert.deepEqual(found, ["a", "a", "a", "z", "ö"])
})

test("keys with a name keep it", () => {
  assert.deepEqual(meanings(["ArrowLeft", "ArrowLeft"], ["Enter", "Enter"], ["F2", "F2"]), ["arrowleft", "enter", "f2"])
})

test("a Cyrillic, Greek, Hebrew or Arabic key means what its place does", () => {
  assert.deepEqual(meanings(["в", "KeyD"], ["В", "KeyD", true], ["я", "KeyZ"]), ["d", "d", "z"])
  assert.deepEqual(meanings(["δ", "KeyD"], ["Σ", "KeyS", true]), ["d", "s"])
  assert.deepEqual(meanings(["ג", "KeyD"], ["ז", "KeyZ"]), ["d", "z"])
  assert.deepEqual(meanings(["ي", "KeyD"], ["لا", "KeyB"]), ["d", "لا"]) // the last writes two letters, and means nothing
})

test("letters where others have signs mean those", () => {
  assert.deepEqual(meanings(["х", "BracketLeft"], ["Х", "BracketLeft", true], ["ъ", "BracketRight"]), ["[", "{", "]"])
  assert.deepEqual(meanings(["б", "Comma"], ["ю", "Period"], ["ج", "BracketLeft"], ["ץ", "Period"]), [",", ".", "[", "."])
})

test("a letter at a place without a meaning stays what it is", () => {
  assert.deepEqual(meanings(["Ж", "Semicolon", true], ["ё", "Backquote"]), ["ж", "ё"])
})

test("signs that are no letters mean what they write", () => {
  assert.deepEqual(meanings(["?", "Minus", true], [",", "KeyM"], ["+", "BracketRight"]), ["?", ",", "+"])
})

const digits = (...keys: { key: string; code: string }[]) => keys.map(digitOf)

test("a digit is told by its place in the row, with Shift and on a French keyboard too", () => {
  const found = digits(pressed("1", "Digit1"), pressed("!", "Digit1", true), pressed("&", "Digit1"), pressed("ç", "Digit9"))
  assert.deepEqual(found, [1, 1, 1, 9])
})

test("the block at the right has digits, too", () => {
  assert.deepEqual(digits(pressed("7", "Numpad7"), pressed("Home", "Numpad7"), pressed("ArrowRight", "Numpad6")), [7, 0, 0])
})

test("0 is no label's digit, and letters have none", () => {
  assert.deepEqual(digits(pressed("0", "Digit0"), pressed("0", "Numpad0"), pressed("d", "KeyD"), pressed("à", "Digit0")), [0, 0, 0, 0])
})

test("a bracket in the row of digits is no digit", () => {
  assert.deepEqual(digits(pressed("[", "Digit5"), pressed("{", "Digit7"), pressed("]", "Digit6"), pressed("}", "Digit0")), [0, 0, 0, 0])
})

/** A key with Option, as on a Mac, or with AltGr. */
const held = (key: string, { altKey = false, isGraph = false }) =>
  ({ key, altKey, getModifierState: (name: string) => isGraph && name === "AltGraph" })

test("Option and AltGr are held to write a bracket, where they do", () => {
  assert.ok(writesBracket(held("[", { altKey: true })))
  assert.ok(writesBracket(held("}", { isGraph: true })))
  assert.ok(writesBracket(held("{", { altKey: true, isGraph: true })))
})

test("a bracket that is written without them, and what else they write, is not of theirs", () => {
  assert.equal(writesBracket(held("[", {})), false)
  assert.equal(writesBracket(held("@", { isGraph: true })), false)
  assert.equal(writesBracket(held("d", { altKey: true })), false)
})
