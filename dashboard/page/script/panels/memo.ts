// Components of which there are many: a list is gone through for one change, and only what has changed is drawn anew.

import { Component, createElement, type FunctionComponent } from "preact"

/** A component that is drawn anew only when one of its properties is another one. */
export function memo<Props extends object>(drawn: FunctionComponent<Props>) {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props) { return differ(this.props, next) }
    override render() { return createElement(drawn, this.props) }
  }
}

export function differ<Values extends object>(one: Values, other: Values): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Values>
  return [...names].some((name) => !Object.is(one[name], other[name]))
}
