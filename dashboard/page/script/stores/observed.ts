// State of which each value is watched by itself: what reads one in a component, a `computed` or an `effect` runs
// again when that one is another.

import { batch, signal, type Signal } from "@preact/signals"

/** A state to read, and how to change some of its values at once. */
export function observed<State extends object>(first: State): [Readonly<State>, (change: Partial<State>) => void] {
  const signals = Object.fromEntries(Object.entries(first).map(([name, value]) => [name, signal(value)])) as { [Name in keyof State]: Signal<State[Name]> }
  const state = {} as State
  for (const name of Object.keys(first) as (keyof State)[]) {
    Object.defineProperty(state, name, { enumerable: true, get: () => signals[name].value })
  }
  const set = (change: Partial<State>) => batch(() => {
    for (const name of Object.keys(change) as (keyof State)[]) signals[name].value = change[name] as State[keyof State]
  })
  return [state, set]
}
