import type { RouteName } from '../../api/routes.ts'
import { type Html, html } from '../html.ts'
import type { Asking, Spot } from '../page.ts'
import { banner } from './words.ts'

const doings: Partial<Record<RouteName, string>> = {
  deploy: 'deploy',
  redeploy: 'redeploy',
  rollback: 'roll back',
  scale: 'scale',
  lock: 'lock and freeze it',
  'variables.set': 'change its variables and doors',
  'one-offs.start': 'run commands',
}

/** What an environment keeps for those whom it names, where whoever looks would be let by their rank. */
export function reserved({ onlyFor }: Asking, spot: Spot, routes = Object.keys(doings) as readonly RouteName[]): Html {
  const kept = routes.flatMap((route) => {
    const who = onlyFor(route, spot)
    return who === null ? [] : [{ who, doing: doings[route] ?? route }]
  })
  const byWho = [...Map.groupBy(kept, ({ who }) => who)]
  return html`${byWho.map(([who, all]) => banner('note', sentence(who, all.map(({ doing }) => doing).join(', '))))}`
}

function sentence(who: string, doings: string): string {
  return `${who === 'nobody' ? 'Nobody' : `Only ${who}`} may ${doings} here: signalbox.yml says so.`
}
