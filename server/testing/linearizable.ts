// Whether what several callers were answered could have been answered to one after the other: the
// question of Wing and Gong, put to histories that are short enough to try every order.

/** One call, from when it was made until it was answered. */
export interface Call<Op, Answer> {
  op: Op
  answer: Answer
  from: number
  to: number
}

/** What comes of an operation when nothing else is going on; undefined: it would not be answered so. */
export type Rules<State, Op, Answer> = (state: State, op: Op, answer: Answer) => State | undefined

/** Whether some order explains every answer, in which nothing comes before what had ended earlier. */
export function isLinearizable<State, Op, Answer>(
  calls: readonly Call<Op, Answer>[],
  first: State,
  rules: Rules<State, Op, Answer>,
): boolean {
  const tried = new Set<string>()
  const from = (left: readonly number[], state: State): boolean => {
    if (left.length === 0) return true
    const key = `${left.join()} ${JSON.stringify(state)}`
    if (tried.has(key)) return false
    tried.add(key)
    const soonest = Math.min(...left.map((at) => calls[at]?.to ?? 0))
    return left.some((at) => {
      const call = calls[at]
      // Something else had ended before this one began.
      if (call === undefined || call.from > soonest) return false
      const next = rules(state, call.op, call.answer)
      return (
        next !== undefined &&
        from(
          left.filter((one) => one !== at),
          next,
        )
      )
    })
  }
  return from([...calls.keys()], first)
}
