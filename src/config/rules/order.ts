import type { Finding } from '../issues.ts'
import type { Path } from '../place.ts'
import { environmentsIn, type Rule, wrong } from './rule.ts'

/** What waits for what must come to an end. */

export const checksInOrder: Rule = ({ file }) =>
  circle(
    Object.entries(file.checks).map(([name, { needs }]) => [name, needs]),
    (name) => ['checks', name, 'needs'],
  )

export const environmentsInOrder: Rule = ({ file }) =>
  circle(
    Object.entries(file.environments).map(([name, { needs, on }]) => [
      name,
      [...needs, ...on.after.map(({ environment }) => environment)],
    ]),
    (name) => ['environments', name, file.environments[name]?.needs.length === 0 ? 'on' : 'needs'],
  )

/** A release that has no smoke steps to pass somewhere never passes them there. */
export const smokeToPass: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, path }) =>
    entry.on.after.flatMap(({ environment, smoke_passed }, index) => {
      const other = context.spec.environments.find(({ name }) => name === environment)
      if (!smoke_passed || other === undefined || other.policies.smoke.length > 0) return []
      const found = `${environment} has no smoke steps, so they are never passed`
      return [wrong([...path, 'on', 'after', index, 'smoke_passed'], found, `policies.smoke in ${environment}`)]
    }),
  )

function circle(
  graph: readonly (readonly [string, readonly string[]])[],
  pathOf: (name: string) => Path,
): readonly Finding[] {
  const found = circleIn(new Map(graph))
  if (found === null) return []
  const [first = ''] = found
  return [wrong(pathOf(first), `a circle: ${found.join(' → ')}`, 'an order in which one comes first')]
}

/** The names of one circle, the first again at the end; null when there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name]
    if (done.has(name)) return null
    for (const next of graph.get(name) ?? []) {
      const found = visit(next, [...trail, name])
      if (found !== null) return found
    }
    done.add(name)
    return null
  }
  for (const name of graph.keys()) {
    const found = visit(name, [])
    if (found !== null) return found
  }
  return null
}
