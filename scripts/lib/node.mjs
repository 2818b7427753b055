// The Node that Switchboard runs on: its own, installed with the packages, or else the user's if it is new enough.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT, Trouble } from './project.mjs'

export const OWN_NODE = join(ROOT, 'node_modules', '.bin', 'node')

/** The first Node that runs TypeScript as it is. */
const OLDEST = [22, 18]
const HAS_OWN = ['linux-x64', 'linux-arm64']

/** Throws Trouble before a long installation, where it is clear that there would be no Node after it. */
export function refuseOldNode() {
  if (!HAS_OWN.includes(`${process.platform}-${process.arch}`)) {
    usersNode()
  }
}

/** The path of the Node to run Switchboard with. Throws Trouble when there is none. */
export function findNode() {
  const own = spawnSync(OWN_NODE, ['--version'], { encoding: 'utf8' })
  return own.status === 0 ? OWN_NODE : usersNode()
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
