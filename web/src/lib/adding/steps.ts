// The steps of the wizard: only those in which there is something to choose.
export const STEPS = ['who', 'rights', 'departments', 'sites', 'work', 'check'] as const
export type Step = (typeof STEPS)[number]

export interface Offered {
  departments: number
  groups: number
  sites: number
  /** Whether a role is chosen that answers chats. */
  answersChats: boolean
}

export function stepsFor({ departments, groups, sites, answersChats }: Offered): Step[] {
  const there: Record<Step, boolean> = {
    who: true,
    rights: true,
    departments: departments > 0 || groups > 0,
    sites: sites > 0,
    work: answersChats,
    check: true,
  }
  return STEPS.filter((step) => there[step])
}
