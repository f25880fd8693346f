/** Why everything ends when a person, or the machine, says so. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
}
