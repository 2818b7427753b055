// Lucide's icons as the browser's build carries them: a drawing, and how large. Lucide's own components
// put every icon together out of data while the page runs, with whatever may be asked of them; here
// nobody asks for more than a size, and three hundred tiles each draw several.
import type { Plugin } from 'vite'

const ICON = /\/@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/
const DATA = /^const iconData = (\{.*\});$/m

interface Drawing {
  node: readonly [tag: string, attributes: Readonly<Record<string, string>>][]
}

export function plainIcons(): Plugin {
  return {
    name: 'plain-icons',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      return ICON.test(id) ? { code: plain(code), map: null } : null
    },
  }
}

/** The component with its drawing written out. Throws where Lucide writes its icons otherwise. */
export function plain(code: string): string {
  const data = DATA.exec(code)?.[1]
  if (data === undefined)
    throw new Error('Lucide no longer writes its icons as plain-icons.ts knows')
  const { node } = JSON.parse(data) as Drawing
  const shapes = node.map(([tag, attributes]) => `<${tag}${written(attributes)} />`)
  return `<script>
  let { size = 24 } = $props()
</script>

<svg width={size} height={size}${written(LOOK)}>${shapes.join('')}</svg>
`
}

const LOOK = {
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': '2',
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': 'true',
}

function written(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('')
}
