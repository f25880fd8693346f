import { z } from 'zod'
import { projectFile } from './schema.ts'

/** The part of JSON Schema that ours uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly propertyNames?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
}

/** The schema of `signalbox.yml` for editors and other tools. Tells less than `signalbox validate`: rules between keys are not in it. */
export function projectJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(projectFile, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Mappings with fixed keys ignore extensions.
      if (jsonSchema.properties !== undefined) jsonSchema.patternProperties = { '^x-': {} }
      const { example, ...others } = jsonSchema
      if (example !== undefined) {
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
        Object.assign(jsonSchema, others, { examples: [example] })
      }
      // zod leaves out defaults of schemas that transform; ours are written the same before and after.
      const { def } = zodSchema._zod
      if (def.type === 'default') jsonSchema.default = def.defaultValue
    },
  })
  const { $schema, ...rest } = schema
  return { $schema, title: 'signalbox.yml', ...rest } as JsonSchema
}

/** `docs/reference/signalbox.schema.json` */
export function jsonSchemaFile(): string {
  return `${JSON.stringify(projectJsonSchema(), null, 2)}\n`
}
