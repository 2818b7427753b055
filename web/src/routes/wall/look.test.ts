import { describe, expect, test } from 'vitest'
import { readLook, writeLook } from './look.ts'

describe('the look in the address', () => {
  test('what is written is read again, and what is usual is left out', () => {
    const text = writeLook(new URLSearchParams(''), {
      by: 'queue',
      statuses: ['available', 'away'],
      q: 'élif k',
      list: { of: 'queue', id: 'x' },
    })
    expect(text).toBe('?by=queue&status=available,away&q=%C3%A9lif+k&list=queue:x')
    expect(readLook(new URLSearchParams(text))).toMatchObject({
      by: 'queue',
      statuses: ['available', 'away'],
      q: 'élif k',
      list: { of: 'queue', id: 'x' },
    })
    expect(writeLook(new URLSearchParams(text), readLook(new URLSearchParams('')))).toBe('?')
  })

  test('nonsense is not believed', () => {
    const look = readLook(new URLSearchParams('by=x&status=y,z&list=queue&kiosk=yes'))
    expect(look).toMatchObject({ by: 'department', statuses: [], list: undefined, isKiosk: false })
  })
})
