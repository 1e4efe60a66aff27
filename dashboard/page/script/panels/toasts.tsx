// Sentences that come and go; errors stay until they are closed.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import type { Given } from "../core/actions.ts"
import type { DialogStore, Toast as Said } from "../stores/dialogs.ts"

const SHOWN_MS = 5000

/** A popover, which lies over dialogs too. */
export function Toasts({ stores: { dialogs } }: Pick<Given, "stores">) {
  const ref = useRef<HTMLDivElement>(null)
  const { toasts } = dialogs.state
  const latest = toasts.at(-1)?.key ?? 0
  useLayoutEffect(() => { if (latest) raise(ref.current) }, [latest])
  return (
    <div ref={ref} class="toasts" role="status" aria-live="polite" popover="manual">
      {toasts.map((toast) => <Toast key={toast.key} toast={toast} dialogs={dialogs} />)}
    </div>
  )
}

/** Let a popover lie over what was opened after it. */
function raise(el: HTMLElement | null): void {
  if (!el?.isConnected) return
  el.hidePopover()
  el.showPopover()
}

/** `link` leads to a file that was saved on the server; its message stays until it is closed. */
function Toast({ toast: { key, text, mood, link }, dialogs }: { toast: Said; dialogs: DialogStore }) {
  const close = () => dialogs.close(key)
  const stays = mood === "error" || link !== ""
  useEffect(() => {
    if (stays) return
    const closing = setTimeout(close, SHOWN_MS)
    return () => clearTimeout(closing)
  }, [stays])
  return (
    <div class={`toast ${mood}`}>
      <span>{text}</span>
      {link && <Saved link={link} />}
      <button class="plain" aria-label="Close message" title="Close message" onClick={close}>×</button>
    </div>
  )
}

/** JupyterLab, whose address it is, hands files only to who says from where they come. */
const Saved = ({ link }: { link: string }) => <a href={link} download="" referrerpolicy="same-origin">Download</a>
