/** What the first of `count` attempts that succeeds gives; throws `what` and the last attempt's error if none does. */
export async function attempts<T>(what: string, count: number, attempt: () => Promise<T>): Promise<T> {
  let cause: unknown
  for (let made = 0; made < count; made += 1) {
    try {
      return await attempt()
    } catch (error) {
      cause = error
    }
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  throw new Error(`${what} failed ${count} times: ${reason}`, { cause })
}
