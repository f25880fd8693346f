export function shortSha(sha: string): string {
  return sha.slice(0, 8)
}

export function releaseText({ version, commit }: { readonly version: string; readonly commit: string }): string {
  // Several version schemes name the commit already.
  return version.includes(commit.slice(0, 7)) ? version : `${version} (${shortSha(commit)})`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
