import { checksScope } from '../store/variables.ts'
import { secretPlace } from './instances.ts'
import type { Parts } from './parts.ts'

type OpenedSecrets = { readonly values: Record<string, string> } | { readonly missing: readonly string[] }

/** The project secrets of these names, opened; or those of them that nobody has set. */
export async function openSecrets(parts: Parts, project: string, names: readonly string[]): Promise<OpenedSecrets> {
  const { variables } = parts.store
  const set = variables.at(project, checksScope, variables.version(project, checksScope))
  const missing = names.filter((name) => !set.some((each) => each.name === name))
  if (missing.length > 0) return { missing }
  const values: Record<string, string> = {}
  for (const { name, value, secret, version } of set.filter((each) => names.includes(each.name))) {
    values[name] = secret ? await parts.secrets.open(secretPlace(project, checksScope, name, version), value) : value
  }
  return { values }
}
