/**
 * The same items in the same order, with the next one already being made while the present one is used: never more
 * than one ahead. What was made ahead and is not wanted is dropped.
 */
export async function* readAhead<T>(items: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let next = items.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      next = items.next()
      // Its failure is met when its turn comes, not as an unhandled rejection before.
      next.catch(() => {})
      yield value
    }
  } finally {
    await items.return()
  }
}
