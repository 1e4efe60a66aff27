// Whether values are what the protocol says (protocol.ts, which is written from the server's own table):
// looked at before the page acts on a message, and before it sends a verb.

import type { Shape } from "./protocol.ts"

const COUNTABLE = 2 ** 53

type Table = Readonly<Record<string, Shape>>
type Named = Record<string, unknown>

/** What is wrong with a value, by the name of its type; "" if nothing is. */
const MISFITS: Record<string, (value: unknown, ...of: never[]) => string> = {
  integer: (value, least: number = -COUNTABLE, most: number = COUNTABLE) =>
    must(Number.isInteger(value) && Number(value) >= least && Number(value) <= most, `a whole number from ${least} to ${most}`),
  number: (value, isFinite: boolean) =>
    must(typeof value === "number" && (!isFinite || Number.isFinite(value)), isFinite ? "a finite number" : "a number"),
  text: (value, most: number) => must(typeof value === "string" && value.length <= most, `a text of at most ${most} characters`),
  flag: (value) => must(typeof value === "boolean", "true or false"),
  bytes: (value) => must(value instanceof ArrayBuffer || ArrayBuffer.isView(value), "bytes"),
  nothing: (value) => must(value === null, "nothing"),
  anything: () => "",
  "one of": (value, ...words: string[]) => must(words.includes(value as string), `one of ${words.join(", ")}`),
  list: (value, each: Shape, most: number) => (Array.isArray(value) && value.length <= most
    ? firstMisfit(value.map((of, n) => [`[${n}]`, each, of])) : `expected a list of at most ${most}`),
  tuple: (value, ...types: Shape[]) => (Array.isArray(value) && value.length === types.length
    ? firstMisfit(types.map((type, n) => [`[${n}]`, type, value[n]])) : `expected a list of ${types.length}`),
  fields: (value, required: Table, optional: Table) => (isByName(value) ? misfitOfFields(value, required, optional) : "expected values by name"),
  "by name": (value, each: Shape) => (isByName(value)
    ? firstMisfit(Object.entries(value).map(([name, of]) => [name, each, of])) : "expected values by name"),
  either: (value, ...types: Shape[]) => {
    const misfits = types.map((type) => misfit(type, value))
    return misfits.includes("") ? "" : misfits.join("; or ")
  },
}

const must = (fits: boolean, expected: string): string => (fits ? "" : `expected ${expected}`)

const isByName = (value: unknown): value is Named => typeof value === "object" && value !== null && !Array.isArray(value)

/** What is wrong with a value of a type; "" if nothing is. */
function misfit([name, ...of]: Shape, value: unknown): string { return MISFITS[name](value, ...of as never[]) }

/** What is wrong with the first of [place, type, value] that does not fit; "" if all do. */
function firstMisfit(parts: [string, Shape, unknown][]): string {
  for (const [place, type, value] of parts) {
    const wrong = misfit(type, value)
    if (wrong) return `${place}: ${wrong}`
  }
  return ""
}

function misfitOfFields(value: Named, required: Table, optional: Table): string {
  const missing = Object.keys(required).find((name) => !Object.hasOwn(value, name))
  if (missing) return `${missing}: missing`
  const known = { ...required, ...optional }
  const more = Object.keys(value).find((name) => !Object.hasOwn(known, name))
  if (more) return `${more}: unknown`
  return firstMisfit(Object.entries(value).map(([name, each]) => [name, known[name], each]))
}

/** What is wrong with the values that go with a verb or come with a kind, by VERBS or MESSAGES; "" if nothing is. */
export function misfitOf(table: Table, name: string, values: unknown): string {
  return Object.hasOwn(table, name) ? misfit(table[name], values) : "unknown"
}
