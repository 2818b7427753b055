// How heavy a page may be, in KB of 1024 bytes after gzip -9: what a browser must fetch before the page
// is drawn, by static imports alone. What is opened later is fetched later, and is not counted.
// `npm run budgets` shows what each page weighs, and a test of the whole (e2e/budgets.test.ts) fails
// where one is heavier.

export interface Budgets {
  /** Of script: of each page, or of those that are named. */
  script: Readonly<Record<string, number> & { '*': number }>
  style: number
  words: number
}

export const budgets: Budgets = {
  script: {
    // The frame alone, with nothing in it, is some 76 KB: Svelte, Kit and the router, the live
    // connection's bookkeeping, and the way about.
    '*': 95,
    // For those who are not signed in there is no frame.
    '/': 60,
    '/sign-in': 60,
  },
  style: 20,
  // The areas that a page's loads ask for, in the heavier language.
  words: 35,
}
