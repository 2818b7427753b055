// Where the project is. These scripts run on the user's own Node (20 or newer) before anything is installed, so
// they import nothing but Node itself.

import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A sentence for the terminal: what is wrong and what to do about it. Shown without a stack. */
export class Trouble extends Error {}

/** Shows why a script ends; returns its exit code. */
export function explain(error) {
  console.error(`\n${error instanceof Trouble ? error.message : (error?.stack ?? error)}\n`)
  return 1
}
