/**
 * `node dev/bootstrap.mjs demo|test|chaos|soak|bench|stack [ARGUMENT…]`: makes a fresh clone ready, then runs the command.
 * It runs before `npm ci`, so it is plain JavaScript and knows Node's own modules only.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { constants, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const TSX = ['node', '--import', 'tsx']

/** What each command runs, in order; all of it runs, and the first failure is the exit code. */
const COMMANDS = {
  demo: args => [[...TSX, 'dev/demo.ts', ...args]],
  chaos: args => [[...TSX, 'test/chaos/main.ts', ...args]],
  soak: args => [[...TSX, 'test/chaos/soak.ts', ...args]],
  stack: args => [[...TSX, 'dev/stack/main.ts', ...args]],
  bench: args => [
    ['tsc', '-p', 'tsconfig.build.json'],
    [...TSX, 'bench/main.ts', ...args],
  ],
  test: args =>
    ['unit', 'servers'].map(project => [
      ...['vitest', 'run', '--project', project, ...args],
      // A filter on files may leave one of the projects without any.
      ...(args.length > 0 ? ['--passWithNoTests'] : []),
    ]),
}

/** Debian packages that some tests use; where they are missing, those tests are skipped. */
const TEST_PACKAGES = [
  { name: 'kcat', try: ['kcat', '-V'], use: 'reads the topics as an independent Kafka client' },
  {
    name: 'prometheus',
    try: ['promtool', '--version'],
    use: 'runs the alerts, and the queries of the dashboards',
  },
  { name: 'prometheus-alertmanager', try: ['amtool', '--version'], use: 'checks where alerts are sent' },
  { name: 'docker-compose', try: ['docker-compose', 'version'], use: 'reads docker-compose.yml' },
]

const say = text => process.stderr.write(`${text}\n`)

function fail(text) {
  say(text)
  process.exit(1)
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const [major, minor] = engines.node.match(/\d+/g).map(Number)
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number)
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return
  fail(
    `Node ${major}.${minor} or newer is needed, and this is ${process.version}: see https://nodejs.org/en/download`,
  )
}

/** npm writes node_modules/.package-lock.json last, so it is as old as the last complete installation. */
function installDependencies() {
  const writtenAt = file => statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const installedAt = writtenAt('node_modules/.package-lock.json')
  if (installedAt >= writtenAt('package-lock.json')) return
  say(
    `Installing the dependencies with npm ci: ${installedAt ? 'package-lock.json is newer' : 'first run'} …`,
  )
  const startedAt = Date.now()
  const { status, signal } = spawnSync('npm', ['ci'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, 'inherit'],
  })
  if (signal) process.exit(128 + constants.signals[signal])
  if (status !== 0) fail('npm ci failed, for the reason above. Mend it and run this again.')
  say(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`)
}

function installTestPackages() {
  const missing = TEST_PACKAGES.filter(({ try: [command, arg] }) => spawnSync(command, [arg]).error)
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name)
  if (userInfo().uid === 0 && !spawnSync('apt-get', ['--version']).error) {
    say(`Installing ${names.join(', ')} with apt-get …`)
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    const install = () =>
      spawnSync('apt-get', ['install', '-yq', '--no-install-recommends', ...names], options)
    if (install().status === 0) return
    spawnSync('apt-get', ['update', '-q'], options)
    if (install().status === 0) return
  }
  for (const { name, use } of missing)
    say(`Skipped: the tests with ${name}, which ${use}. To run them, install it.`)
}

let interrupted = false

/** Runs one command; resolves to its exit code, as a shell would give it. */
function run([command, ...args]) {
  const path = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, PATH: path } })
  const pass = signal => {
    interrupted = true
    // Ctrl-C in a terminal reaches the whole process group: passing it on would make it two.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of SIGNALS) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const signal of SIGNALS) process.off(signal, pass)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

const [name, ...args] = process.argv.slice(2)
const command = COMMANDS[name]
if (!command) fail(`Usage: node dev/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [ARGUMENT…]`)
checkNode()
installDependencies()
if (name === 'test') installTestPackages()
const exitCodes = []
for (const line of command(args)) {
  if (!interrupted) exitCodes.push(await run(line))
}
process.exit(exitCodes.find(code => code !== 0) ?? 0)
