import { z } from 'zod'
import { defaultGridIntensity } from '../domain/energy.ts'
import type { CoreWatts } from '../domain/processors.ts'
import { nearest } from './near-miss.ts'
import { duration, httpUrl } from './parts.ts'
import { describe, quoted } from './problem.ts'
import { type Address, address, backupTimes, isOrigin, isPath, networks, watts, wholeNumber } from './server-values.ts'

/** How a server runs, contradictions refused. Holds no secret. */
export interface ServerConfig {
  readonly dataDirectory: string
  readonly listen: Address
  readonly edgeListen: Address
  /** Null = what `listen` says. */
  readonly publicUrl: string | null
  /** How many jobs run at once. */
  readonly jobs: number
  /** How many edge workers share the visitors. */
  readonly edges: number
  /** Null = a file that the server makes in its data directory. */
  readonly keyFile: string | null
  /** Folders of programs that jobs and instances find before the system's. */
  readonly toolPath: readonly string[]
  readonly lookEveryMs: number
  /** Networks that are not public and that notices may reach all the same. */
  readonly noticeNetworks: readonly string[]
  /** Null = notices run no program. */
  readonly noticeCommands: string | null
  /** Null = no mail is sent. */
  readonly smtp: Address | null
  readonly smtpFrom: string | null
  readonly smtpUser: string | null
  readonly smtpPasswordFile: string | null
  readonly smtpSecurity: 'starttls' | 'tls' | 'none'
  /** Null = people sign in here alone. */
  readonly providersFile: string | null
  /** Null = no backup is taken. */
  readonly backups: string | null
  /** Infinity = only when somebody asks. */
  readonly backupEveryMs: number
  readonly keepBackups: number
  readonly backupLogs: 'yes' | 'no'
  /** Grams of CO2e for a kWh. */
  readonly gridIntensity: number
  /** Null = by a table, for the machine's kind of processor. */
  readonly cpuWatts: CoreWatts | null
}

export interface Setting<Value> {
  readonly flag: string
  readonly variable: string
  /** What stands for the value in a help text. */
  readonly argument: string
  readonly sentence: string
  readonly example: string
  /** As text; null = what the sentence says. */
  readonly default: string | null
  readonly schema: z.ZodType<Value, string>
}

type Settings = { readonly [Key in keyof ServerConfig]: Setting<NonNullable<ServerConfig[Key]>> }

