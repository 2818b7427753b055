// The few words that the controls themselves say. The app puts them in the language on the screen.
export interface Wording {
  close: string
  cancel: string
  retry: string
  copy: string
  copied: string
  dismiss: string
  clear: string
  loading: string
  showPassword: string
  hidePassword: string
  more: string
  less: string
  reference: string
  notifications: string
  optional: string
  selectAll: string
  remove: (name: string) => string
  asOf: (time: string) => string
}

class SpokenByControls {
  said = $state.raw<Wording>({
    close: 'Close',
    cancel: 'Cancel',
    retry: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    dismiss: 'Dismiss',
    clear: 'Clear filters',
    loading: 'Loading',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    more: 'One more',
    less: 'One less',
    reference: 'Reference',
    notifications: 'Notifications',
    optional: 'optional',
    selectAll: 'Select all',
    remove: (name) => `Remove ${name}`,
    asOf: (time) => `As of ${time}`,
  })
}

export const wording = new SpokenByControls()
