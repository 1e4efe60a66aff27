// How far a job of the server is.

import type { Given } from "../core/actions.ts"

export function Progress({ stores: { connection }, actions }: Given) {
  const { job } = connection.state
  return (
    <div class="progress" hidden={job === null}>
      <span>{job && `${job.title} ${Math.round(job.fraction * 100)} %${left(job.left_s)}`}</span>
      <progress max={1} value={job?.fraction ?? 0} aria-label="Progress" />
      <button aria-label="Cancel" title="Stop; what was there before stays" onClick={() => actions.say("cancel", {})}>Cancel</button>
    </div>
  )
}

/** How long it still takes, where that is worth a word. */
function left(seconds: number | null): string {
  if (seconds === null || seconds < 10) return ""
  return seconds < 90 ? ` · about ${Math.ceil(seconds / 10) * 10} s left` : ` · about ${Math.round(seconds / 60)} min left`
}
