import { describe, it } from 'node:test'
import { consoleRules } from './conformance/console.ts'
import { crashRules } from './conformance/crash.ts'
import { drainRules } from './conformance/drain.ts'
import { fenceRules } from './conformance/fence.ts'
import { observeRules } from './conformance/observe.ts'
import { placeRules } from './conformance/place.ts'
import { prepareRules } from './conformance/prepare.ts'
import { removeRules } from './conformance/remove.ts'
import { routeRules } from './conformance/route.ts'
import { runRules } from './conformance/run.ts'
import { type Rule, Stage } from './conformance/stage.ts'
import { trafficRules } from './conformance/traffic.ts'
import type { Harness } from './harness.ts'

/** Everything the contract in driver.ts promises, as behaviours that can be seen from outside. */
const rules: readonly Rule[] = [
  ...prepareRules,
  ...placeRules,
  ...routeRules,
  ...observeRules,
  ...drainRules,
  ...removeRules,
  ...fenceRules,
  ...crashRules,
  ...runRules,
  ...consoleRules,
  ...trafficRules,
]

export interface ConformanceOptions {
  /** From the name of a rule to the reason why this driver does not keep it. */
  readonly skip?: Readonly<Record<string, string>>
  /** How many cases run at the same time; each has its own track. */
  readonly concurrency?: number
}

/** The suite every instance driver must pass: `conformance('local', fresh)` is a driver's test file to begin with. */
export function conformance(
  driver: string,
  fresh: () => Promise<Harness>,
  { skip = {}, concurrency = 1 }: ConformanceOptions = {},
): void {
  describe(`the ${driver} driver`, { concurrency }, () => {
    for (const rule of rules) {
      it(rule.name, { skip: skip[rule.name] ?? false, timeout: 60_000 }, async (t) => {
        await using harness = await fresh()
        const lacks = rule.needs !== undefined && !harness.driver.can[rule.needs]
        if (lacks) return t.skip(`the driver says that it cannot ${rule.needs}`)
        await checkOn(harness, rule)
      })
    }
    it('skips only rules that exist', () => refuseUnknown(Object.keys(skip)))
  })
}

async function checkOn(harness: Harness, rule: Rule): Promise<void> {
  const stage = new Stage(harness)
  try {
    await rule.check(stage)
  } finally {
    stage.end()
  }
}

function refuseUnknown(skipped: readonly string[]): void {
  const names = new Set(rules.map((rule) => rule.name))
  const unknown = skipped.filter((name) => !names.has(name))
  if (unknown.length > 0) throw new Error(`no such rules: ${unknown.join('; ')}`)
}
