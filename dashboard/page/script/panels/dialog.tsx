// Dialogs of the browser's own, which keep the focus and close by Esc.

import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"

interface Props {
  class: string
  name: string
  isOpen: boolean
  onClose: () => void
  onShow?: (el: HTMLDialogElement) => void
  onClick?: (event: MouseEvent) => void
  children?: ComponentChildren
}

/** A dialog that is open as the page's state has it; what the browser closes is closed there too. */
export function Dialog({ class: kind, name, isOpen, onClose, onShow, onClick, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const el = ref.current
    if (!isOpen) el?.close()
    else if (el) {
      el.showModal()
      onShow?.(el)
    }
  }, [isOpen])
  // It tells late that it has closed: it may be open again by then, or be closed here too, and another one be open.
  const tell = () => { if (isOpen && !ref.current?.open) onClose() }
  return <dialog ref={ref} class={kind} aria-label={name} onClose={tell} onClick={onClick}>{children}</dialog>
}
