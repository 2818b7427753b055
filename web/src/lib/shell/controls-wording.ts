// What the controls of lib/ui say, in the language on the screen.
import type { Wording } from '#lib/ui/wording.svelte.ts'
import { t } from '#lib/words.ts'

export function controlsWording(): Wording {
  return {
    close: t('shell.ui.close'),
    cancel: t('shell.ui.cancel'),
    retry: t('shell.ui.retry'),
    copy: t('shell.ui.copy'),
    copied: t('shell.ui.copied'),
    dismiss: t('shell.ui.dismiss'),
    clear: t('shell.ui.clear'),
    loading: t('shell.ui.loading'),
    showPassword: t('shell.ui.show-password'),
    hidePassword: t('shell.ui.hide-password'),
    more: t('shell.ui.more'),
    less: t('shell.ui.less'),
    reference: t('shell.ui.reference'),
    notifications: t('shell.ui.notifications'),
    optional: t('shell.ui.optional'),
    selectAll: t('shell.ui.select-all'),
    remove: (name) => t('shell.ui.remove', { name }),
    asOf: (time) => t('shell.ui.stale', { time }),
  }
}
