// The browser for the tests of whole journeys: found, or installed where we may.

import { spawnSync } from 'node:child_process'
import { findInPath, installPackages } from './apt.mjs'
import { Trouble } from './project.mjs'

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
  await installPackages('Chromium', ['chromium', 'fonts-liberation'], ADVICE)
  const installed = findInstalled()
  if (installed === undefined) {
    throw new Trouble(ADVICE)
  }
  return installed
}

function findInstalled() {
  return [...NAMES.map(findInPath), ON_MAC].find((path) => path !== undefined && starts(path))
}

/** Some systems have a stand-in of that name that only tells where to get the browser. */
function starts(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return status === 0 && /Chrom/.test(stdout)
}
