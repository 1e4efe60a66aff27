// Vectors in the patient: R, A and S in mm.

export type Vector = readonly [number, number, number]

export const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

export const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

export const times = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by]

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const cross = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]

export const length = (a: Vector): number => Math.hypot(...a)

/** A vector of the same direction and the length 1; zero stays zero. */
export const unit = (a: Vector): Vector => times(a, 1 / (length(a) || 1))

/** A vector turned about an axis of length 1, counter-clockwise as seen from where the axis points to. */
export function turnedAbout(a: Vector, axis: Vector, radians: number): Vector {
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)]
  return plus(plus(times(a, cos), times(cross(axis, a), sin)), times(axis, dot(axis, a) * (1 - cos)))
}
