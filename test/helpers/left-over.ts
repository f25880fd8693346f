import { readFile } from 'node:fs/promises'
import { environOf, processTable } from '../../src/system/proc.ts'

/** The words of every process that names this text in its words or its environment. */
export async function processesNaming(text: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const { pid } of await processTable()) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
    const values = [...(await environOf(pid)).values()]
    if ([words, ...values].some((each) => each.includes(text))) found.push(words)
  }
  return found
}
