const TINTED_MS = 10_000

/** Whether somebody else has changed the value a moment ago. What changes while `isMine` was set here, by
 * whoever looks at it: they know. Made while a component is. */
export class Tint {
  isOn = $state(false)

  constructor(value: () => number | null, isMine: () => boolean) {
    let last: number | null | undefined
    $effect(() => {
      const before = last
      last = value()
      if (before === undefined || before === last || isMine()) return
      this.isOn = true
      const timer = setTimeout(() => {
        this.isOn = false
      }, TINTED_MS)
      return () => clearTimeout(timer)
    })
  }
}
