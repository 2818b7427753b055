// Stands for devalue in the browser's build. Kit carries it for what comes from loads on the server and
// from remote functions, of which there are none here, and for the state of a page in the history,
// which is plain JSON here. Without this every page would carry 3 KB, gzipped, that nothing runs.

export const stringify = (value: unknown): string => JSON.stringify(value) ?? 'null'
export const parse = (text: string): unknown => JSON.parse(text)

export const stringifyAsync = refuse
export const uneval = refuse
export const unflatten = refuse

function refuse(): never {
  throw new Error('The pages are built without devalue: see no-devalue.ts')
}
