// Runs other programs: quietly, for a step of ours, or in our place, for the program the user came for.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ROOT, Trouble } from './project.mjs'

const KEPT_CHARACTERS = 20_000
const SHOWN_LINES = 20
/** A terminal's Ctrl-C reaches npm and us, and npm passes its own on: they are one wish, not two. */
const SAME_WISH_MS = 1000

/** Runs to the end in silence. Throws Trouble with the ends of its output if it fails. */
export async function runQuietly(program, args, { env = process.env, advice }) {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk) => {
    output = (output + chunk).slice(-KEPT_CHARACTERS)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await exitCodeOf(child)
  if (code !== 0) {
    throw new Trouble(`${shorten(output)}\n\n${advice}`)
  }
}

/** npm names the cause in its first lines, a build in its last ones. */
function shorten(output) {
  const lines = output.trimEnd().split('\n')
  const isShort = lines.length <= 2 * SHOWN_LINES
  return (
    isShort ? lines : [...lines.slice(0, SHOWN_LINES), '...', ...lines.slice(-SHOWN_LINES)]
  ).join('\n')
}

/** Runs with our own terminal and hands on the signals we get. Returns its exit code. */
export async function runInPlace(program, args, { env = process.env } = {}) {
  // A process group of its own, so that it gets each signal once: from us.
  const child = spawn(program, args, { cwd: ROOT, env, stdio: 'inherit', detached: true })
  const release = handOnSignals(child)
  try {
    return await exitCodeOf(child)
  } finally {
    release()
  }
}

function handOnSignals(child) {
  let lastAt = 0
  const handOn = (signal) => {
    if (Date.now() - lastAt > SAME_WISH_MS) {
      lastAt = Date.now()
      child.kill(signal)
    }
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) {
    process.on(signal, handOn)
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, handOn)
    }
  }
}

function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}

/** The program and first arguments that start the npm which started us, or else the one in the PATH. */
export function npm() {
  const own = process.env['npm_execpath'] ?? ''
  return own.endsWith('npm-cli.js') ? [process.execPath, own] : ['npm']
}
