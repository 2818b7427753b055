// A mobile number as people write it: with spaces, brackets, and 00 for the plus.

/** As the contract's `Mobile`. */
const E164 = /^\+[1-9][0-9]{6,14}$/

/** The number in E.164; undefined: it is none, or does not say of which country. */
export function e164(text: string): string | undefined {
  const plain = text.replace(/\(0\)|[\s().\-/\u00a0\u2011]/gu, '').replace(/^00/, '+')
  return E164.test(plain) ? plain : undefined
}
