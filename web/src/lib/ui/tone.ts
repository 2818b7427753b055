// The states a thing can be in, each with its own shape, word and colour (never colour alone).
export type Tone = 'ok' | 'full' | 'pause' | 'wrap' | 'off' | 'bad'
