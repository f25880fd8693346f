import { z } from 'zod'
import { cronProblem, isTimezone } from '../domain/cron.ts'
import { globProblem } from '../domain/glob.ts'
import { parseDuration } from '../lib/duration.ts'

/**
 * The small values that keys are made of. The message of each is what follows "expected" in an error; `found` in a custom
 * problem's parameters replaces the plain description of the value.
 */

/** A mapping with these keys and no others, apart from extensions: keys that start with `x-` are ignored. */
export function keys<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess(withoutExtensions, z.strictObject(shape, { error: mappingOf(Object.keys(shape), 'a mapping') }))
}

/** For an unknown key the message is the list of the known ones; issues.ts makes a sentence of it. */
export function mappingOf(known: readonly string[], phrase: string) {
  return ({ code }: { readonly code?: string }) => (code === 'unrecognized_keys' ? known.join(', ') : phrase)
}

/** A mapping with these keys, and others that the file makes up. */
export function openKeys<Shape extends z.core.$ZodLooseShape, Rest extends z.ZodType>(
  shape: Shape,
  rest: Rest,
  error: string,
) {
  return z.preprocess(withoutExtensions, z.object(shape, { error }).catchall(rest))
}

/**
 * A mapping with exactly these keys, or only the value of one of its keys where that is all there is to say: a step is its `run`, a job its
 * `steps`. All other keys must be optional.
 */
export function short<Shape extends z.core.$ZodLooseShape, Key extends keyof Shape & string>(
  main: Key,
  shape: Shape,
  error: string,
) {
  type Long = z.output<z.ZodObject<Shape, z.core.$strict>>
  const { [main]: value, ...rest } = shape
  const others = z.object(rest)
  const brief = z.pipe(
    value,
    z.transform((given): Long => ({ ...others.parse({}), [main]: given }) as Long),
  )
  return z.union([brief, keys(shape)], { error })
}

/** A key of a mapping: its sentence and an example for the reference, the JSON Schema and editors. */
export function key<Schema extends z.ZodType>(sentence: string, example: unknown, schema: Schema): Schema {
  // Not as `examples`: zod drops those of schemas that transform. json-schema.ts brings them back.
  return schema.meta({ description: sentence, example })
}

/** One, or a list of them. */
export function many<Schema extends z.ZodType>(schema: Schema, what: string) {
  return z.union([schema.transform((value) => [value]), z.array(schema)], { error: `${what}, or a list of them` })
}

export function listOf<Schema extends z.ZodType>(schema: Schema, what: string) {
  return z.array(schema, { error: `a list of ${what}` })
}

/** A mapping whose keys are names the file makes up. */
export function byName<Schema extends z.ZodType>(schema: Schema, what: string) {
  return z.record(name, schema, { error: `a mapping from names to ${what}` })
}

const namePhrase =
  'a name of lower-case letters, digits and "-" that starts with a letter (not with "x-"), at most 40 characters'

/** `x-` marks extensions; "constructor" is a trap in every JavaScript object. */
export const name = z
  .string({ error: namePhrase })
  .regex(/^(?!x-)(?!constructor$)[a-z][a-z0-9-]{0,39}$/, { error: namePhrase })
  .meta({ id: 'name' })

const variablePhrase = 'a name of letters, digits and "_" that does not start with a digit'

export const variableName = z
  .string({ error: variablePhrase })
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, { error: variablePhrase })
  .meta({ id: 'variableName' })

export const word = z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' })

/** Somebody: the name of a token, or a role that tokens are given. */
export const person = word.regex(/^(role:[a-z][a-z0-9-]{0,39}|[A-Za-z0-9][\w.@-]{0,63})$/, {
  error: 'a user name, or role: with the name of a role in small letters',
})

/** Numbers and booleans are taken as they were written. */
export const text = z
  .union([z.string(), z.number(), z.boolean()], { error: 'a text ("" for an empty one)' })
  .transform(String)

export const texts = z
  .record(variableName, text, { error: 'a mapping from names to texts' })
  .meta({ id: 'environmentVariables' })

const flagPhrase = 'true or false'
const flagWords: Readonly<Record<string, boolean>> = { True: true, TRUE: true, False: false, FALSE: false }

/** `True` is `true`; only a variable's value has to keep the letters. */
export const flag = z.preprocess(
  (value) => (typeof value === 'string' ? (flagWords[value] ?? value) : value),
  z.boolean({ error: flagPhrase }),
)

export function count(min: number, max: number) {
  const phrase = `a whole number from ${min} to ${max}`
  return z.int({ error: phrase }).min(min, { error: phrase }).max(max, { error: phrase })
}

export const port = count(1, 65535)

export const duration = z
  .string({ error: 'a duration such as 30s, 10m or 1h30m' })
  .meta({ id: 'duration', pattern: '^(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$' })
  .transform((value, context) => {
    const parsed = parseDuration(value)
    if (parsed !== null) return parsed
    context.addIssue({ code: 'custom', message: 'a duration such as 30s, 10m or 1h30m' })
    return z.NEVER
  })

const commandPhrase = 'a command as one line for sh, or as a list of words'

/** One line for `sh`, or words that are run as they are. */
export const command = z
  .union(
    [z.string().min(1, { error: commandPhrase }), z.array(text).min(1, { error: 'a list with at least one word' })],
    {
      error: commandPhrase,
    },
  )
  .meta({ id: 'command' })

export const script = z.string({ error: 'a shell script' }).min(1, { error: 'a shell script that is not empty' })

export const glob = told(z.string({ error: 'a pattern' }), 'a pattern such as "src/**"', globProblem).meta({
  id: 'glob',
})

export const cron = told(
  z.string({ error: 'a cron expression' }),
  'five fields as in a crontab, such as "30 4 * * 3"',
  cronProblem,
).meta({ id: 'cron' })

export const timezone = z
  .string({ error: 'a time zone' })
  .refine(isTimezone, { error: 'a name of the time zone database, such as Europe/Berlin' })
  .meta({ id: 'timezone' })

/** A folder or file of the repository: relative, without leaving it. */
export const folder = z
  .string({ error: 'a path within the repository' })
  .refine(isInside, { error: 'a path within the repository, without ".." and without "/" in front' })
  .transform((path) => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '') || '.')
  .meta({ id: 'folder' })

const hostPhrase = 'a host name in lower case, such as shop.example.org'

export const host = z
  .string({ error: hostPhrase })
  .regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/, {
    error: hostPhrase,
  })
  .meta({ id: 'host' })

export const httpUrl = z
  .string({ error: 'a URL' })
  .refine(isHttpUrl, { error: 'a URL that starts with http:// or https://' })
  .meta({ id: 'url' })

export const urlPath = z
  .string({ error: 'a path such as /healthz' })
  // Ends there, so that a union with other texts sees that this form does not fit.
  .regex(/^\/[!-~]*$/, { error: 'a path such as /healthz', abort: true })
  .meta({ id: 'urlPath' })

function told(schema: z.ZodString, expected: string, problemOf: (value: string) => string | null) {
  return schema.check((context) => {
    const found = problemOf(context.value)
    if (found === null) return
    context.issues.push({ code: 'custom', input: context.value, message: expected, params: { found } })
  })
}

function withoutExtensions(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')))
}

function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').includes('..') && !/^[A-Za-z]:|\\/.test(path)
}

function isHttpUrl(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.host !== ''
}
