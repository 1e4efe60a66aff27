// Whether values are what the protocol says (protocol.js, which is written from the server's own table):
// looked at before the page acts on a message, and before it sends a verb.

const COUNTABLE = 2 ** 53

/** What is wrong with a value, by the name of its type; "" if nothing is. */
const MISFITS = {
  integer: (value, least = -COUNTABLE, most = COUNTABLE) => must(Number.isInteger(value) && value >= least && value <= most, `a whole number from ${least} to ${most}`),
  number: (value, isFinite) => must(typeof value === "number" && (!isFinite || Number.isFinite(value)), isFinite ? "a finite number" : "a number"),
  text: (value, most) => must(typeof value === "string" && value.length <= most, `a text of at most ${most} characters`),
  flag: (value) => must(typeof value === "boolean", "true or false"),
  bytes: (value) => must(value instanceof ArrayBuffer || ArrayBuffer.isView(value), "bytes"),
  nothing: (value) => must(value === null, "nothing"),
  anything: () => "",
  "one of": (value, ...words) => must(words.includes(value), `one of ${words.join(", ")}`),
  list: (value, each, most) => (Array.isArray(value) && value.length <= most ? firstMisfit(value.map((of, n) => [`[${n}]`, each, of])) : `expected a list of at most ${most}`),
  tuple: (value, ...types) => (Array.isArray(value) && value.length === types.length ? firstMisfit(types.map((type, n) => [`[${n}]`, type, value[n]])) : `expected a list of ${types.length}`),
  fields: (value, required, optional) => (isByName(value) ? misfitOfFields(value, required, optional) : "expected values by name"),
  "by name": (value, each) => (isByName(value) ? firstMisfit(Object.entries(value).map(([name, of]) => [name, each, of])) : "expected values by name"),
  either: (value, ...types) => {
    const misfits = types.map((type) => misfit(type, value))
    return misfits.includes("") ? "" : misfits.join("; or ")
  },
}

const must = (fits, expected) => (fits ? "" : `expected ${expected}`)

const isByName = (value) => typeof value === "object" && value !== null && !Array.isArray(value)

/** What is wrong with a value of a type; "" if nothing is. */
function misfit([name, ...of], value) { return MISFITS[name](value, ...of) }

/** What is wrong with the first of [place, type, value] that does not fit; "" if all do. */
function firstMisfit(parts) {
  for (const [place, type, value] of parts) {
    const wrong = misfit(type, value)
    if (wrong) return `${place}: ${wrong}`
  }
  return ""
}

function misfitOfFields(value, required, optional) {
  const missing = Object.keys(required).find((name) => !Object.hasOwn(value, name))
  if (missing) return `${missing}: missing`
  const known = { ...required, ...optional }
  const more = Object.keys(value).find((name) => !Object.hasOwn(known, name))
  if (more) return `${more}: unknown`
  return firstMisfit(Object.entries(value).map(([name, each]) => [name, known[name], each]))
}

/** What is wrong with the values that go with a verb or come with a kind, by VERBS or MESSAGES; "" if nothing is. */
export function misfitOf(table, name, values) {
  return Object.hasOwn(table, name) ? misfit(table[name], values) : "unknown"
}
