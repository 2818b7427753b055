// The Node that Switchboard runs on: its own, installed with the packages, or else the user's if it is new enough.

import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { ROOT, Trouble } from './project.mjs'

const SYSTEM = `${process.platform}-${process.arch}`

/** Not in node_modules/.bin, where some versions of npm do not put a program that is called node. */
export const OWN_NODE = join(ROOT, 'node_modules', `node-${SYSTEM}`, 'bin', 'node')

/** The first Node that runs TypeScript as it is. */
const OLDEST = [22, 18]
const HAS_OWN = ['linux-x64', 'linux-arm64']

/** Throws Trouble before a long installation, where it is clear that there would be no Node after it. */
export function refuseOldNode() {
  if (!HAS_OWN.includes(SYSTEM)) {
    usersNode()
  }
}

/** The path of the Node to run Switchboard with, from now on also what `node` means to all that we start. Throws Trouble. */
export function useNode() {
  const own = spawnSync(OWN_NODE, ['--version'])
  const node = own.status === 0 ? OWN_NODE : usersNode()
  process.env['PATH'] = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`
  return node
}

function usersNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Trouble(
      `Switchboard needs Node ${OLDEST.join('.')} or newer on this system, and this is ${process.versions.node}. ` +
        'Install a newer one from https://nodejs.org and start again.',
    )
  }
  return process.execPath
}
