// Writes down how many tests passed, failed and were skipped, for the last line of `npm test`. What fails outside
// a test (a file that cannot be loaded, a hook, an error nobody caught) is a failure too.

import { writeFileSync } from 'node:fs'

export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        counts[outcomeOf(test)]++
      }
      const suites = [module, ...module.children.allSuites()]
      counts.failed += suites.filter((suite) => suite.errors().length > 0).length
    }
    writeFileSync(process.env['SWITCHBOARD_TEST_COUNTS'], JSON.stringify(counts))
  }
}

/** A test that never came to an end did not pass. */
function outcomeOf(test) {
  const { state } = test.result()
  return state === 'pending' ? 'failed' : state
}
