// The site's colour, made safe for both themes and put where the style sheet finds it.
import { inkOn, readableOn } from '../contrast.ts'

/** The surfaces of styles/tokens.css that colours must stand out from. */
const SURFACE = { light: '#ffffff', dark: '#1b2024' }

/** The custom properties of a site's colour (`#rrggbb`). */
export function propertiesOf(colour: string): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const theme of ['light', 'dark'] as const) {
    const surface = SURFACE[theme]
    const fill = readableOn(colour, surface, theme === 'light' ? 1.5 : 2.6)
    properties[`--${theme}-fill`] = fill
    properties[`--${theme}-ink`] = inkOn(fill)
    properties[`--${theme}-text`] = readableOn(colour, surface, 5)
    properties[`--${theme}-edge`] = readableOn(colour, surface, 3)
  }
  return properties
}

/** Sets them through the object model: the frame's policy allows no inline style. */
export function paint(colour: string): void {
  for (const [name, value] of Object.entries(propertiesOf(colour)))
    document.documentElement.style.setProperty(name, value)
}
