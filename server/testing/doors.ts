// Every door that a house serves, as its own description lists them, with the contract's endpoint
// behind each: what tests that must leave no door out go by.
import { readdir } from 'node:fs/promises'
import type { Endpoint } from '#contract/endpoint.ts'

export type Door = Endpoint<unknown, unknown>

const CONTRACT = new URL('../../contract/', import.meta.url)

/** Such as `POST /api/queues/:id/join`. */
export function nameOf({ method, path }: Door): string {
  return `${method} ${path}`
}

/** All served doors. Throws when one is served that the contract does not know. */
export async function doorsOf(url: string): Promise<Door[]> {
  const known = new Map((await endpointsOfContract()).map((one) => [nameOf(one), one]))
  const response = await fetch(`${url}/api/openapi.json`)
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> }
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => {
      const name = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`
      const door = known.get(name)
      if (door === undefined) throw new Error(`${name} is served, but in no contract`)
      return door
    }),
  )
}

/** Every endpoint that the contract names, served or not. */
export async function endpointsOfContract(): Promise<Door[]> {
  const files = (await readdir(CONTRACT)).filter((file) => /^[a-z-]+\.ts$/.test(file))
  const modules = await Promise.all(
    files.map(async (file) => (await import(new URL(file, CONTRACT).href)) as object),
  )
  return modules
    .flatMap((module) => Object.values(module) as unknown[])
    .flatMap((group) => (isObject(group) ? Object.values(group) : []))
    .filter(isDoor)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isDoor(value: unknown): value is Door {
  return isObject(value) && 'method' in value && 'path' in value && 'needs' in value
}
