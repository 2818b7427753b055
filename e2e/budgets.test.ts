// The weight of the pages, as they were built.
import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { budgets } from '../web/budgets.ts'
import { tooHeavy, weighPages } from '../web/scripts/weights.ts'

const pages = weighPages()

test('no page is heavier than its budget, in script, in style or in words', () => {
  expect(tooHeavy(pages, budgets)).toEqual([])
})

test('every page is weighed, and every budget is some page’s', () => {
  const routes = globSync('web/src/routes/**/+page.svelte').map(
    (file) => `/${file.slice('web/src/routes/'.length).replace(/\/?\+page\.svelte$/, '')}`,
  )
  expect(pages.map(({ route }) => route).sort()).toEqual(routes.sort())
  expect(Object.keys(budgets.script).filter((route) => !routes.includes(route))).toEqual(['*'])
})

test('a page that grows is named, with its weight and what it may weigh', () => {
  const route = '/sign-in'
  const page = { route, script: 60.04 * 1024, style: 8 * 1024, words: 20.06 * 1024 }
  const bounds = { script: { '*': 95, [route]: 60 }, style: 20, words: 20 }
  expect(tooHeavy([page], bounds)).toEqual([
    '/sign-in needs 60.0 KB of script, it may have 60 KB',
    '/sign-in needs 20.1 KB of words, it may have 20 KB',
  ])
  expect(tooHeavy([{ ...page, script: 60 * 1024, words: 0 }], bounds)).toEqual([])
})
