// Requests as no honest client writes them: byte for byte what the test says.
import { connect } from 'node:net'

export interface RawAnswer {
  /** 0 when the server hung up without a word. */
  status: number
  headers: Record<string, string>
  body: string
}

/** Sends the bytes and hears the first answer; a server that stays silent is left after 2 s. */
export function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    const late = setTimeout(() => socket.destroy(), 2_000)
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(late)
      resolve(answerIn(heard))
    })
    socket.write(bytes)
  })
}

/** A request line and headers; the path goes out as it is given. */
export function sendPath(
  url: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const lines = Object.entries({ host: new URL(url).host, connection: 'close', ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return sendRaw(url, Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`, 'latin1'))
}

function answerIn(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [start = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(':')
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
  })
  return {
    status: Number(start.split(' ')[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  }
}
