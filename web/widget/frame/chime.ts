// A short, soft sound for a new answer. Off unless the visitor turned it on.
let audio: AudioContext | undefined

/** To be called in answer to a click: browsers let no page sound before one. */
export function unlock(): void {
  audio ??= new AudioContext()
  void audio.resume().catch(() => {})
}

function note(on: AudioContext, hertz: number, after: number): void {
  const start = on.currentTime + after
  const tone = on.createOscillator()
  const volume = on.createGain()
  tone.frequency.value = hertz
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.08, start + 0.015)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35)
  tone.connect(volume).connect(on.destination)
  tone.start(start)
  tone.stop(start + 0.36)
}

export function chime(): void {
  if (audio?.state !== 'running') return
  note(audio, 659, 0)
  note(audio, 880, 0.09)
}
