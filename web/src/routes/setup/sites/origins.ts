// Web addresses as people write them down: one on each line, mostly without what the browser adds.

/** The origins in the text. `example.org` means https; a last slash is no path. */
export function originsIn(text: string): string[] {
  const lines = text.split(/[\s,]+/).filter((line) => line !== '')
  return [...new Set(lines.map(withScheme))]
}

function withScheme(line: string): string {
  const address = line.replace(/\/$/, '')
  return /^[a-z]+:\/\//i.test(address) ? address : `https://${address}`
}
