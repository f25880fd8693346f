import type { DeploymentView } from '../../api/views.ts'

/** Tells the story as it happens, a line at a time. */
export interface Narrator {
  title(name: string, expected: string): void
  line(text: string): void
  /** Says what a deployment does, when that is something new. */
  progress(deployment: DeploymentView): void
  verdict(asExpected: boolean): void
}

export function narrator(write: (text: string) => void, colours: boolean): Narrator {
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  let last = ''
  const line = (text: string) => write(`  ${text}\n`)
  return {
    title: (name, expected) => write(`\n${paint(1, name)}  ${paint(2, expected)}\n`),
    line,
    progress(deployment) {
      const text = progressText(deployment)
      if (text !== last) line(text)
      last = text
    },
    verdict: (asExpected) => line(asExpected ? paint(32, '✓ as it should be') : paint(31, '✗ not as it should be')),
  }
}

function progressText({
  id,
  environment,
  release,
  state,
  step,
  outcome,
  because,
  rolledBack,
  verdict,
}: DeploymentView): string {
  const what = `${id} ${environment} ${release.version}`
  if (state !== 'finished')
    return step === null ? `${what}: ${state}` : `${what}: ${state}, ${step.doing} (${step.at}/${step.of})`
  const back = rolledBack ? ', rolled back' : ''
  const reason = because === null ? '' : `: ${because.split('\n')[0]}`
  return `${what}: ${outcome}${back}${reason}; ${verdict?.sentence ?? 'requests were not measured'}`
}
