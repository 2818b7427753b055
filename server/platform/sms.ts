// Messages to mobile phones. What carries them is an adapter: one for each company that does.

export interface Sms {
  id: string
  userId: string
  /** E.164: +31612345678. */
  to: string
  text: string
}

export interface SmsAdapter {
  /** Within three seconds. Throws when it could not be handed over; the same message is then tried again under its id. */
  send(sms: Sms): Promise<void>
}
