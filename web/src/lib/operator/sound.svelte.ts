// The ring for an offer and the knock for a message, made here of a few tones. Browsers let no page
// sound before somebody has touched it.
import { kept, keptAs } from '#lib/kept.ts'
import { Leader } from './leader.svelte.ts'

const NAME = 'sound'
/** A ring does not go on for ever, whatever happens. */
const RING_S = 60
const EVERY_S = 2.2
/** Hertz, and seconds after the beginning. */
const RING = [
  [659.3, 0],
  [880, 0.13],
  [659.3, 0.42],
  [880, 0.55],
] as const
const KNOCK = [
  [587.3, 0],
  [784, 0.09],
] as const

interface Settings {
  isOn: boolean
  /** 0 to 1. */
  volume: number
}

function isSettings(value: unknown): value is Settings {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'isOn') === 'boolean' &&
    typeof Reflect.get(value, 'volume') === 'number'
  )
}

class Sound {
  #settings = $state.raw<Settings>(keptAs(NAME, isSettings) ?? { isOn: true, volume: 0.7 })
  /** Whether the browser lets this page sound. */
  isUnlocked = $state(false)
  /** Only tabs that can be heard stand for it: a silent one must not hold the ring. */
  readonly #leader = new Leader('switchboard.sound')
  #audio: AudioContext | undefined

  get isOn(): boolean {
    return this.#settings.isOn
  }

  set isOn(isOn: boolean) {
    this.#set({ ...this.#settings, isOn })
  }

  /** 0 to 1. */
  get volume(): number {
    return this.#settings.volume
  }

  set volume(volume: number) {
    this.#set({ ...this.#settings, volume: Math.min(1, Math.max(0, volume)) })
  }

  /** Whether this tab is the one that sounds. */
  get isHeard(): boolean {
    return this.isOn && this.isUnlocked && this.#leader.isMe
  }

  /** To be called while somebody touches the page. */
  async unlock(): Promise<void> {
    if (this.#audio === undefined) {
      const audio = new AudioContext()
      audio.onstatechange = () => this.#look(audio)
      this.#audio = audio
    }
    await this.#audio.resume().catch(() => undefined)
    this.#look(this.#audio)
  }

  /** Unlocks at the first touch of the page, wherever it is; hands back what stops listening. */
  unlockAtFirstTouch(): () => void {
    const stop = new AbortController()
    const unlock = (event: Event) => {
      if (!event.isTrusted) return
      stop.abort()
      void this.unlock()
    }
    for (const event of ['pointerup', 'keydown'])
      addEventListener(event, unlock, { signal: stop.signal, capture: true })
    return () => stop.abort()
  }

  /** Rings for so many milliseconds, at most a minute, or until what comes back is called. */
  ring(forMs: number): () => void {
    const seconds = Math.min(RING_S, forMs / 1000)
    // All of it is planned now: timers of a page in the background come late or not at all.
    const notes: Note[] = []
    for (let at = 0; at < seconds; at += EVERY_S)
      for (const [hertz, after] of RING) notes.push([hertz, at + after])
    return this.#play(notes, this.volume)
  }

  /** One soft sound for a message. */
  knock(): void {
    this.#play(KNOCK, this.volume * 0.6)
  }

  /** Rings once, to be heard by whoever sets it. */
  async test(): Promise<void> {
    await this.unlock()
    this.#play(RING, this.volume)
  }

  #set(settings: Settings): void {
    this.#settings = settings
    kept.set(NAME, JSON.stringify(settings))
  }

  #look(audio: AudioContext): void {
    this.isUnlocked = audio.state === 'running'
    if (this.isUnlocked) this.#leader.stand()
  }

  #play(notes: readonly Note[], volume: number): () => void {
    const audio = this.#audio
    if (audio?.state !== 'running') return () => {}
    const out = audio.createGain()
    // Loudness is heard by the square.
    out.gain.value = volume * volume * 0.5
    out.connect(audio.destination)
    const tones = notes.map((note) => toneOf(audio, out, note))
    return () => {
      out.gain.setTargetAtTime(0, audio.currentTime, 0.02)
      for (const tone of tones) tone.stop(audio.currentTime + 0.15)
    }
  }
}

type Note = readonly [hertz: number, after: number]

function toneOf(audio: AudioContext, out: AudioNode, [hertz, after]: Note): OscillatorNode {
  const start = audio.currentTime + 0.02 + after
  const tone = audio.createOscillator()
  const swell = audio.createGain()
  tone.type = 'triangle'
  tone.frequency.value = hertz
  swell.gain.setValueAtTime(0, start)
  swell.gain.linearRampToValueAtTime(0.9, start + 0.012)
  swell.gain.exponentialRampToValueAtTime(0.001, start + 0.5)
  tone.connect(swell).connect(out)
  tone.start(start)
  tone.stop(start + 0.52)
  return tone
}

export const sound = new Sound()
