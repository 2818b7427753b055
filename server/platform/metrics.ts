// What measures the servers asks here: on a port of its own that only this machine reaches, so that
// nothing of it can be seen through the public one.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'
/** A page of a browser could ask by a name of its own that it lets lead here. */
const NAMES = /^(127\.0\.0\.1|localhost)(:\d+)?$/

export interface Metrics {
  readonly url: string
  close(): Promise<void>
}

/** Serves GET /metrics, in Prometheus' text format, on a port of the loopback; port 0: any free one. */
export async function openMetrics(
  port: number,
  read: () => Promise<string>,
  failed: (error: unknown) => void,
): Promise<Metrics> {
  const server = createServer(async ({ method, url, headers }, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    response.setHeader('cache-control', 'no-store')
    if (!NAMES.test(headers.host ?? '')) return void response.writeHead(403).end()
    if (method !== 'GET' || url !== '/metrics') return void response.writeHead(404).end()
    try {
      response.end(await read())
    } catch (error) {
      failed(error)
      response.writeHead(503).end()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
