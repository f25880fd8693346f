import type { Deployment } from '../../domain/deployment.ts'
import type { Track } from '../../domain/track.ts'
import { type DeploymentRequest, requestDeployment } from '../request.ts'
import type { Tx } from '../tx.ts'
import { type Asked, said } from './work.ts'

type What = Pick<DeploymentRequest, 'release' | 'reason' | 'scale'> & { readonly asked: Asked }

/** A deployment on this track, as a person asked for it. */
export function request(tx: Tx, track: Track, { asked, ...what }: What): Deployment {
  return requestDeployment(tx, { ...what, environment: track.environment, ...said(asked) })
}
