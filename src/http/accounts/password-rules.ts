export const shortest = 12
const longest = 512
const fewestDifferent = 5

/** Long ones that everybody tries first; shorter ones are too short anyway. */
const known =
  /^(password|passwort|qwerty|qwertz|azerty|iloveyou|letmein|welcome|signalbox|administrator|changeme|1q2w3e4r|abc)+[\d!@#$%&*.?-]*$|^(qwertyuiop|1234567890|0987654321|abcdefghij|asdfghjkl|zxcvbnm)/i

/** What makes it easy to guess, for people; null when nothing is known. Any character may stand in it, and none has to. */
export function weaknessOf(password: string, account: string): string | null {
  const length = [...password].length
  if (length < shortest) return `it has ${length} characters, and takes at least ${shortest}`
  if (length > longest) return `it has more than ${longest} characters`
  if (new Set(password).size < fewestDifferent) return `it has fewer than ${fewestDifferent} different characters`
  if (known.test(password)) return 'it is one of those that are tried first'
  const rest = password.toLowerCase().split(account.toLowerCase()).join('')
  return [...rest].length < shortest / 2 ? 'it is little more than your name' : null
}
