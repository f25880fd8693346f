/** How many run of each version, the most first: `2 of v1, 1 of v2`. */
export function versionCounts(instances: readonly { readonly version: string }[]): string {
  const counts = Map.groupBy(instances, ({ version }) => version)
  return [...counts]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([version, all]) => `${all.length} of ${version}`)
    .join(', ')
}
