const LONGEST_BYTES = 255

/**
 * Why a ref that git itself would take is refused, or null. What passes is still only data: it may hold quotes, dollar
 * signs and spaces' look-alikes, but nothing that ends a line, turns text around, or reads as an option.
 */
export function refNameProblem(name: string): string | null {
  if (Buffer.byteLength(name) > LONGEST_BYTES) return `is longer than ${LONGEST_BYTES} bytes`
  const short = shortName(name)
  if (short === null) return 'is neither a branch nor a tag, nor a proposal (refs/for/BRANCH/TOPIC)'
  if (short.split('/').some((part) => part.startsWith('-'))) return 'has a part that begins with a hyphen'
  if (name.includes('\uFFFD')) return 'is not UTF-8'
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(name)) return 'has a control character'
  if (/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(name)) return 'has a character that turns text around'
  if (isFullShaName(short)) return 'looks like the name of a commit'
  return isWellFormed(short) ? null : 'is not a name git allows'
}

/** `refs/for/main/fix-typo`: a change that is proposed for a branch. */
export function isProposal(name: string): boolean {
  return /^refs\/for\/.+\/[^/]+$/s.test(name)
}

/** `refs/heads/main` → `main`; null for what is neither branch nor tag nor proposal. */
function shortName(name: string): string | null {
  const match = /^refs\/(?:heads|tags|for(?=\/.+\/))\/(.+)$/s.exec(name)
  return match?.[1] ?? null
}

function isFullShaName(short: string): boolean {
  return /^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(short)
}

/** The rules of `git check-ref-format`, so that a name from elsewhere is judged the same. */
function isWellFormed(short: string): boolean {
  if (short === '@' || short === 'HEAD' || short.endsWith('.') || /[ ~^:?*[\\]|\.\.|@\{/.test(short)) return false
  return short.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}
