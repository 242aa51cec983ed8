/** Whether an error is of a kind that passes: the clients of Kafka and of the registry say so of the one that began it. */
export function isTransient(error: unknown): boolean {
  let retriable = false
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('retriable' in each && typeof each.retriable === 'boolean') retriable = each.retriable
  }
  return retriable
}
