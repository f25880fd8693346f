/**
 * Numbers of the newest rows of some projects: ?1 their names as JSON, ?2 how many. Each project's own are found by the index
 * on (project, number): asked for all at once, SQLite would walk back through everybody's until it has enough.
 */
export function newestOf(table: 'deployments' | 'runs'): string {
  return `SELECT each.number FROM json_each(?1) AS named JOIN ${table} AS each ON each.number IN (
      SELECT number FROM ${table} WHERE project = named.value ORDER BY number DESC LIMIT ?2)
    ORDER BY each.number DESC LIMIT ?2`
}
