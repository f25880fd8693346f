import type { DraftVariable } from './draft.ts'

const secretName =
  /SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIAL|PRIVATE|_KEY$|^KEY$|_DSN$|DATABASE_URL|REDIS_URL|BROKER_URL/

/** Names that the machine or Signalbox gives a value. */
const given =
  /^(PORT|HOST|HOME|PATH|USER|LANG|TZ|CI|NODE_ENV|PWD|DEBUG|TMPDIR|DJANGO_SETTINGS_MODULE|SIGNALBOX_.*|npm_.*)$/

/** How each variable that the code reads is declared: `required` names have no default in the code. */
export function declarations(
  required: readonly string[],
  optional: readonly string[],
): Readonly<Record<string, DraftVariable>> {
  const names = [...new Set([...required, ...optional])].filter(
    (name) => /^[A-Z_][A-Z0-9_]*$/.test(name) && !given.test(name),
  )
  return Object.fromEntries(
    names.map((name): [string, DraftVariable] => {
      const isSecret = secretName.test(name)
      if (required.includes(name)) return [name, isSecret ? 'secret' : 'required']
      return [name, isSecret ? { secret: true } : 'optional']
    }),
  )
}

/** Values with which the checks and the build can run; never those of an environment. */
export function placeholders(variables: Readonly<Record<string, DraftVariable>>): Readonly<Record<string, string>> {
  const needed = Object.entries(variables).filter(([, kind]) => kind === 'required' || kind === 'secret')
  return Object.fromEntries(
    needed.map(([name]) => [name, name === 'DATABASE_URL' ? 'sqlite://:memory:' : 'only-for-checks-and-build']),
  )
}

export function all(source: string, pattern: RegExp): readonly string[] {
  return [...new Set([...source.matchAll(pattern)].flatMap((match) => match[1] ?? []))]
}
