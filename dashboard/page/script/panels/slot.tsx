// Elements that are made elsewhere: by Panel, or by hand.

import { useLayoutEffect, useRef } from "preact/hooks"

/** An element in this place of the page. It has no other around it, as the style sheet goes by what lies in what. */
export function Slot({ el }: { el: HTMLElement }) {
  const place = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => { place.current?.after(el) }, [el])
  return <span ref={place} hidden />
}
