import type { Store } from '../../src/store/store.ts'

/** What the store holds, as one text, but for when somebody was last seen: equal means that nothing was changed. */
export function contents({ db }: Store): string {
  const tables = db.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
  const rows = (name: unknown) => db.all(`SELECT * FROM "${name}"`).map(({ used_at: _, seen_at: __, ...row }) => row)
  return JSON.stringify(tables.map(({ name }) => [name, rows(name)]))
}
