import type { VariableSpec } from '../../domain/spec.ts'
import { fitsType, typePhrases } from '../../domain/variables.ts'
import type { Finding } from '../issues.ts'
import { nearest } from '../near-miss.ts'
import type { Path } from '../place.ts'
import { quoted } from '../problem.ts'
import { appsIn, type Context, environmentsIn, type Rule, wrong, wrongKey } from './rule.ts'

/** PORT is chosen by the target, one for each instance; SIGNALBOX_… tells a process where it runs. */
export const reservedVariables: Rule = (context) =>
  placesOfValues(context)
    .filter(({ name }) => name === 'PORT' || name.startsWith('SIGNALBOX_'))
    .map(({ name, path }) => wrongKey(path, `${name}, which Signalbox sets itself`, 'another name'))

export const secretInPlain: Rule = (context) => {
  const secrets = new Set(declared(context).flatMap(({ name, secret }) => (secret ? [name] : [])))
  const withValue = placesOfValues(context).filter(({ name, kind }) => secrets.has(name) && kind !== 'declaration')
  const withDefault = appsIn(context).flatMap(({ app, path }) =>
    app.variables
      .filter((variable) => variable.secret && variable.default !== null)
      .map(({ name }) => ({ name, path: [...path, 'variables', name, 'default'] })),
  )
  return [...withValue, ...withDefault].map(({ name, path }) =>
    wrongKey(
      path,
      `the secret ${name} in plain text`,
      `its value set with "signalbox env set --secret", never in this file`,
    ),
  )
}

export const valuesOfType: Rule = (context) => [
  ...environmentsIn(context).flatMap(({ entry, apps, path }) =>
    apps.flatMap(({ variables }) =>
      variables.flatMap((variable) => {
        const value = Object.hasOwn(entry.variables, variable.name) ? entry.variables[variable.name] : undefined
        return value === undefined ? [] : misfit([...path, 'variables', variable.name], variable, value)
      }),
    ),
  ),
  ...appsIn(context).flatMap(({ app, path }) =>
    app.variables.flatMap((variable) =>
      variable.default === null
        ? []
        : misfit([...path, 'variables', variable.name, 'default'], variable, variable.default),
    ),
  ),
]

/** A warning: the value may be set on the server. */
export const requiredAndUnset: Rule = (context) =>
  environmentsIn(context).flatMap(({ environment, entry, apps, path }) =>
    apps.flatMap(({ variables }) =>
      variables
        .filter(({ name, required, secret, default: preset }) => {
          return required && !secret && preset === null && !Object.hasOwn(entry.variables, name)
        })
        .map(({ name }) => {
          const expected = `a value here, or "signalbox env set ${environment.name} ${name}=…" before the first deployment`
          return wrongKey([...path, 'variables'], `no value for ${name}, which is required`, expected)
        }),
    ),
  )

/** A warning: a variable the app does not declare, but nearly. */
export const nearlyDeclared: Rule = (context) =>
  environmentsIn(context).flatMap(({ entry, apps, path }) => {
    const names = apps.flatMap(({ variables }) => variables.map(({ name }) => name))
    return Object.keys(entry.variables).flatMap((name) => {
      const suggestion = names.includes(name) ? null : nearest(name, names)
      if (suggestion === null) return []
      return [{ ...wrongKey([...path, 'variables', name], `no app here declares ${name}`, null), suggestion }]
    })
  })

interface PlaceOfValue {
  readonly name: string
  readonly path: Path
  readonly kind: 'declaration' | 'value'
}

function placesOfValues(context: Context): readonly PlaceOfValue[] {
  const values = (path: Path, names: readonly string[], kind: PlaceOfValue['kind']) =>
    names.map((name) => ({ name, path: [...path, name], kind }))
  return [
    ...appsIn(context).flatMap(({ entry, path }) => [
      ...values([...path, 'variables'], Object.keys(entry.variables), 'declaration'),
      ...Object.entries(entry.processes ?? {}).flatMap(([process, { env }]) =>
        values([...path, 'processes', process, 'env'], Object.keys(env), 'value'),
      ),
    ]),
    ...environmentsIn(context).flatMap(({ entry, path }) =>
      values([...path, 'variables'], Object.keys(entry.variables), 'value'),
    ),
  ]
}

function declared({ spec }: Context): readonly VariableSpec[] {
  return spec.apps.flatMap(({ variables }) => variables)
}

function misfit(path: Path, { type, secret }: VariableSpec, value: string): readonly Finding[] {
  return secret || fitsType(type, value) ? [] : [wrong(path, quoted(value), typePhrases[type])]
}
