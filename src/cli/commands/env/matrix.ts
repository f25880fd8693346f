import { Command } from '@commander-js/extra-typings'
import type { MatrixView, PresenceView } from '../../../api/views.ts'
import type { Open } from '../../session.ts'
import { dim, green, listing, red, type Text, yellow } from '../../text.ts'

const words: Readonly<Record<PresenceView, Text>> = {
  set: green('set'),
  in_file: green('in file'),
  default: 'default',
  optional: dim('not set'),
  missing: red('missing'),
  waived: yellow('waived'),
  unused: yellow('unused'),
  unused_in_file: yellow('unused, in file'),
  none: dim('-'),
}

export function matrixCommand(open: Open) {
  return new Command('matrix')
    .description('Show every variable against every environment: where its value is from, what is missing or unused.')
    .action(async () => {
      const { client, project, output } = open()
      const matrix = await (await client()).call('variables.matrix', { params: { project: await project() } })
      await output.show(matrix, () => [
        ...listing(['variable', 'kind', 'since', ...matrix.environments], matrix.rows.map(cells)),
        ...missingLines(matrix),
      ])
    })
}

export function unusedCommand(open: Open) {
  return new Command('unused')
    .description('List what has a value in an environment none of whose apps declares it.')
    .action(async () => {
      const { client, project, output } = open()
      const matrix = await (await client()).call('variables.matrix', { params: { project: await project() } })
      const unused = matrix.rows.flatMap(({ name, cells: all }) =>
        all.flatMap(({ environment, presence }) =>
          presence === 'unused' || presence === 'unused_in_file' ? [{ name, environment, presence }] : [],
        ),
      )
      const rows = unused.map(({ name, environment, presence }) => [
        ...[name, environment],
        presence === 'unused' ? `signalbox env unset ${environment} ${name}` : 'take it out of signalbox.yml',
      ])
      await output.show(unused, () => (rows.length === 0 ? ['Nothing.'] : listing(['variable', 'in', 'how'], rows)))
    })
}

function cells({ name, declared, secret, cells: all }: MatrixView['rows'][number]): readonly Text[] {
  const kind = declared === null ? 'not declared' : `${declared.type}${declared.required ? ', required' : ''}`
  const isSecret = secret || declared?.secret === true
  return [
    name,
    `${kind}${isSecret ? ', secret' : ''}`,
    declared?.since ?? '',
    ...all.map((each) => words[each.presence]),
  ]
}

function missingLines({ rows }: MatrixView): readonly Text[] {
  const missing = rows.flatMap(({ name, cells: all }) =>
    all.filter(({ presence }) => presence === 'missing').map(({ environment }) => ({ environment, name })),
  )
  return missing.map(({ environment, name }) => dim(`signalbox env set ${environment} ${name}=…`))
}
