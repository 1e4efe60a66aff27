// Whether the server answers, who may write, and what of the user's work is on disk.

import type { Job } from "../core/protocol.ts"
import { observed } from "./observed.ts"

export interface ConnectionState {
  lost: boolean // the server does not answer
  stoppedByHub: boolean // and a Hub answers in its place
  held: boolean // this page may change the labels
  takesOver: boolean // it has asked to
  pending: number // edits that the server has and its disk has not
  trouble: string // why they are not saved; "" if nothing is wrong
  waiting: number // changes that the server has not acknowledged; a chosen label is none
  job: Job | null // what is under way
  idle: boolean // the server has said that nothing is
  whyHere: string // why the server itself finds what lies under a stroke; "" if workers do
}

export class ConnectionStore {
  readonly state: Readonly<ConnectionState>
  readonly set: (change: Partial<ConnectionState>) => void

  constructor() {
    [this.state, this.set] = observed<ConnectionState>({
      lost: false, stoppedByHub: false, held: true, takesOver: false, pending: 0, trouble: "", waiting: 0, job: null, idle: false, whyHere: "",
    })
  }

  /** Whether closing the page now would lose something. */
  get unsaved(): boolean {
    const { pending, trouble, waiting } = this.state
    return pending > 0 || trouble !== "" || waiting > 0
  }

  /** Why a stroke that is begun now would not be taken; "" if it would. */
  get refusal(): string {
    const { lost, takesOver, held } = this.state
    if (lost) return "The server does not answer: this stroke is not taken"
    if (takesOver) return "Taking over: draw when the bar says that it is saved"
    return held ? "" : "Read-only: press Take over to change the labels"
  }

  /** What of the work is on disk, as the server says. */
  keep({ held, pending, trouble }: { held: boolean; pending: number; trouble: string }): void {
    this.set({ held, pending, trouble, takesOver: this.state.takesOver && !held })
  }
}
