// What a key means, whatever layout its keyboard has.

/** Which step a bracket stands for. */
export const BRACKETS: ReadonlyMap<string, number> = new Map([["[", -1], ["]", 1], ["{", -1], ["}", 1]])

// What a key writes on an American keyboard, by its place, without and with Shift: letters and digits are done by rule.
const WRITTEN_AT = new Map([
  ["BracketLeft", "[{"], ["BracketRight", "]}"], ["Comma", ",<"], ["Period", ".>"], ["Slash", "/?"], ["Equal", "=+"], ["Minus", "-_"],
])

/**
 * What a key means here, in small letters. Where its layout writes no Latin letters (Cyrillic, Greek, Hebrew, Arabic), its
 * place on the keyboard tells.
 */
export function keyOf({ key, code, shiftKey }: Pick<KeyboardEvent, "key" | "code" | "shiftKey">): string {
  const isOther = Array.from(key).length === 1 && /\p{L}/u.test(key) && !/\p{Script=Latin}/u.test(key)
  return (isOther ? writtenAt(code, shiftKey) ?? key : key).toLowerCase()
}

function writtenAt(code: string, shiftKey: boolean): string | undefined {
  return /^Key[A-Z]$/.test(code) ? code.slice(3) : WRITTEN_AT.get(code)?.[Number(shiftKey)]
}

/**
 * The digit of a key, of the row above the letters or of the block at the right; 0 if it has none. In the row its place
 * tells, as French keyboards write digits with Shift only; but brackets are written there by others.
 */
export function digitOf({ key, code }: Pick<KeyboardEvent, "key" | "code">): number {
  const place = /^Digit([1-9])$/.exec(code)
  if (place) return BRACKETS.has(key) ? 0 : Number(place[1])
  return /^[1-9]$/.test(key) ? Number(key) : 0
}

/** Whether Option or AltGr was only held to write a bracket. */
export function writesBracket(event: Pick<KeyboardEvent, "key" | "altKey" | "getModifierState">): boolean {
  return BRACKETS.has(event.key) && (event.altKey || event.getModifierState("AltGraph"))
}
