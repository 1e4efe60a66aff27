// Where the rows of a list lie that scrolls, all of one height.

/** Rows in their order, with others that are wanted; -1 stands for none. */
export function withBesides(rows: readonly number[], besides: readonly number[]): number[] {
  const more = besides.filter((n) => n >= 0)
  return [...new Set([...rows, ...more])].sort((one, other) => one - other)
}

/** How far a list is scrolled that shows a row: as little as does that. */
export function scrolledTo(row: number, height: number, { scrollTop, clientHeight }: { scrollTop: number; clientHeight: number }): number {
  const top = row * height
  if (top < scrollTop) return top
  return Math.max(scrollTop, top + height - clientHeight)
}
