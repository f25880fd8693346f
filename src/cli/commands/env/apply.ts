import { Command } from '@commander-js/extra-typings'
import {
  appOption,
  commentOption,
  environmentArgument,
  noWaitOption,
  waitLimitOption,
  waitOption,
} from '../../options.ts'
import { afterSending, type WaitOptions } from '../../sent.ts'
import type { Open, Session } from '../../session.ts'

export function applyCommand(open: Open) {
  return new Command('apply')
    .description(
      'Give what runs its variables as they are now: a rollout of the release that is live, for each app whose variables ' +
        'were changed since it was started. It goes through gates and approval as any other.',
    )
    .addArgument(environmentArgument())
    .addOption(appOption())
    .addOption(commentOption())
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, { app, comment, ...wait }) => {
      await applyVariables(open(), { environment, app, comment }, wait)
    })
}

interface Applying {
  readonly environment: string
  readonly app?: string | undefined
  readonly comment?: string | undefined
}

export async function applyVariables(session: Session, { environment, ...body }: Applying, wait: WaitOptions) {
  const [client, project] = [await session.client(), await session.project()]
  const deployments = await client.call('variables.apply', { params: { project, environment }, body })
  if (deployments.length > 0) return await afterSending(session, deployments, wait)
  await session.output.show([], () => [`${environment}: what runs has its variables as they are now`])
}
