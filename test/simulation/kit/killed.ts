/** Thrown into a program that has been killed, wherever it touches its store again: nothing of it may go on. */
export class Killed extends Error {
  override readonly name = 'Killed'
}
