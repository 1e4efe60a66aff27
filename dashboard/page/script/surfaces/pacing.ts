// When the scene is drawn: only what has changed, only if it is seen, and never while the pointer draws elsewhere.

/** What drawing needs of the page; tests have their own. */
export interface Means {
  /** Draw, and show it when the graphics card, or what stands in for it, has done its part. */
  draw(): Promise<void>
  isSeen(): boolean
  /** Whether the pointer draws elsewhere. */
  isBusy(): boolean
  /** When the page has nothing else to do. */
  idle: (then: () => void) => void
  frame: (then: () => void) => void
}

export class Pacing {
  readonly #means: Means
  #wanted = false
  #byHand = false
  #underWay = false

  constructor(means: Means) { this.#means = means }

  /** Something is to be seen otherwise; by the hand that turns it, at the next frame. */
  ask(byHand = false): void {
    this.#wanted = true
    this.#byHand ||= byHand
    this.go()
  }

  /** Draw what is wanted as soon as it may be; to be called when what hindered it has gone. */
  go(): void {
    if (this.#underWay || !this.#may) return
    this.#underWay = true
    const { idle, frame } = this.#means
    const draw = () => { void this.#draw() }
    if (this.#byHand) frame(draw)
    else idle(() => frame(draw))
  }

  get #may(): boolean { return this.#wanted && this.#means.isSeen() && (this.#byHand || !this.#means.isBusy()) }

  async #draw(): Promise<void> {
    try {
      if (this.#may) {
        this.#wanted = this.#byHand = false
        await this.#means.draw()
      }
    } catch (error) { // what failed once is drawn again when it is asked for
      console.error("The 3D view could not be drawn", error)
    }
    this.#underWay = false
    this.go()
  }
}

export const LEAST_RATIO = 0.5
const FRAME_MS = 70 // longer, and turning is no movement any more
const STEP = 0.125

/** How many pixels to draw for one of the page, along each edge, after a frame took so long. */
export function nextRatio(ratio: number, ms: number, most: number): number {
  const fits = ratio * Math.sqrt(FRAME_MS / Math.max(1, ms))
  if (fits >= ratio && fits < ratio + 3 * STEP) return Math.min(ratio, most) // else it would go to and fro
  return Math.min(most, Math.max(LEAST_RATIO, Math.floor(fits / STEP) * STEP))
}
