// Lists of thousands of rows: only those that are seen are elements, and some beside them.

import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from "@tanstack/virtual-core"
import type { RefObject } from "preact"
import { useLayoutEffect, useReducer, useState } from "preact/hooks"
import { withBesides } from "./row_places.ts"

const BESIDE = 8 // rows that are there though they are not seen

interface Long {
  count: number
  height: number // of each row, in px
  rows: RefObject<HTMLElement | null> // what scrolls
  enabled?: boolean
  besides?: readonly number[] // rows that are elements wherever they are
}

/** Which rows are to be elements, in their order; draws anew when one scrolls to others. */
export function useVirtual({ count, height, rows, enabled = true, besides = [] }: Long): number[] {
  const [, drawAnew] = useReducer((times: number, _: undefined) => times + 1, 0)
  const options = {
    count, enabled, overscan: BESIDE, estimateSize: () => height, getScrollElement: () => rows.current,
    observeElementRect, observeElementOffset, scrollToFn: elementScroll, onChange: () => { drawAnew(undefined) },
  }
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options))
  virtualizer.setOptions(options)
  useLayoutEffect(() => virtualizer._didMount(), [])
  useLayoutEffect(() => virtualizer._willUpdate())
  return enabled ? withBesides(virtualizer.getVirtualIndexes(), besides) : []
}
