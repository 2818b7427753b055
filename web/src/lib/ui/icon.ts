// Any icon component that can be told its size in pixels.
import type { Component } from 'svelte'

export type Icon = Component<{ size?: number | string }>