/** Every setting of the server: flag, environment variable, default, sentence. The flags of `signalbox server` and the reference are printed from it. */
export const serverSettings: Settings = {
  dataDirectory: {
    ...{ flag: 'data', variable: 'SIGNALBOX_DATA', argument: 'DIR', example: '/srv/signalbox' },
    sentence: 'Folder for everything the server keeps. One live server at a time.',
    default: '/var/lib/signalbox',
    schema: isPath,
  },
  listen: {
    ...{ flag: 'listen', variable: 'SIGNALBOX_LISTEN', argument: 'HOST:PORT', example: '0.0.0.0:8700' },
    sentence: 'Where the API, the dashboard and the git remote listen. Port 0 takes any that is free.',
    default: '127.0.0.1:8700',
    schema: address,
  },
  edgeListen: {
    ...{ flag: 'edge-listen', variable: 'SIGNALBOX_EDGE_LISTEN', argument: 'HOST:PORT', example: '0.0.0.0:80' },
    sentence: 'Where the edge listens for visitors of the applications. Port 0 takes any that is free.',
    default: '127.0.0.1:8080',
    schema: address,
  },
  publicUrl: {
    ...{ flag: 'public-url', variable: 'SIGNALBOX_PUBLIC_URL', argument: 'URL', example: 'https://deploy.example.org' },
    sentence:
      'How people reach the server, for links and git remotes. Left out: http:// with the address of `--listen`.',
    default: null,
    schema: httpUrl.refine((text) => isOrigin(text), { error: 'a URL without a path, a query or a password' }),
  },
  jobs: {
    ...{ flag: 'jobs', variable: 'SIGNALBOX_JOBS', argument: 'N', example: '4' },
    sentence: 'How many jobs run at once. Left out: as many as the machine has cores.',
    default: null,
    schema: wholeNumber(1, 256),
  },
  edges: {
    ...{ flag: 'edges', variable: 'SIGNALBOX_EDGES', argument: 'N', example: '1' },
    sentence: 'How many edge workers share the visitors.',
    default: '2',
    schema: wholeNumber(1, 64),
  },
  keyFile: {
    ...{ flag: 'key-file', variable: 'SIGNALBOX_KEY_FILE', argument: 'FILE', example: '/etc/signalbox/key.txt' },
    sentence: 'The age identity that secrets are encrypted with. Left out: one is made in the data directory.',
    default: null,
    schema: isPath,
  },
  toolPath: {
    ...{ flag: 'tool-path', variable: 'SIGNALBOX_TOOL_PATH', argument: 'DIR:DIR', example: '/opt/node-26/bin' },
    sentence:
      'Folders of programs that jobs and instances find before the system\u2019s own, which are all they find otherwise: nothing of the server\u2019s environment reaches them.',
    default: null,
    schema: z
      .string()
      .transform((text) => text.split(':').filter((folder) => folder !== ''))
      .refine((folders) => folders.every((folder) => folder.startsWith('/')), {
        error: 'absolute paths with ":" between',
      }),
  },
  lookEveryMs: {
    ...{ flag: 'look-every', variable: 'SIGNALBOX_LOOK_EVERY', argument: 'DURATION', example: '5m' },
    sentence:
      'How often the server looks for itself whether repositories and targets still are as it knows them, so that a push that nobody told is found, and an instance that somebody took away is brought back.',
    default: '30s',
    schema: duration.refine((ms) => ms >= 1000, { error: 'a second or more' }),
  },
  noticeNetworks: {
    ...{ flag: 'notice-networks', variable: 'SIGNALBOX_NOTICE_NETWORKS', argument: 'NET,NET', example: '10.0.0.0/8' },
    sentence:
      'Networks that are not public and that webhooks and chats may be in. Left out: notices reach public addresses only, so that nobody reads this machine or its neighbours by way of them.',
    default: null,
    schema: networks,
  },
  noticeCommands: {
    ...{ flag: 'notice-commands', variable: 'SIGNALBOX_NOTICE_COMMANDS', argument: 'DIR' },
    example: '/etc/signalbox/notices',
    sentence: 'Folder of the programs that notices may run. Left out: they run none.',
    default: null,
    schema: isPath.refine((text) => text.startsWith('/'), { error: 'an absolute path' }),
  },
  smtp: {
    ...{ flag: 'smtp', variable: 'SIGNALBOX_SMTP', argument: 'HOST:PORT', example: 'mail.example.org:587' },
    sentence: 'The server that takes the mail of notices. Left out: no mail is sent.',
    default: null,
    schema: address,
  },
  smtpFrom: {
    ...{ flag: 'smtp-from', variable: 'SIGNALBOX_SMTP_FROM', argument: 'ADDRESS' },
    example: 'Signalbox <signalbox@example.org>',
    sentence: 'Whom the mail is from.',
    default: null,
    schema: z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, { error: 'an address such as signalbox@example.org' }),
  },
  smtpUser: {
    ...{ flag: 'smtp-user', variable: 'SIGNALBOX_SMTP_USER', argument: 'NAME', example: 'signalbox' },
    sentence: 'Who logs in there. Left out: nobody does.',
    default: null,
    schema: z.string().min(1, { error: 'a name' }),
  },
  smtpPasswordFile: {
    ...{ flag: 'smtp-password-file', variable: 'SIGNALBOX_SMTP_PASSWORD_FILE', argument: 'FILE' },
    example: '/etc/signalbox/smtp-password',
    sentence: 'A file whose first line is the password for that.',
    default: null,
    schema: isPath,
  },
  smtpSecurity: {
    ...{ flag: 'smtp-security', variable: 'SIGNALBOX_SMTP_SECURITY', argument: 'HOW', example: 'tls' },
    sentence:
      '`starttls`: nothing is handed over unless it can be encrypted. `tls`: encrypted from the first byte. `none`: never.',
    default: 'starttls',
    schema: z.enum(['starttls', 'tls', 'none'], { error: 'starttls, tls or none' }),
  },
  providersFile: {
    ...{
      flag: 'providers',
      variable: 'SIGNALBOX_PROVIDERS',
      argument: 'FILE',
      example: '/etc/signalbox/providers.yml',
    },
    sentence:
      'A file that names who else says who somebody is: GitHub, and any that speaks OpenID Connect. Left out: people sign in here alone.',
    default: null,
    schema: isPath,
  },
  backups: {
    ...{ flag: 'backups', variable: 'SIGNALBOX_BACKUPS', argument: 'DIR', example: '/mnt/backup/signalbox' },
    sentence:
      'Folder for backups of the server, for this one alone and best on another disk. Left out: no backup is taken.',
    default: null,
    schema: isPath,
  },
  backupEveryMs: {
    ...{ flag: 'backup-every', variable: 'SIGNALBOX_BACKUP_EVERY', argument: 'DURATION', example: '6h' },
    sentence:
      'How often a backup is taken by itself, where there is a folder for it. `never`: only when somebody asks.',
    default: '24h',
    schema: backupTimes,
  },
  keepBackups: {
    ...{ flag: 'keep-backups', variable: 'SIGNALBOX_KEEP_BACKUPS', argument: 'N', example: '30' },
    sentence: 'How many backups are kept. With each new one the oldest go.',
    default: '7',
    schema: wholeNumber(1, 10_000),
  },
  backupLogs: {
    ...{ flag: 'backup-logs', variable: 'SIGNALBOX_BACKUP_LOGS', argument: 'yes|no', example: 'no' },
    sentence: 'Whether the logs of jobs and commands are in it.',
    default: 'yes',
    schema: z.enum(['yes', 'no'], { error: 'yes or no' }),
  },
  gridIntensity: {
    ...{ flag: 'grid-intensity', variable: 'SIGNALBOX_GRID_INTENSITY', argument: 'GRAMS', example: '56' },
    sentence:
      'How many grams of CO2e the machine\u2019s grid emits for a kWh, for what is told of the energy that jobs took. The default is the average of the world.',
    default: String(defaultGridIntensity),
    schema: wholeNumber(0, 5000),
  },
  cpuWatts: {
    ...{ flag: 'cpu-watts', variable: 'SIGNALBOX_CPU_WATTS', argument: 'IDLE:BUSY', example: '0.8:4.5' },
    sentence:
      'What a core of this machine takes, in watts: at rest, and at work. Left out: by a table, for the kind of its processor.',
    default: null,
    schema: watts,
  },
}

