// Brings node_modules to what package-lock.json says, when it is not that already.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OWN_NODE } from './node.mjs'
import { step } from './progress.mjs'
import { ROOT } from './project.mjs'
import { npm, runQuietly } from './run.mjs'

const NOTHING = { packages: {} }

/** Of the two families of Linux systems, packages name the one that they are built for. */
const LIBC = process.report?.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'

/** Installs what is missing. Throws Trouble when that fails. */
export async function install() {
  if (isInstalled()) {
    return
  }
  await step('Installing the packages (once)', async () => {
    await npmCi(npm())
    if (!isInstalled() && existsSync(OWN_NODE)) {
      // An old Node passes over optional packages that want a newer one, such as it has now installed itself.
      await npmCiWithOwnNode()
    }
  })
}

async function npmCi([program, ...args]) {
  const flags = ['--include=dev', '--include=optional', '--ignore-scripts']
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  await runQuietly(program, [...args, 'ci', ...flags, ...quiet], {
    advice: 'The packages could not be installed. Is the npm registry within reach?',
  })
}

/** npm empties node_modules first, this Node with it: hence the copy. */
async function npmCiWithOwnNode() {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-node-'))
  try {
    const node = join(folder, 'node')
    copyFileSync(OWN_NODE, node)
    const [, cli] = npm()
    if (cli !== undefined) {
      await npmCi([node, cli])
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** npm writes down in node_modules what it installed, as its last act: that is compared with what is wanted. */
function isInstalled() {
  const wanted = packagesIn(join(ROOT, 'package-lock.json'))
  const present = packagesIn(join(ROOT, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, want]) => {
    const have = present[path]
    return have === undefined ? path === '' || isForOthers(want) : have.version === want.version
  })
}

function packagesIn(path) {
  return (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : NOTHING).packages
}

/** Packages for another system or processor, and the optional ones that only those need. */
function isForOthers({ optional, os, cpu, libc }) {
  if (optional !== true) {
    return false
  }
  const isNamed = os !== undefined && cpu !== undefined
  return !isNamed || !fits(os, process.platform) || !fits(cpu, process.arch) || !fits(libc, LIBC)
}

function fits(allowed, here) {
  return allowed === undefined || [allowed].flat().includes(here)
}
