/** One JSON object a line, for whoever collects standard output. */
export function log(message, fields = {}) {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), message, ...fields })}\n`)
}
