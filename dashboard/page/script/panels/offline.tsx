// The banner over the page while the server does not answer.

import type { Given } from "../core/actions.ts"
import type { ConnectionState } from "../stores/connection.ts"

export function Offline({ stores: { connection } }: Pick<Given, "stores">) {
  const { lost } = connection.state
  return <div class="offline" role="alert" hidden={!lost}>{lost ? whyOf(connection.state) : ""}</div>
}

function whyOf({ stoppedByHub, waiting }: ConnectionState): string {
  if (stoppedByHub) return "The Hub has stopped your server. Start it there, and this page comes back; what is saved is safe."
  const waits = waiting ? ` ${waiting} change${waiting > 1 ? "s were" : " was"} on the way, and will be sent again.` : ""
  return `The server does not answer. Strokes are not taken until it does; what is saved is safe.${waits}`
}
