// Chance that can be had again: the same seed gives the same run.
export interface Dice {
  below(limit: number): number
  /** True so often, of a hundred. */
  in100(times: number): boolean
  one<T>(list: readonly T[]): T
  /** One of the list, if there is any. */
  any<T>(list: readonly T[]): T | undefined
  some<T>(list: readonly T[], count: number): T[]
  uuid(): string
}

export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const any = <T>(list: readonly T[]): T | undefined => list[below(list.length)]
  return {
    below,
    any,
    in100: (times) => below(100) < times,
    one(list) {
      if (list.length === 0) throw new Error('there is nothing to choose')
      return list[below(list.length)] as (typeof list)[number]
    },
    some(list, count) {
      const left = [...list]
      return Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(below(left.length), 1),
      ).flat()
    },
    uuid() {
      const hex = Array.from({ length: 32 }, () => below(16).toString(16)).join('')
      const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
      return [...parts, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-')
    },
  }
}
