import { spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('../webhook-go', import.meta.url))
/** Where Go's own packages put it, which is not on everybody's path. */
const USUAL_PLACE = '/usr/local/go/bin'

export interface GoPrograms {
  readonly server: string
  readonly load: string
}

/** Builds the peer and the load generator. Throws, saying what is missing, where that cannot be done. */
export async function goPrograms(): Promise<GoPrograms> {
  const out = await mkdtemp(join(tmpdir(), 'segment-to-edx-webhook-'))
  const { status, stderr, error } = spawnSync('go', ['build', '-o', `${out}/`, './...'], {
    cwd: SOURCES,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH']}${delimiter}${USUAL_PLACE}` },
  })
  if (error) throw new Error(`Go is needed, for the peer and for the load: ${error.message}`)
  if (status !== 0) throw new Error(`Go could not build the peer and the load: ${stderr.slice(-1_000)}`)
  return { server: join(out, 'server'), load: join(out, 'load') }
}
