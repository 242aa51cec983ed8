import { spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const POM = fileURLToPath(new URL('kafka-streams/pom.xml', import.meta.url))
let libraries: string | undefined

/** Builds the peer, once a run, and says where its jars are. Throws where Maven is missing. */
export async function kafkaStreamsLibraries(): Promise<string> {
  if (libraries) return libraries
  const out = await mkdtemp(join(tmpdir(), 'segment-to-edx-peer-'))
  const { status, stdout, error } = spawnSync('mvn', ['-q', '-B', '-f', POM, 'package', `-Dout=${out}`], {
    encoding: 'utf8',
  })
  if (status !== 0)
    throw new Error(`Maven could not build the Kafka Streams peer: ${error?.message ?? stdout}`)
  libraries = join(out, 'lib')
  return libraries
}
