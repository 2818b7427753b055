// The one set of states that a panel can be in, wherever it is drawn.
export type PanelState =
  /** Nothing has come yet. */
  | { kind: 'loading' }
  /** What is shown is true; `updating` draws a hairline while it is fetched anew. */
  | { kind: 'ready'; updating?: boolean }
  /** What is shown was true at `asOf` (a time, in words); it stays, with a badge. */
  | { kind: 'stale'; asOf: string }
  /** There is nothing yet: what this is for, and the one thing to do. */
  | { kind: 'empty'; text: string; action?: { label: string; run: () => void } }
  /** There is something, but the filters hide it. */
  | { kind: 'filtered'; text: string; clear: () => void }
  /** It failed: what, the id to quote, and whether what is below is still the last good state. */
  | {
      kind: 'failed'
      text: string
      retry?: () => void
      reference?: string | undefined
      keep?: boolean
    }
  /** Not for this person, or not there any more. */
  | { kind: 'forbidden' | 'gone'; text: string }
