// A step of a check: prints what it must not, as carelessly as programs do.
const secret = process.env.WORD
const pause = () => new Promise((resolve) => setTimeout(resolve, 30))

console.log('plain:', secret)
process.stdout.write('pieces: ')
for (const letter of secret) {
  process.stdout.write(letter)
  await pause()
}
console.log('\nbase64:', Buffer.from(secret).toString('base64'))
console.log('inside:', Buffer.from(`user:${secret}@`).toString('base64'), Buffer.from(`u:${secret}`).toString('base64'))
console.log('url:', encodeURIComponent(secret), `https://u:${encodeURIComponent(secret)}@example.org`)
console.log('json:', JSON.stringify({ secret }))
// As much as a pipe takes at once, and the secret lies across its end.
process.stdout.write(`${'x'.repeat(40_000)}\nlines: ${'y'.repeat(65_536 - 40_001 - 12)}${secret}\n`)
