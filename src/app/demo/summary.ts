import type { DeploymentView } from '../../api/views.ts'
import type { PhaseReport } from './load-report.ts'
import type { Scene } from './story.ts'
import type { VisitorReport } from './visitors.ts'

/** What `--json` prints. */
export interface DemoSummary {
  readonly asExpected: boolean
  readonly tookMs: number
  readonly scenes: readonly SceneSummary[]
  readonly visitors: readonly Pick<VisitorReport, 'environment' | 'sent' | 'answered' | 'failed'>[]
  /** The same for people. */
  readonly lines: readonly string[]
}

export interface SceneSummary extends Pick<Scene, 'name' | 'expected' | 'asExpected'> {
  readonly deployments: readonly DeploymentSummary[]
}

export interface DeploymentSummary {
  readonly id: string
  readonly release: string
  readonly commit: string
  readonly environment: string
  readonly outcome: string | null
  readonly rolledBack: boolean
  /** Milliseconds by phase, in order; a phase that comes twice is added up. */
  readonly phasesMs: Readonly<Record<string, number>>
  readonly tookMs: number
  /** Seen from the edge. */
  readonly requests: { readonly served: number; readonly dropped: number | null; readonly sentence: string }
  /** Seen from the visitors of the environment; null without any. */
  readonly before: Latency | null
  readonly during: Latency | null
}

type Latency = Pick<PhaseReport, 'p50Ms' | 'p99Ms' | 'sent' | 'failed'>

export interface SummaryInput {
  readonly scenes: readonly Scene[]
  readonly loads: readonly VisitorReport[]
  readonly tookMs: number
}

export function summaryOf({ scenes, loads, tookMs }: SummaryInput): DemoSummary {
  const summaries = scenes.map((scene) => ({
    name: scene.name,
    expected: scene.expected,
    asExpected: scene.asExpected,
    deployments: scene.deployments.map((deployment) => deploymentSummary(deployment, scene.name, loads)),
  }))
  const visitors = loads.map(({ environment, sent, answered, failed }) => ({ environment, sent, answered, failed }))
  const asExpected = scenes.every((scene) => scene.asExpected) && loads.every(({ failed }) => failed === 0)
  return { asExpected, tookMs: Math.round(tookMs), scenes: summaries, visitors, lines: lines(visitors, asExpected) }
}

function deploymentSummary(
  deployment: DeploymentView,
  scene: string,
  loads: readonly VisitorReport[],
): DeploymentSummary {
  const { id, release, environment, outcome, rolledBack, verdict } = deployment
  const phases = loads.find((load) => load.environment === environment)?.phases ?? {}
  return {
    ...{ id, release: release.version, commit: release.commit, environment, outcome, rolledBack },
    phasesMs: phasesMs(deployment),
    tookMs: (deployment.finishedAt ?? 0) - (deployment.startedAt ?? 0),
    requests: {
      served: verdict === null ? 0 : verdict.requests - verdict.dropped,
      dropped: verdict?.dropped ?? null,
      sentence: verdict?.sentence ?? 'requests were not measured',
    },
    before: latency(phases[`before ${scene}`]),
    during: latency(phases[`during ${scene}`]),
  }
}

/** Milliseconds by phase; one that comes twice is added up. */
export function phasesMs({ phases, finishedAt }: DeploymentView): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const [index, { name, at }] of phases.entries()) {
    const end = phases[index + 1]?.at ?? finishedAt ?? at
    sums[name] = (sums[name] ?? 0) + end - at
  }
  return sums
}

function latency(phase: PhaseReport | undefined): Latency | null {
  if (phase === undefined) return null
  const { p50Ms, p99Ms, sent, failed } = phase
  return { p50Ms: rounded(p50Ms), p99Ms: rounded(p99Ms), sent, failed }
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10
}

function lines(visitors: DemoSummary['visitors'], asExpected: boolean): readonly string[] {
  const all = visitors.reduce((sum, { sent }) => sum + sent, 0)
  const lost = visitors.reduce((sum, { failed }) => sum + failed, 0)
  return [
    '',
    `visitors: ${lost} dropped of ${all}`,
    asExpected ? 'everything ended as the story says' : 'not everything ended as the story says',
  ]
}
