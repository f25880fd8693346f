import { z } from 'zod'
import { apiPrefix, type Route } from './route.ts'
import { type RouteName, routes } from './routes.ts'
import * as views from './views.ts'

/** `docs/reference/http.md`: every route, with what it takes and what it answers. */
export function httpPage(): string {
  const entries = Object.entries<Route>(routes)
  return [
    '# HTTP API',
    '',
    'Printed from `src/api/routes.ts` by `bin/reference`; do not edit.',
    '',
    `Everything is below \`${apiPrefix}\`. Questions and answers are JSON, times are milliseconds since 1970 UTC. A token goes along as`,
    '`Authorization: Bearer TOKEN`; its scope is `read`, `contribute`, `deploy`, `maintain` or `admin`, and each includes the ones before it. A body is',
    'at most 1 MiB. Unknown parameters are refused.',
    '',
    'Every error is `{code, message, hint, details, requestId}`; the codes are in [errors.md](errors.md). With status 503 and',
    '`Retry-After` the same question may be asked again.',
    '',
    'A *stream* is `text/event-stream`: each event’s data is one answer. A stream that is over ends with an event `end`, one',
    'that failed with an event `error`. One that ends with neither has broken off: ask again with the last id in',
    '`Last-Event-ID`, and it goes on without a gap or a repetition.',
    '',
    'Git talks to `/git/PROJECT.git` with the smart HTTP protocol, and a token as the password of any user name: `read` to',
    'fetch, `deploy` to push.',
    '',
    ...entries.flatMap(([name, route]) => section(name, route)),
    '## Answers',
    '',
    ...Object.entries(answers).flatMap(([name, schema]) => [`### ${name}`, '', ...fields(schema), '']),
  ].join('\n')
}

/** The same as an OpenAPI 3.1 document. */
export function openApi(version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = `${apiPrefix}${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Signalbox', version },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(views.error) },
    },
  }
}

type JsonSchema = Readonly<Record<string, unknown>>

const answers: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries<unknown>(views).flatMap(([name, schema]) => (schema instanceof z.ZodObject ? [[name, schema]] : [])),
)

function section(name: string, route: Route): readonly string[] {
  const needs = route.scope === 'anyone' ? 'no token' : `\`${route.scope}\``
  const permission = route.permission === undefined ? '' : ` and the permission \`${route.permission}\``
  const more = route.confirm ? ' From a browser it takes that somebody has shown of late that it is still them.' : ''
  return [
    `## \`${route.method} ${route.path}\``,
    '',
    `${route.sentence} Needs ${needs}${permission}.${more} In the client: \`${name}\`.`,
    '',
    ...part('Query', route.query),
    ...part('Body', route.body),
    `${route.kind === 'json' ? 'Answers' : 'A stream; each event is'} ${nameOf(route.answer)}.`,
    '',
  ]
}

function part(title: string, schema: z.ZodType | undefined): readonly string[] {
  return schema === undefined ? [] : [`${title}:`, '', ...fields(schema, 'input'), '']
}

function fields(schema: z.ZodType, io: 'input' | 'output' = 'output'): readonly string[] {
  const { properties = {}, required = [] } = schemaOf(schema, io) as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    const isOptional = io === 'input' && !required.includes(name)
    return `- \`${name}\`${isOptional ? ' (optional)' : ''}: ${words(property)}`
  })
}

function words(schema: JsonSchema): string {
  const { type, enum: values, anyOf, items, const: constant, default: otherwise } = schema
  const tail = otherwise === undefined ? '' : `, otherwise ${JSON.stringify(otherwise)}`
  if (Array.isArray(anyOf)) return anyOf.map((each: JsonSchema) => words(each)).join(' or ') + tail
  if (Array.isArray(values)) return values.map((value) => `\`${value}\``).join(', ') + tail
  if (constant !== undefined) return `\`${constant}\``
  if (type === 'array') return `list of ${words(items as JsonSchema)}`
  if (type === 'object') return objectWords(schema)
  return `${type === 'integer' ? 'whole number' : String(type ?? 'anything')}${tail}`
}

function objectWords({ properties, additionalProperties }: JsonSchema): string {
  if (properties === undefined) return `mapping of names to ${words((additionalProperties ?? {}) as JsonSchema)}`
  return `{ ${Object.keys(properties as object).join(', ')} }`
}

function nameOf(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodReadonly ? (schema.unwrap() as z.ZodType) : schema
  if (inner instanceof z.ZodArray) return `a list of ${nameOf(inner.element as z.ZodType)}`
  const known = Object.entries(answers).find(([, each]) => each === inner)
  return known === undefined ? words(schemaOf(inner)) : `[${known[0]}](#${known[0].toLowerCase()})`
}

function operation(name: RouteName | string, route: Route): JsonSchema {
  const type = route.kind === 'json' ? 'application/json' : 'text/event-stream'
  const content = { [type]: { schema: schemaOf(route.answer) } }
  const failed = {
    description: 'An error',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
  return {
    operationId: name,
    summary: route.sentence,
    security: route.scope === 'anyone' ? [] : [{ token: [] }],
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    responses: { 200: { description: 'The answer', content }, default: failed },
  }
}

function parameters(place: 'path' | 'query', schema: z.ZodObject | undefined): readonly JsonSchema[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    ...{ name, in: place, schema: property },
    required: place === 'path' || required.includes(name),
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
