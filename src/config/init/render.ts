import { Document, isMap, isScalar, isSeq, type Scalar } from 'yaml'
import type { Draft } from './draft.ts'

export interface RenderOptions {
  readonly project: string
  readonly branches: readonly string[]
}

/** The draft as a file that people go on with: short forms, and a comment where a key is not plain. */
export function render(draft: Draft, options: RenderOptions): string {
  const document = new Document(contentOf(draft, options), { aliasDuplicateObjects: false })
  document.commentBefore = head
  for (const path of [
    ['environments', 'staging', 'on', 'push'],
    ['app', 'shared'],
  ]) {
    const list = document.getIn(path, true)
    if (isSeq(list)) list.flow = true
  }
  remark(document, ['checks'], ' Run on every push; nothing is built before they have passed.')
  remark(document, ['app'], ' What is built and run.')
  remark(document, ['environments'], ' Where it runs. On the target "local" that is this machine.')
  for (const [key, comment] of Object.entries(draft.comments)) remark(document, ['app', key], ` ${comment}`, false)
  remark(
    document,
    ['environments', 'production', 'protection'],
    ' Your own approval counts; set self_approval to false once you are two.',
    false,
  )
  return document.toString({ lineWidth: 120, flowCollectionPadding: true, singleQuote: true })
}

const head = ` How Signalbox checks, builds and deploys this repository. Check it with \`signalbox validate\`;
 all keys are explained in docs/reference/config.md.`

function contentOf(draft: Draft, options: RenderOptions): unknown {
  const hasEnv = Object.keys(draft.env).length > 0
  const env = hasEnv ? { env: draft.env } : {}
  const test = { ...(draft.directory === '.' ? {} : { directory: draft.directory }), ...env, steps: draft.test }
  return {
    project: options.project,
    ...(draft.test.length === 0 ? {} : { checks: { test: Object.keys(test).length === 1 ? draft.test : test } }),
    app: appOf(draft, env),
    environments: environmentsOf(draft, options),
  }
}

function appOf(draft: Draft, env: { readonly env?: Draft['env'] }): unknown {
  const build = env.env === undefined ? draft.build : { ...env, steps: draft.build }
  return withoutEmpty({
    directory: draft.directory === '.' ? undefined : draft.directory,
    build: draft.build.length === 0 ? undefined : build,
    processes: Object.fromEntries(
      Object.entries(draft.processes).map(([name, process]) => [
        name,
        process.health === undefined ? process.command : process,
      ]),
    ),
    static: draft.static,
    shared: draft.shared,
    migrations: draft.migrations ?? undefined,
    variables: draft.variables,
  })
}

function environmentsOf(draft: Draft, { project, branches }: RenderOptions): unknown {
  const host = `${project}.localhost`
  const hosts = (name: string) => (draft.processes.web === undefined ? {} : { hosts: name })
  return {
    staging: withoutEmpty({
      on: { push: branches.length === 1 ? branches[0] : branches },
      ...hosts(`staging.${host}`),
      variables: valuesFor(draft, `staging.${host}`),
    }),
    production: withoutEmpty({
      needs: 'staging',
      on: { after: 'staging' },
      ...hosts(host),
      variables: valuesFor(draft, host),
      protection: { approvals: 1, self_approval: true },
    }),
  }
}

function valuesFor({ values }: Draft, host: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === 'HOST' ? host : value]))
}

function withoutEmpty(entries: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isEmpty = (value: unknown) =>
    value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => !isEmpty(value)))
}

function remark(document: Document, path: readonly string[], comment: string, hasSpace = true): void {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
  if (pair === undefined) return
  const key = pair.key as Scalar
  key.commentBefore = comment
  if (hasSpace) key.spaceBefore = true
}
