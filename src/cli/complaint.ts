import { Fault, messageOf } from '../lib/fault.ts'
import type { Output } from './output.ts'
import { dim, red, type Text } from './text.ts'

/** An error as a person and a program are told it: ours, or the server's with the code it gave. */
export interface Complaint {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>>
}

export function complaintOf(thrown: unknown): Complaint {
  const error = firstOf(thrown)
  const { code, message, hint, details } = error instanceof Fault ? error : unexpected(error)
  return { code, message, hint, details }
}

/** What went wrong while tidying up afterwards is told only to who wants to know all. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error
}

/** The sentence and the hint for people; with `--json` also the whole of it as the last document on standard output. */
export async function complain(output: Output, error: unknown): Promise<Complaint> {
  const complaint = complaintOf(error)
  for (const line of linesOf(complaint, output.verbose)) output.note(line)
  if (output.verbose) for (const line of causesOf(error)) output.note(dim(line))
  if (output.json) await output.item({ error: complaint }, () => '')
  return complaint
}

function linesOf({ code, message, hint, details }: Complaint, isVerbose: boolean): readonly Text[] {
  const evidence = Object.entries(details).map(([key, value]) => dim(`  ${key}: ${asText(value)}`))
  return [[red('Error: '), sentence(message)], sentence(hint), ...(isVerbose ? [dim(`  ${code}`), ...evidence] : [])]
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function causesOf(error: unknown, most = 10): readonly string[] {
  if (most === 0) return []
  if (error instanceof SuppressedError) {
    return [...causesOf(error.suppressed, most - 1), `  then, while tidying up: ${messageOf(error.error)}`]
  }
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? [] : [`  because: ${messageOf(cause)}`, ...causesOf(cause, most - 1)]
}

function unexpected(error: unknown): Fault {
  return new Fault('internal.bug', { details: { what: messageOf(error) }, cause: error })
}
