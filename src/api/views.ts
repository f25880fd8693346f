/** What the API answers with: one schema a thing, one file a resource. Times are milliseconds since 1970 UTC. */

export * from './views/common.ts'
export * from './views/deployments.ts'
export * from './views/facts.ts'
export * from './views/instances.ts'
export * from './views/one-offs.ts'
export * from './views/projects.ts'
export * from './views/releases.ts'
export * from './views/runs.ts'
export * from './views/safeguards.ts'
export * from './views/tokens.ts'
export * from './views/tracks.ts'
export * from './views/variables.ts'
