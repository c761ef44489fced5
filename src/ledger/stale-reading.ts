/** Thrown where an answer was asked for before a newer version of one of its rows became known: ask again. */
export class StaleReading extends Error {
  override readonly name = 'StaleReading'
}