export interface ServerInput {
  /** By the name of the flag, without dashes in front. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cores: number
}

export interface SettingProblem {
  /** `--listen` or `SIGNALBOX_LISTEN`, whichever was used. */
  readonly setting: string
  readonly found: string
  readonly expected: string
}

/** A flag goes before its variable; an empty variable is none. A value that is wrong is never replaced by the default. */
export function readServerConfig(input: ServerInput): {
  readonly config: ServerConfig | null
  readonly problems: readonly SettingProblem[]
} {
  const problems: SettingProblem[] = [...strangeVariables(input.env)]
  const read = <Value>(setting: Setting<Value>): Value | null => {
    const { text, from } = wordsFor(setting, input)
    if (text === null) return null
    const result = setting.schema.safeParse(text)
    if (result.success) return result.data
    problems.push({ setting: from, found: describe(text), expected: result.error.issues[0]?.message ?? '' })
    return null
  }
  const set = serverSettings
  const values = {
    ...{ dataDirectory: read(set.dataDirectory), listen: read(set.listen), edgeListen: read(set.edgeListen) },
    ...{ publicUrl: read(set.publicUrl), jobs: read(set.jobs), edges: read(set.edges), keyFile: read(set.keyFile) },
    ...{ toolPath: read(set.toolPath), lookEveryMs: read(set.lookEveryMs) },
    ...{ noticeNetworks: read(set.noticeNetworks), noticeCommands: read(set.noticeCommands) },
    ...{ smtp: read(set.smtp), smtpFrom: read(set.smtpFrom), smtpUser: read(set.smtpUser) },
    ...{ smtpPasswordFile: read(set.smtpPasswordFile), smtpSecurity: read(set.smtpSecurity) },
    ...{ providersFile: read(set.providersFile), backups: read(set.backups), keepBackups: read(set.keepBackups) },
    ...{ backupEveryMs: read(set.backupEveryMs), backupLogs: read(set.backupLogs) },
    ...{ gridIntensity: read(set.gridIntensity), cpuWatts: read(set.cpuWatts) },
  }
  problems.push(...contradictions(values))
  if (problems.length > 0) return { config: null, problems }
  return { config: complete(values, input.cores), problems }
}

