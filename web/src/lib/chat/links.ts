// Addresses in what people write: only http and https, never anything that runs.

export interface Part {
  text: string
  /** Where it leads, when it is an address. */
  href?: string
}

const ADDRESS = /(https?:\/\/[^\s<>"'\p{Bidi_Control}]*[^\s<>"'.,;:!?)\]\p{Bidi_Control}])/iu

/** A text cut into plain parts and addresses that may be followed. */
export function partsOf(body: string): Part[] {
  return body
    .split(new RegExp(ADDRESS, 'giu'))
    .map((text, index) => (index % 2 === 1 ? linked(text) : { text }))
    .filter(({ text }) => text !== '')
}

function linked(text: string): Part {
  if (!URL.canParse(text)) return { text }
  const url = new URL(text)
  // `https://bank.example@evil.example` reads as the one and leads to the other.
  return url.username || url.password ? { text } : { text, href: url.href }
}
