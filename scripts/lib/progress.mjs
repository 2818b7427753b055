// One line per long step, with the seconds it has taken so far.

const isTerminal = process.stdout.isTTY === true
const TICK_MS = isTerminal ? 1000 : 10_000

/** Shows `label` while `work` runs, and how long it took when it is done. Returns what `work` returns. */
export async function step(label, work) {
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  const show = () => say(`${label} ... ${seconds()} s`)
  say(`${label} ...`)
  const ticking = setInterval(show, TICK_MS)
  try {
    const result = await work()
    finish(`${label} ... done in ${seconds()} s`)
    return result
  } catch (error) {
    finish(`${label} ... failed after ${seconds()} s`)
    throw error
  } finally {
    clearInterval(ticking)
  }
}

function say(line) {
  process.stdout.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`)
}

function finish(line) {
  process.stdout.write(isTerminal ? `\r\x1b[K${line}\n` : `${line}\n`)
}
