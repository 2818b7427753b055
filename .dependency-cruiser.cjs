// The arrows of the house. ARCHITECTURE.md says why each points the way it does.
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
const FEATURE = '^server/features/([^/]+)/'
const TEST = '\\.test\\.ts$|^server/testing/|^e2e/'

/** From low to high: a feature imports queries and actions of features on lower floors only. */
const FLOORS = [
  ['accounts'],
  ['users'],
  ['founding', 'sign-in', 'departments', 'skills', 'mail-outbox', 'sms-outbox', 'notifications'],
  ['presence'],
  ['hours'],
  ['queues', 'sites', 'estimates'],
  ['chats'],
  ['routing'],
  ['people', 'history', 'why', 'transfers', 'statuses'],
  ['security'],
  ['invites', 'visitors', 'tree', 'groups', 'roles', 'audit', 'contact', 'addresses'],
  ['imports'],
  ['wall', 'proof', 'simulator'],
]

const floors = FLOORS.flatMap((floor, at) => {
  const above = FLOORS.slice(at + 1).flat()
  return above.length === 0
    ? []
    : [
        error(
          `floor-of-${floor.join('-')}`,
          'a lower feature that must cause something above tells a fact; app.ts says who hears',
          { path: `^server/features/(${floor.join('|')})/`, pathNot: TEST },
          { path: `^server/features/(${above.join('|')})/` },
        ),
      ]
})

module.exports = {
  forbidden: [
    error('no-circles', '', {}, { circular: true }),
    error('contract-is-ground', '', { path: '^contract/' }, { path: '^(server|web)/|^node:' }),
    error(
      'contract-knows-only-typebox',
      '',
      { path: '^contract/', pathNot: TEST },
      { path: 'node_modules', pathNot: 'node_modules/typebox' },
    ),
    error('web-never-server', '', { path: '^web/', pathNot: '^web/widget/testing' }, { path: '^server/' }),
    error(
      'platform-knows-no-feature',
      '',
      { path: '^server/platform/', pathNot: TEST },
      { path: '^server/(features|demo|testing)/|^server/[^/]+\\.ts$' },
    ),
    error(
      'rules-are-pure',
      '',
      { path: `${FEATURE}(rules|decide)\\.ts$` },
      { path: '^server/platform/|(queries|actions|routes)\\.ts$|node_modules|^node:' },
    ),
    error(
      'sql-stays-in-queries',
      '',
      { path: '^server/', pathNot: `(queries|laws)\\.ts$|^server/platform/|${TEST}` },
      { path: 'node_modules/(kysely|pg)/' },
    ),
    error(
      'doors-are-opened-by-the-app-alone',
      '',
      { pathNot: `^server/(app|live|sockets-\\w+|background)\\.ts$|${TEST}` },
      { path: `${FEATURE}(routes|live|board|clockwork|worker)\\.ts$`, pathNot: '^$' },
    ),
    error(
      'rules-are-their-features-own',
      '',
      { path: FEATURE, pathNot: TEST },
      { path: `${FEATURE}rules\\.ts$`, pathNot: '^server/features/$1/' },
    ),
    ...floors,
    error(
      'ui-knows-nothing',
      '',
      { path: '^web/src/lib/ui/' },
      { path: '^contract/|^web/src/routes/|^web/src/lib/(api|live|session)' },
    ),
    error(
      'routes-do-not-meet',
      '',
      { path: '^web/src/routes/([^/]+)/' },
      { path: '^web/src/routes/[^/]+/', pathNot: '^web/src/routes/$1/' },
    ),
    error(
      'no-orphans',
      '',
      {
        orphan: true,
        pathNot: '\\.d\\.ts$|main\\.ts$|\\+(page|layout|error)|\\.test\\.ts$|\\.config\\.ts$|^scripts/|^bench/|^e2e/|\\.mjs$',
      },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types', 'svelte'],
    },
  },
}
