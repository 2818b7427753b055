// What the bench and the processes that play its operators say to each other.

export interface Seat {
  userId: string
  queueId: string
  cookie: string
  /** The server that the socket is at; the other one is asked to close. */
  server: number
  /** The address of this machine that the browser is at. */
  from: string
}

/** To a process of operators. */
export type Order =
  | { do: 'open'; servers: readonly string[]; siteKeys: readonly string[]; seats: readonly Seat[] }
  /** Until everybody holds so many chats. */
  | { do: 'hold'; chats: number }
  /** As fast as so many hands can. */
  | { do: 'rush'; hands: number; seconds: number }
  /** So many closes a second, whatever becomes of them. */
  | { do: 'pace'; perSecond: number; seconds: number }
  | { do: 'leave' }

/** A chat that was ended, when that was asked, and when the next offer was on the operator's socket. */
export interface Turn {
  chatId: string
  askedAt: number
  offeredAt: number
}

/** From it: what the order came to. Times in milliseconds, instants of this machine's clock. */
export interface Done {
  turns: Turn[]
  echoes: number[]
  /** Closes that no offer followed in time, or that were refused. */
  missed: number
}
