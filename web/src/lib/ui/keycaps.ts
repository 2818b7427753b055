// How keys are drawn: the signs people know from their own keyboard.
export const isMac = /Mac|iP(hone|ad)/.test(navigator.userAgent)

const macMarks: Record<string, string> = { Mod: '⌘', Ctrl: '⌃', Shift: '⇧', Alt: '⌥' }
const marks: Record<string, string> = {
  Mod: 'Ctrl',
  Enter: '⏎',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

/** The caps to draw for a shortcut's keys: `['Ctrl', 'K']`, `['G', 'D']`. */
export function capsOf(keys: string, mac = isMac): string[] {
  return keys
    .split(/[ +](?=.)/)
    .map(
      (cap) => (mac && macMarks[cap]) || marks[cap] || (cap.length === 1 ? cap.toUpperCase() : cap),
    )
}
