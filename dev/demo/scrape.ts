/** The samples of a process's /metrics: value by name, and by labels as they stand in the text. */
export type Samples = ReadonlyMap<string, number>

export async function scrape(url: string): Promise<Samples> {
  const samples = new Map<string, number>()
  const text = await (await fetch(`${url}/metrics`)).text()
  for (const line of text.split('\n')) {
    const [, name, value] = /^(segedx_[^ ]+) (\S+)$/.exec(line) ?? []
    if (name) samples.set(name, Number(value))
  }
  return samples
}

/** Values of one metric by one of its labels, greatest first. */
export function byLabel(samples: Samples, name: string, label: string): [string, number][] {
  const values = new Map<string, number>()
  for (const [key, value] of samples) {
    const of = key.startsWith(`segedx_${name}{`) && new RegExp(`${label}="([^"]*)"`).exec(key)?.[1]
    if (of) values.set(of, (values.get(of) ?? 0) + value)
  }
  return [...values].filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1])
}

export const total = (samples: Samples, name: string): number => {
  let sum = 0
  for (const [key, value] of samples)
    if (key === `segedx_${name}` || key.startsWith(`segedx_${name}{`)) sum += value
  return sum
}
