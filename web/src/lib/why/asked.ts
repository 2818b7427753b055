// What somebody wants explained: a chat, or an operator.
export interface Asked {
  of: 'chat' | 'operator'
  id: string
  /** What the visitor or the operator is called; null for a visitor who gave no name. */
  name: string | null
  /** Whether the chat waited when it was asked about: then it is said that it waits no more. */
  waited?: boolean
}
