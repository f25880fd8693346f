import type { MakeInvariant } from '../view.ts'

/** Another number of the same brings none, and what ran here before has brought its own back then. */
const migrating: readonly string[] = ['promote', 'redeploy', 'migrate']

/**
 * Design 9: a command runs once for whoever asked for it, no deployment succeeds without its migration, and no two of what share a
 * database run at once.
 */
export const migrations: MakeInvariant = ({ git, host, records, broken }) => {
  const lockOf = (name: string): string | null => {
    const deployment = name.endsWith('-migrate') ? records.deployments.get(name.replace('-migrate', '')) : undefined
    const apps = deployment === undefined ? [] : (git.spec(deployment.release.commit)?.apps ?? [])
    return apps.find((app) => app.name === deployment?.track.split('/')[1])?.migrations?.lock ?? null
  }
  const executed = new Map<string, number>()
  return {
    happened(happening) {
      if (happening.what !== 'executed') return
      const { name } = happening.oneOff
      const count = (executed.get(name) ?? 0) + 1
      executed.set(name, count)
      if (count > 1) broken('design 9', `${name} was executed ${count} times`)
      const lock = lockOf(name)
      if (lock === null) return
      for (const { oneOff, result } of host.oneOffs.values())
        if (oneOff.name !== name && result === null && lockOf(oneOff.name) === lock)
          broken('design 9', `${name} was executed while ${oneOff.name} runs, and both need ${lock}`)
    },
    committed({ deployments }) {
      for (const { after } of deployments) {
        const { state, release, track, reason, id } = after
        if (state.kind !== 'finished' || state.outcome !== 'succeeded' || !migrating.includes(reason)) continue
        const spec = git.spec(release.commit)
        const app = spec?.apps.find(({ name }) => name === track.split('/')[1])
        if (app?.migrations === null || app?.migrations === undefined) continue
        const policy = spec?.environments.find(({ name }) => name === track.split('/')[2])?.policies.migrations
        const isLeft = policy === 'manual' || policy === 'forbid_pending'
        if (isLeft && reason !== 'migrate') continue
        if (host.oneOffs.get(`${id}-migrate`)?.result?.exitCode !== 0)
          broken('design 9', `${id} succeeded without its migration`)
      }
    },
  }
}
