// How the doors of departments, groups, skills, opening hours, queues and sites are rightly asked.
import type { Ids } from '../testing/worlds.ts'
import { body, byId, change, type Row, to } from './row.ts'

const place = (ids: Ids) => ({ params: { id: ids.queue, userId: ids.user } })
const site = { name: 'Second shop', allowedOrigins: [], colour: '#0b7285', language: 'en' }
const queue = { name: 'Second line', kind: 'live', offerSeconds: 20, targetSeconds: 60 }

export const SET_UP_ROWS: Record<string, Row> = {
  'GET /api/departments': { by: 'agent' },
  'POST /api/departments': {
    by: 'manager',
    ask: body((ids) => ({ accountId: ids.account, name: 'Returns' })),
  },
  'PATCH /api/departments/:id': { by: 'manager', ask: change('department', { name: 'Aftercare' }) },
  'GET /api/departments/:id/use': { by: 'manager', ask: byId('department') },
  // A group is in it.
  'DELETE /api/departments/:id': { by: 'manager', ask: byId('department'), answers: 409 },
  'GET /api/groups': { by: 'agent' },
  'POST /api/groups': {
    by: 'manager',
    ask: body((ids) => ({
      ...{ departmentId: ids.department, name: 'Late shift' },
      supervisorUserId: ids.administrator,
    })),
  },
  'PATCH /api/groups/:id': { by: 'manager', ask: change('group', { name: 'Day shift' }) },
  'GET /api/groups/:id/use': { by: 'manager', ask: byId('group') },
  'POST /api/groups/:id/remove': {
    by: 'manager',
    ask: to('group', {}),
  },
  'GET /api/skills': { by: 'agent' },
  'POST /api/skills': {
    by: 'manager',
    ask: body((ids) => ({ accountId: ids.account, name: 'Frisian' })),
  },
  'PATCH /api/skills/:id': { by: 'manager', ask: change('skill', { name: 'Norman' }) },
  'DELETE /api/skills/:id': { by: 'manager', ask: byId('skill') },
  'GET /api/statuses': { by: 'agent' },
  'POST /api/statuses': {
    by: 'manager',
    ask: body((ids) => ({
      ...{ accountId: ids.account, name: 'Training', availability: 'busy', icon: 'learning' },
      ...{ accepts: null, colour: 'blue', isPaid: true, maxMinutes: null },
      departmentIds: [ids.department],
    })),
  },
  'PATCH /api/statuses/:id': { by: 'manager', ask: change('status', { name: 'Break' }) },
  'DELETE /api/statuses/:id': { by: 'manager', ask: byId('status') },
  'GET /api/hours': { by: 'agent' },
  'POST /api/hours': {
    by: 'manager',
    ask: body((ids) => ({
      ...{ accountId: ids.account, name: 'Weekend', timeZone: 'UTC' },
      ...{ week: Array(7).fill([]), exceptions: [] },
    })),
  },
  'PATCH /api/hours/:id': { by: 'manager', ask: change('hours', { name: 'Office hours' }) },
  'DELETE /api/hours/:id': { by: 'manager', ask: byId('hours') },
  'GET /api/queues': { by: 'agent' },
  'POST /api/queues': {
    by: 'manager',
    ask: body((ids) => ({ ...queue, accountId: ids.account })),
  },
  'GET /api/queues/:id/skills': { by: 'manager', ask: byId('queue') },
  'PUT /api/queues/:id/skills': {
    by: 'manager',
    ask: to('queue', { skills: [], version: 1 }),
  },
  'PATCH /api/queues/:id': { by: 'manager', ask: change('queue', { targetSeconds: 45 }) },
  // Chats have waited in it.
  'DELETE /api/queues/:id': { by: 'manager', ask: byId('queue'), answers: 409 },
  'PUT /api/queues/:id/members/:userId': { by: 'manager', ask: place },
  'GET /api/queues/:id/members': { by: 'manager', ask: byId('queue') },
  'PUT /api/queues/:id/members/:userId/tier': {
    by: 'manager',
    ask: (ids) => ({ ...place(ids), body: { tier: 2, was: 1 } }),
  },
  'DELETE /api/queues/:id/members/:userId': { by: 'manager', ask: place },
  'GET /api/sites': { by: 'manager' },
  'POST /api/sites': {
    by: 'manager',
    ask: body((ids) => ({ ...site, accountId: ids.account, queueId: ids.queue })),
  },
  'PATCH /api/sites/:id': { by: 'manager', ask: change('site', { colour: '#111111' }) },
  // Visitors have come to it.
  'DELETE /api/sites/:id': { by: 'manager', ask: byId('site'), answers: 409 },
}
