// Programs that Debian and Ubuntu package, found in the path or installed where we may.

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { step } from './progress.mjs'
import { runQuietly } from './run.mjs'

/** Where a program of that name is, if anywhere. */
export function findInPath(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Installs packages when this is root on such a system; else does nothing. */
export async function installPackages(name, packages, advice) {
  if (process.getuid?.() !== 0 || findInPath('apt-get') === undefined) {
    return
  }
  await step(`Installing ${name} (once)`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const wait = ['-o', 'DPkg::Lock::Timeout=120']
    await runQuietly('apt-get', [...wait, 'update'], { env, advice })
    const flags = ['install', '-y', '--no-install-recommends']
    await runQuietly('apt-get', [...wait, ...flags, ...packages], { env, advice })
  })
}
