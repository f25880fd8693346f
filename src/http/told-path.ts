/** A path as it may be told: whoever reads the log need not be able to become the one who was invited. */
export function toldPath(path: string): string {
  return path.replace(/^\/join\/.*/, '/join/…')
}
