// Sections of the side panel fold by a click on their headings: a low window has no room for all.

import { useSignal, type Signal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { Heading } from "./heading.tsx"

export const LOW_PX = 820

interface Props {
  class: string
  name: string
  more?: ComponentChildren // at the end of the heading's line
  folded?: Signal<boolean> // given by what folds it too
  hidden?: boolean
  children?: ComponentChildren
}

/** A section that folds; its heading is a button. */
export function Foldable({ class: kind, name, more, folded: given, hidden, children }: Props) {
  const own = useSignal(false)
  const folded = given ?? own
  const fold = (
    <button class="fold" aria-expanded={!folded.value} title="Fold or unfold"
      onClick={() => { folded.value = !folded.value }}>{name}</button>
  )
  return (
    <section class={folded.value ? `${kind} folded` : kind} hidden={hidden}>
      <Heading name={fold}>{more}</Heading>
      {children}
    </section>
  )
}
