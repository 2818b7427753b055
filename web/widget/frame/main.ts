// The frame's beginning: the site's greeting, its language and colour, then the screens.
import './frame.css'
import { mount } from 'svelte'
import { inkOn } from '../contrast.ts'
import { delayBefore } from './backoff.ts'
import { call } from './call.ts'
import Frame from './Frame.svelte'
import { hear, tell } from './host.ts'
import { Kept } from './kept.ts'
import { paint } from './paint.ts'
import { Visitor } from './visitor.svelte.ts'
import { type Language, speak } from './words.ts'

const siteKey = new URLSearchParams(location.search).get('key') ?? ''
const asked = new URLSearchParams(location.hash.slice(1)).get('lang')
const visitor = new Visitor(siteKey, new Kept(siteKey))

/** What the tag asked for, else what the site says, else the browser. */
function languageOf(site: Language | undefined): Language {
  if (asked === 'en' || asked === 'nl') return asked
  return site ?? (navigator.language.startsWith('nl') ? 'nl' : 'en')
}

async function greet(): Promise<'ready' | 'unknown' | 'unreachable'> {
  const answer = await call('greet', { params: { key: siteKey } })
  if (!answer.ok) {
    await speak(languageOf(undefined))
    return answer.no.code === 'not_found' || answer.no.code === 'invalid'
      ? 'unknown'
      : 'unreachable'
  }
  const { colour, language, name } = answer.value
  await speak(languageOf(language))
  visitor.greeting = answer.value
  document.title = name
  paint(colour)
  tell({ say: 'colour', colour, ink: inkOn(colour) })
  const resumed = await visitor.resume()
  return resumed.ok || visitor.isReady ? 'ready' : 'unreachable'
}

/** Tries until there is something to show; what hinders is shown meanwhile. */
async function begin(tried = 0): Promise<void> {
  const begun = await greet()
  visitor.trouble = begun === 'ready' ? undefined : begun
  if (begun === 'unreachable')
    setTimeout(() => void begin(tried + 1), 1000 + delayBefore(tried + 1, Math.random()))
}

hear((message) => {
  if (message.say === 'opened') visitor.opened(message.page)
  else visitor.closed()
})
tell({ say: 'ready' })
void begin().then(() => {
  const target = document.body
  target.replaceChildren()
  mount(Frame, { target, props: { visitor } })
})
