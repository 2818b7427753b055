// How heavy a page may be, in KB of 1024 bytes after gzip -9: what a browser must fetch before the page
// is drawn. What is opened later is fetched later, and is not counted. `npm run budgets` shows what each
// page weighs, and a test (e2e/budgets.test.ts) fails where one is heavier.

export interface Budgets {
  /** Of script, by static imports: of each page, or of those that are named. */
  script: Readonly<Record<string, number>> & { readonly '*': number }
  /** Of style, of each page. */
  style: number
  /** Of words, of each page: the areas that its loads ask for, in the heavier language. */
  words: number
}

export const budgets: Budgets = {
  script: {
    // Of these the frame alone, with nothing in it, is some 70: Svelte, Kit, what keeps rows live, and
    // the way about.
    '*': 95,

    // Whoever is not signed in sees no frame, and often has not been here before.
    ...{ '/': 60, '/sign-in': 60, '/forgot': 60, '/confirm-email': 60, '/revert-email': 60 },
    // Here a password is chosen, and judged while it is typed: the rules, and what everybody tries.
    ...{ '/reset': 67.5, '/welcome': 68, '/invitation': 70 },

    // All that the Wall draws at once, for everybody on it, and no more: 95.3 when this was set.
    '/wall': 98,

    // What is heavier than the rest may stay as it is, with three hundredths of air, and should lose
    // weight. On the Desk all that a conversation needs is there at once, for a chat waits for nobody.
    '/desk/[[chat]]': 113,
    // The list of people stands beside whatever is open of them, and brings its filters, its columns
    // and what can be done with many at once.
    ...{ '/people': 107, '/people/invitations': 107, '/people/groups': 111.5 },
    ...{ '/people/import': 113.5, '/people/roles/[[id]]': 117.5 },
    // The record of a person is every field of it, each edited where it stands.
    ...{ '/new-user': 108.5, '/people/create': 143.5, '/people/invite': 143.5 },
    '/people/[id]/[[tab]]': 155,
  },
  style: 20,
  // The heaviest, a role beside the list of people, was 24.3 when this was set, and a tenth on top. A sum
  // over all areas would say nothing: it grows with the product, and nobody fetches it.
  words: 26.7,
}
