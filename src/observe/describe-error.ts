/**
 * An error as one line: its message, then what caused it. Query strings and the credentials of URLs are cut out,
 * since clients put the address they talk to into their messages.
 */
export function describeError(error: unknown): string {
  return safeText(chain(error).join(': ')).replace(/\s*\n\s*/g, ' ')
}

/** Text without query strings and URL credentials; all else, line ends included, is kept. */
export function safeText(text: string): string {
  return text.replace(/(:\/\/)[^\s/@]*(?:@[^\s/@]*)*@/g, '$1').replace(/(\/[^\s?'"]*)\?[^\s'"]*/g, '$1?…')
}

/** Messages from the outermost error inwards; one that the message before already quotes is left out. */
function chain(error: unknown): string[] {
  if (!(error instanceof Error))
    return [typeof error === 'string' ? error : `an unknown failure (${typeof error})`]
  const own = messageOf(error)
  if (error.cause === undefined) return [own]
  const inner = chain(error.cause)
  return inner[0] !== undefined && own.includes(inner[0]) ? [own, ...inner.slice(1)] : [own, ...inner]
}

/** Node gives the error of a connection tried on several addresses an empty message. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(each => chain(each).join(': ')))].join('; ')
  }
  return 'code' in error ? String(error.code) : error.name
}
