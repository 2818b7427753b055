// Importing people from a file, as a diff: every row is looked at first, and nothing is written until
// somebody says so; then all of it, or nothing; and it can be taken back.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { IMPORT_COLUMNS } from './import-columns.ts'
import { ById, Id, Instant, Language, orNull, Strict } from './shapes.ts'

export const IMPORT_ROWS_MAX = 10_000
export const IMPORT_CHARS_MAX = 4_000_000
/** So long a preview is kept. */
export const IMPORT_KEPT_MINUTES = 60
/** Rows of a preview in one answer. */
export const IMPORT_PAGE_MAX = 200

/** What a row of the file comes to. A conflict is with what is there; an error is the row's own. */
export const ROW_KINDS = ['add', 'change', 'same', 'conflict', 'error'] as const
const RowKind = Type.Enum(ROW_KINDS)
export type RowKind = Static<typeof RowKind>

const Column = Type.Enum(IMPORT_COLUMNS)

/** Why a cell, or a whole row, cannot be. */
export const ROW_PROBLEMS = [
  /** A cell that says nothing and must. */
  'missing',
  'invalid',
  /** What it names is not there. */
  'not_found',
  /** What it names is there more than once. */
  'ambiguous',
  'forbidden',
  'own_rights',
  'stronger_person',
  'shared_user',
  /** A queue or a limit for somebody none of whose roles answers chats. */
  'idle',
  /** More cells than the first line has. */
  'too_many_cells',
  /** The same person stands in an earlier row. */
  'twice',
  /** A file sets no status and no login: it only names them. */
  'not_set',
  'alias_taken',
  /** Invited already, with something else. */
  'already_invited',
  /** The address has had its mails of today. */
  'too_many',
  'archived',
  'last_administrator',
  /** Somebody changed it after the preview. */
  'changed',
] as const
const Problem = Type.Object({
  /** Null: the row as a whole. */
  column: orNull(Column),
  code: Type.Enum(ROW_PROBLEMS),
  /** What of the cell it is about; empty for all of it. */
  value: Type.String(),
})
export type RowProblem = Static<typeof Problem>

export const ImportRow = Type.Object({
  /** The line of the file at which it begins. */
  line: Type.Integer(),
  kind: RowKind,
  name: Type.String(),
  email: Type.String(),
  /** Whom it changes; null for one who would be invited. */
  membershipId: orNull(Id),
  /** What changes, as it would stand in the file. */
  changes: Type.Array(Type.Object({ column: Column, before: Type.String(), after: Type.String() })),
  problems: Type.Array(Problem),
})
export type ImportRow = Static<typeof ImportRow>

const Counts = Type.Object({
  add: Type.Integer(),
  change: Type.Integer(),
  same: Type.Integer(),
  conflict: Type.Integer(),
  error: Type.Integer(),
})

/** What applying came to. */
export const ImportDone = Type.Object({
  added: Type.Integer(),
  changed: Type.Integer(),
  /** Until when it can be taken back. */
  undoUntil: Instant,
})
export type ImportDone = Static<typeof ImportDone>

/** What taking back came to: fields that somebody has set since, and invitations accepted, stay. */
export const ImportUndone = Type.Object({
  revoked: Type.Integer(),
  restored: Type.Integer(),
  kept: Type.Integer(),
})
export type ImportUndone = Static<typeof ImportUndone>

export const Import = Type.Object({
  id: Id,
  accountId: Id,
  madeAt: Instant,
  /** Until when it can be applied. */
  keptUntil: Instant,
  /** What the file says of people. */
  columns: Type.Array(Column),
  /** Headings that say nothing of a person here. */
  ignored: Type.Array(Type.String()),
  counts: Counts,
  done: orNull(ImportDone),
  undone: orNull(ImportUndone),
})
export type Import = Static<typeof Import>

export const NewImport = Strict({
  /** Where those stand of whom the file does not say it; the rows' own accounts lie below it. */
  accountId: Id,
  /** The file's text: cells parted by commas, semicolons or tabs. */
  csv: Type.String({ minLength: 1, maxLength: IMPORT_CHARS_MAX }),
  /** In which the changes are worded. */
  language: Language,
})
export type NewImport = Static<typeof NewImport>

const RowsQuery = Strict({
  /** Those of one kind; without it, all. */
  kind: Type.Optional(RowKind),
  offset: Type.Optional(Type.String({ pattern: '^[0-9]{1,5}$' })),
  /** Up to two hundred, which is also what is meant without it. */
  limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|1[0-9][0-9]|200)$' })),
})
export type RowsQuery = Static<typeof RowsQuery>

export const imports = {
  preview: endpoint(
    'POST',
    '/api/imports/preview',
    'users.manage',
    'What a file of people would come to; changes nothing',
    { body: NewImport, maxBytes: 3 * IMPORT_CHARS_MAX, reply: Import },
  ),
  get: endpoint('GET', '/api/imports/:id', 'users.manage', 'An import of mine', {
    params: ById,
    reply: Import,
  }),
  rows: endpoint('GET', '/api/imports/:id/rows', 'users.manage', 'The rows of a preview', {
    params: ById,
    query: RowsQuery,
    reply: Type.Object({ rows: Type.Array(ImportRow), total: Type.Integer() }),
  }),
  apply: endpoint(
    'POST',
    '/api/imports/:id/apply',
    'users.manage',
    'Invite and change all that the preview says, or nothing; `stale` when somebody changed a row meanwhile: it is a conflict then',
    { params: ById, reply: ImportDone },
  ),
  undo: endpoint(
    'POST',
    '/api/imports/:id/undo',
    'users.manage',
    'Take an import back, within ten minutes, by whoever made it',
    { params: ById, reply: ImportUndone },
  ),
}
