/**
 * Owns the processes of one stack: `supervisor.mjs DIRECTORY`, forked in a process group of its own, so that Ctrl-C in
 * a terminal reaches only the program that uses the stack. When that program goes away (stopped, crashed or killed), the
 * channel closes: the processes end, and DIRECTORY, where one is given, is removed.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'

const END_TIMEOUT_MS = 10_000
const REMOVE_ATTEMPTS = 20
const REMOVE_INTERVAL_MS = 100
const [directory] = process.argv.slice(2)

/** Each running process, and how to end it. */
const running = new Map()

const report = message => process.connected && process.send(message)

process.on('message', ({ id, command, args, env, owner, logFile, endSignal }) => {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { env, ...owner, stdio: ['ignore', log, log] })
  closeSync(log)
  child.on('error', error => report({ id, error: error.message }))
  child.on('spawn', () => {
    running.set(child, endSignal)
    report({ id, pid: child.pid })
  })
  child.on('exit', (code, signal) => {
    running.delete(child)
    report({ id, ended: signal ?? `exit code ${code}` })
    if (ending) finishWhenQuiet()
  })
})

let ending = false

function end() {
  if (ending) return
  ending = true
  for (const [child, endSignal] of running) child.kill(endSignal)
  setTimeout(() => {
    for (const child of running.keys()) child.kill('SIGKILL')
  }, END_TIMEOUT_MS)
  finishWhenQuiet()
}

function finishWhenQuiet() {
  if (running.size === 0) removeDirectory(REMOVE_ATTEMPTS)
}

/** A grandchild may write its last file just now: then the directory is not empty yet. */
function removeDirectory(attempts) {
  try {
    if (directory) rmSync(directory, { recursive: true, force: true })
    process.exit()
  } catch (error) {
    if (attempts === 0) throw error
    setTimeout(removeDirectory, REMOVE_INTERVAL_MS, attempts - 1)
  }
}

process.on('disconnect', end)
process.on('SIGTERM', end)
// It may have gone before this was loaded.
if (!process.connected) end()
