// The time zones that this browser knows, in the order of their names.

export function zoneOptions(current: string): { value: string; label: string }[] {
  const known = new Set(['UTC', current, ...Intl.supportedValuesOf('timeZone')])
  return [...known]
    .filter((zone) => zone !== '')
    .toSorted()
    .map((value) => ({ value, label: value.replaceAll('_', ' ') }))
}
