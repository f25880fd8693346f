import { pageOf } from '../api/addresses.ts'
import { programVersion } from '../cli/version.ts'
import { showProblem } from '../config/problem.ts'
import { parseProject } from '../config/project.ts'
import type { ServerConfig } from '../config/server.ts'
import type { Address } from '../config/server-values.ts'
import { type PowerModel, powerModel } from '../domain/energy.ts'
import { parseProcessor } from '../domain/processors.ts'
import { Consoles } from '../engine/consoles.ts'
import { defaultSettings, type ParsedSpec, type Parts, rules, type Secrets } from '../engine/parts.ts'
import { EngineTime } from '../engine/time.ts'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { localRunner } from '../runner/local-runner.ts'
import { gitSource } from '../sources/git/source.ts'
import type { Store } from '../store/store.ts'
import { openArtifacts } from '../system/artifacts.ts'
import { systemClock } from '../system/clock.ts'
import { exists, readText } from '../system/files.ts'
import { type JobLogs, openJobLogs } from '../system/job-logs.ts'
import { cores, processorText } from '../system/machine.ts'
import { ownFile } from '../system/own-files.ts'
import { hostAndPort } from '../system/ports.ts'
import { readPostgres } from '../system/postgres-grammar.ts'
import { systemPath } from '../system/programs.ts'
import { randomFraction } from '../system/random.ts'
import { openSecretBox, type SecretBox } from '../system/secrets.ts'
import { type LocalDriver, localDriver } from '../targets/local/driver.ts'
import { channelsFor } from './channels.ts'
import type { DataDirectory } from './data-directory.ts'
import { driverOptions } from './drivers.ts'
import { compiledCode, gitEnvironment } from './environment.ts'
import { openLineLog } from './line-log.ts'

export interface Assembled {
  readonly parts: Parts
  readonly local: LocalDriver
  readonly jobLogs: JobLogs
  /** This program's. */
  readonly version: string
}

export interface Given {
  readonly data: DataDirectory
  readonly store: Store
  readonly config: ServerConfig
  readonly log: Log
  /** How people reach the server. */
  readonly baseUrl: string
  readonly signal: AbortSignal
}

/** The engine's parts, as they are on a real machine. */
export async function engineParts({ data, store, config, log, baseUrl, signal }: Given): Promise<Assembled> {
  const clock = systemClock
  const version = await programVersion()
  const jobLogs = openJobLogs({ directory: data.jobLogs, clock, log })
  const artifacts = openArtifacts(data.artifacts)
  // A key in place of one that was misspelt would open none of the secrets that are stored.
  if (config.keyFile !== null && !(await exists(config.keyFile))) {
    throw new Fault('secret.key_missing', { details: { path: config.keyFile } })
  }
  const box = await openSecretBox(config.keyFile ?? data.secretKey)
  const local = localDriver({
    dir: data.host,
    listen: addressText(config.edgeListen),
    artifactPath: artifacts.path,
    clock,
    log,
    edges: config.edges,
    ...compiledCode(),
  })
  const runner = localRunner({
    ...{ workDir: data.workspaces, artifacts, logs: jobLogs, clock, log, serverId: serverId(box) },
    toolPath: config.toolPath,
  })
  const parts: Parts = {
    ...{ store, clock, log, runner, artifacts, rules },
    time: new EngineTime(clock, store.facts.newest(1)[0]?.at ?? 0),
    source: gitSource({ reposDir: data.repositories, env: gitEnvironment() }),
    secrets: secretsOf(box),
    driver: ({ driver }) => {
      if (driver === local.name) return local
      throw new Fault('target.unknown', { details: { driver, known: local.name } })
    },
    baseEnvironment: { PATH: [...config.toolPath, systemPath].join(':'), LANG: 'C.UTF-8' },
    parse: (text, procfile) => parse(text, { procfile, version }),
    readSql: readPostgres,
    drizzleLook: (await readText(ownFile('app/drizzle-look.cjs'), 100_000)) ?? '',
    openLog: (name, secrets) => openLineLog(jobLogs, name, secrets),
    consoles: new Consoles(clock),
    notices: {
      channels: await channelsFor(config),
      link: (subject) => `${baseUrl}${pageOf(subject)}`,
      jitter: randomFraction,
    },
    settings: {
      ...defaultSettings,
      parallelJobs: config.jobs,
      syncEveryMs: config.lookEveryMs,
      reconcileEveryMs: config.lookEveryMs,
      isEdgePublic: !isLoopback(config.edgeListen.host),
      edgePort: await edgePort(local, config.edgeListen, signal),
      power: await powerOf(config, log),
    },
  }
  return { parts, local, jobLogs, version }
}

/** Where any free port was asked for, the edge has one by now or takes one. */
async function edgePort(local: LocalDriver, { port }: Address, signal: AbortSignal): Promise<number> {
  return port === 0 ? hostAndPort(await local.address(signal)).port : port
}

/** What work took is told by this; where the processor is in no table it is a guess, and somebody should know. */
async function powerOf({ cpuWatts, gridIntensity }: ServerConfig, log: Log): Promise<PowerModel> {
  const machine = { processor: parseProcessor(await processorText()), cores: cores() }
  const power = powerModel(machine, { watts: cpuWatts, gridIntensity })
  if (power.basis === 'middle')
    log.warn('this kind of processor is in no table of watts: --cpu-watts would say', { ...power })
  return power
}

function parse(text: string, beside: { procfile: string | null; version: string }): ParsedSpec {
  const { spec, problems } = parseProject(text, { drivers: driverOptions, ...beside })
  return { spec, problems: problems.map(showProblem) }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

/** An IPv6 address stands in brackets before its port. */
function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The same for every start on this data directory, and another for every other: jobs carry it as a mark. */
function serverId({ recipient }: SecretBox): string {
  return recipient.slice(-24)
}

function secretsOf(box: SecretBox): Secrets {
  return {
    seal: (place, value) => box.encrypt(value, bindingOf(place)),
    open: (place, sealed) => box.decrypt(sealed, bindingOf(place)),
  }
}

/** `shop/production/KEY/3`: the environment with its project, the name, the version. */
function bindingOf(place: string) {
  const [project = '', environment = '', name = '', version = ''] = place.split('/')
  return { environment: `${project}/${environment}`, name, version: Number(version) }
}
