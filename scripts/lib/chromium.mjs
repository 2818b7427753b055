// The browser for the tests of whole journeys: found, or installed where we may.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { step } from './progress.mjs'
import { Trouble } from './project.mjs'
import { runQuietly } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const ON_MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
const ADVICE =
  'The tests need Chromium or Chrome: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to where it is.'

/** The path of a browser that starts. Throws Trouble, saying what to install. */
export async function findChromium() {
  const given = process.env['CHROMIUM_PATH']
  if (given !== undefined && given !== '') {
    if (!starts(given)) {
      throw new Trouble(`CHROMIUM_PATH is ${given}, and no browser starts from there.`)
    }
    return given
  }
  const found = findInstalled()
  if (found !== undefined) {
    return found
  }
  if (process.getuid?.() === 0 && findInPath('apt-get') !== undefined) {
    await step('Installing Chromium (once)', installWithApt)
  }
  const installed = findInstalled()
  if (installed === undefined) {
    throw new Trouble(ADVICE)
  }
  return installed
}

function findInstalled() {
  return [...NAMES.map(findInPath), ON_MAC].find((path) => path !== undefined && starts(path))
}

function findInPath(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Some systems have a stand-in of that name that only tells where to get the browser. */
function starts(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return status === 0 && /Chrom/.test(stdout)
}

async function installWithApt() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const wait = ['-o', 'DPkg::Lock::Timeout=120']
  const packages = ['chromium', 'fonts-liberation']
  await runQuietly('apt-get', [...wait, 'update'], { env, advice: ADVICE })
  const flags = ['install', '-y', '--no-install-recommends']
  await runQuietly('apt-get', [...wait, ...flags, ...packages], { env, advice: ADVICE })
}
