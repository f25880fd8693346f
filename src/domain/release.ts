/** An immutable, built version of one app. Built once per commit, promoted as it is. */
export interface Release {
  readonly id: string
  readonly project: string
  readonly app: string
  readonly commit: string
  readonly version: string
  /** SHA-256 of the archive. */
  readonly digest: string
  readonly bytes: number
  /** The run that built it; its configuration is the release's. */
  readonly run: string
  readonly title: string
  readonly createdAt: number
}

/** What a deployment needs to know of a release. */
export type ReleaseRef = Pick<Release, 'id' | 'version' | 'commit' | 'digest'>

export function refOf(release: Release): ReleaseRef {
  return { id: release.id, version: release.version, commit: release.commit, digest: release.digest }
}
