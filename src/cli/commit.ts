import { gitText, type Surroundings } from './git.ts'

/** Only the person's own repository knows what its HEAD is; every other name is for the server to look up. */
export async function commitMeant(here: Surroundings, named: string): Promise<string> {
  if (!/^(HEAD|@)([~^]|$)/.test(named)) return named
  return (await gitText(here, 'rev-parse', '--verify', '--quiet', `${named}^{commit}`))?.trim() ?? named
}
