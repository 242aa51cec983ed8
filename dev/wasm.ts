import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { main as compile } from 'assemblyscript/asc'

/*
 * `npm run wasm`: compiles `wasm/` into the sources, so that whoever installs or runs them needs no compiler.
 * With --check only says whether what is there was made of the present text.
 */

const SOURCE = 'wasm/json-scan.ts'
const TARGET = 'src/pipeline/json/scanner.wasm.ts'
const BASE = fileURLToPath(new URL('..', import.meta.url))
const OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--initialMemory', '4']

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const made = moduleOf(await compiled())
const file = new URL(`../${TARGET}`, import.meta.url)
if (!values.check) {
  await writeFile(file, made)
  process.stdout.write(`${TARGET} is made of ${SOURCE}\n`)
} else if ((await readFile(file, 'utf8')) === made) {
  process.stdout.write(`${TARGET} is what ${SOURCE} says\n`)
} else {
  process.stderr.write(`${TARGET} was not made of the present ${SOURCE}: run \`npm run wasm\`\n`)
  process.exitCode = 1
}

async function compiled(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await compile(
    [SOURCE, '--baseDir', BASE, '--outFile', 'binary.wasm', ...OPTIONS],
    {
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error || !binary) throw new Error(`${SOURCE} does not compile:\n${stderr.toString()}`)
  return binary
}

function moduleOf(binary: Uint8Array): string {
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,100}/g) ?? []
  return [
    `/** ${SOURCE}, compiled: \`npm run wasm\`. */`,
    'export const WASM =',
    lines.map(line => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
}