export function showSettingProblem({ setting, found, expected }: SettingProblem): string {
  return `${setting}: ${found}; expected ${expected}`
}

type Values = { readonly [Key in keyof ServerConfig]: ServerConfig[Key] | null }

function complete(values: Values, cores: number): ServerConfig {
  return {
    ...values,
    dataDirectory: given(values.dataDirectory),
    listen: given(values.listen),
    edgeListen: given(values.edgeListen),
    edges: given(values.edges),
    lookEveryMs: given(values.lookEveryMs),
    backupEveryMs: given(values.backupEveryMs),
    keepBackups: given(values.keepBackups),
    backupLogs: given(values.backupLogs),
    jobs: values.jobs ?? Math.max(1, cores),
    toolPath: values.toolPath ?? [],
    noticeNetworks: values.noticeNetworks ?? [],
    smtpSecurity: values.smtpSecurity ?? 'starttls',
    gridIntensity: values.gridIntensity ?? defaultGridIntensity,
  }
}

/** There is a value where there is a default. */
function given<Value>(value: Value | null): Value {
  if (value === null) throw new TypeError('a setting with a default has no value')
  return value
}

function contradictions(values: Values): readonly SettingProblem[] {
  return [...samePort(values), ...halfOfMail(values)]
}

function halfOfMail({ smtp, smtpFrom, smtpUser, smtpPasswordFile }: Values): readonly SettingProblem[] {
  const lacks = (setting: string, other: string) => ({ setting, found: `no ${other}`, expected: 'both, or neither' })
  return [
    ...((smtp === null) === (smtpFrom === null) ? [] : [lacks('--smtp', smtp === null ? '--smtp' : '--smtp-from')]),
    ...((smtpUser === null) === (smtpPasswordFile === null)
      ? []
      : [lacks('--smtp-user', smtpUser === null ? '--smtp-user' : '--smtp-password-file')]),
  ]
}

function samePort({ listen, edgeListen }: Values): readonly SettingProblem[] {
  if (listen === null || edgeListen === null || listen.port === 0 || listen.port !== edgeListen.port) return []
  const everywhere = ['0.0.0.0', '::']
  const meet =
    listen.host === edgeListen.host || [listen.host, edgeListen.host].some((host) => everywhere.includes(host))
  if (!meet) return []
  const found = `port ${edgeListen.port}, which --listen takes already`
  return [{ setting: '--edge-listen', found, expected: 'another port, or another address' }]
}

function wordsFor<Value>(setting: Setting<Value>, { flags, env }: ServerInput): { text: string | null; from: string } {
  const flag = flags[setting.flag]
  if (flag !== undefined) return { text: flag, from: `--${setting.flag}` }
  const variable = env[setting.variable]
  if (variable !== undefined && variable !== '') return { text: variable, from: setting.variable }
  return { text: setting.default, from: `--${setting.flag}` }
}

/** A mistyped variable would be passed over without a word. */
function strangeVariables(env: ServerInput['env']): readonly SettingProblem[] {
  const known = Object.values(serverSettings).map(({ variable }) => variable)
  return Object.keys(env).flatMap((name) => {
    const meant = name.startsWith('SIGNALBOX_') && !known.includes(name) ? nearest(name, known) : null
    return meant === null ? [] : [{ setting: name, found: 'an unknown variable', expected: quoted(meant) }]
  })
}
