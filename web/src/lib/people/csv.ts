// A table that the browser keeps as a file.
export { csvOf } from '#contract/csv.ts'

/** Hands the text to the browser to be kept as a file. */
export function download(name: string, text: string | Blob): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
