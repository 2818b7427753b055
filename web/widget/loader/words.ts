// The few words on the page itself; the frame has its own.
export const words = {
  en: ['Open chat', 'Close chat', 'new'],
  nl: ['Chat openen', 'Chat sluiten', 'nieuw'],
} as const
