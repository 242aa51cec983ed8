import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Probed, ProbeOrder } from './probe.ts'

const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url))

/** Runs the probe in a process of its own, so that nothing here delays it. Throws what went wrong in it. */
export function runProbe(order: ProbeOrder): Promise<Probed> {
  const child = fork(PROBE, { execArgv: ['--import', 'tsx'] })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.send(order)
  return new Promise<Probed>((resolve, reject) => {
    child.once('message', (answer: { probed?: Probed; fault?: string }) =>
      answer.probed ? resolve(answer.probed) : reject(new Error(answer.fault)),
    )
    child.once('exit', code => reject(new Error(`The probe ended with ${code}`)))
  }).finally(() => process.off('exit', end))
}
