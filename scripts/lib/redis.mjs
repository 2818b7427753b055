// Redis or Valkey for the tests of several servers: found, or installed where we may.

import { findInPath, installPackages } from './apt.mjs'

const ADVICE = 'A few tests need redis-server (Debian: apt-get install redis-server).'

/** The path of redis-server; undefined where it cannot be had: then its tests are skipped. */
export async function findRedis() {
  const find = () => findInPath('redis-server') ?? findInPath('valkey-server')
  if (find() === undefined) {
    await installPackages('Redis', ['redis-server'], ADVICE)
  }
  if (find() === undefined) {
    console.log(`${ADVICE} They are skipped.`)
  }
  return find()
}
