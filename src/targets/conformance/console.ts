import assert from 'node:assert/strict'
import { Bell } from '../../lib/bell.ts'
import type { OneOff, OneOffResult, Terminal, TerminalInput } from '../driver.ts'
import type { OneOffKind } from '../harness.ts'
import type { Rule, Stage } from './stage.ts'

export const consoleRules: readonly Rule[] = [
  {
    name: 'console: what is typed is heard, what is written is seen, and the exit code is told',
    needs: 'console',
    check: async (stage) => {
      const desk = new Desk(stage, await asked(stage, 'talks'))
      await desk.sees('24x80')
      desk.types('hello\r')
      await desk.sees('heard hello at 24x80')
      desk.resizes({ rows: 33, columns: 101 })
      desk.types('again\r')
      await desk.sees('heard again at 33x101')
      desk.types('\x04')
      const result = await desk.result
      assert.deepEqual([result.exitCode, result.signal, result.timedOut, result.hungUp], [4, null, false, undefined])
    },
  },
  {
    name: 'console: Ctrl-C reaches what runs in front',
    needs: 'console',
    check: async (stage) => {
      const desk = new Desk(stage, await asked(stage, 'sleeps'))
      await desk.sees('asleep')
      desk.types('\x03')
      const { exitCode, signal, hungUp } = await desk.result
      assert.deepEqual([exitCode === 0, signal, hungUp], [false, 'SIGINT', undefined])
    },
  },
  {
    name: 'console: it is hung up when nobody is there to type any more',
    needs: 'console',
    check: async (stage) => {
      const oneOff = await asked(stage, 'sleeps')
      const desk = new Desk(stage, oneOff)
      await desk.sees('asleep')
      desk.leaves()
      assert.equal((await desk.result).hungUp, true)
      assert.equal((await new Desk(stage, oneOff).result).hungUp, true, 'a repeat is told how it ended')
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
  {
    name: 'console: it does not outlive whoever asked for it',
    needs: 'console',
    check: async (stage) => {
      const oneOff = await asked(stage, 'talks')
      const gone = new AbortController()
      const desk = new Desk(stage, oneOff, gone.signal)
      await desk.sees('24x80')
      const reason = new Error('gone')
      gone.abort(reason)
      await assert.rejects(desk.result, (error) => error === reason)
      assert.equal((await new Desk(stage, oneOff).result).hungUp, true)
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
  {
    name: 'console: one that takes longer than its limit is ended and told as timed out',
    needs: 'console',
    check: async (stage) => {
      const { timedOut, hungUp } = await new Desk(stage, await asked(stage, 'sleeps', 400)).result
      assert.deepEqual([timedOut, hungUp], [true, undefined])
    },
  },
]

async function asked(stage: Stage, kind: OneOffKind, timeoutMs?: number): Promise<OneOff> {
  return stage.oneOff(kind, await stage.prepared('good'), timeoutMs === undefined ? {} : { timeoutMs })
}

/** Where a person sits. */
class Desk {
  readonly result: Promise<OneOffResult>
  readonly #stage: Stage
  readonly #inputs: (TerminalInput | null)[] = []
  readonly #bell = new Bell()
  #screen = ''

  constructor(stage: Stage, oneOff: OneOff, signal: AbortSignal = stage.signal) {
    const { console } = stage.driver
    assert.ok(console !== undefined, 'a driver that can is one that has it')
    this.#stage = stage
    this.result = console(oneOff, this.#terminal(), stage.order(), AbortSignal.any([signal, stage.signal]))
    void Promise.allSettled([this.result])
  }

  types(text: string): void {
    this.#add({ kind: 'typed', bytes: Buffer.from(text) })
  }

  resizes(size: Terminal['size']): void {
    this.#add({ kind: 'resized', size })
  }

  leaves(): void {
    this.#add(null)
  }

  async sees(text: string): Promise<void> {
    await this.#stage.until(`"${text}" on the screen:\n${this.#screen}`, async () => this.#screen.includes(text))
  }

  #add(input: TerminalInput | null): void {
    this.#inputs.push(input)
    this.#bell.ring()
  }

  #terminal(): Terminal {
    return {
      size: { rows: 24, columns: 80 },
      show: async (bytes) => {
        this.#screen += Buffer.from(bytes).toString('utf8')
      },
      input: this.#input(),
    }
  }

  async *#input(): AsyncGenerator<TerminalInput> {
    for (;;) {
      const input = await this.#bell.until(() => this.#inputs.shift(), this.#stage.signal)
      if (input === null) return
      yield input
    }
  }
}
