/**
 * Installs what `package-lock.json` asks for and does nothing when it is there already. Runs before `npm start`
 * and `npm test`, straight after a clone: plain JavaScript for the machine's own Node (20 or later), no packages.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url))
const lockFile = join(root, '.install.lock')
const maxWaitSeconds = 600

/**
 * npm writes `node_modules/.package-lock.json` as its last step and `npm ci` starts by emptying the folder, so
 * the two files agree only after an install that came to its end.
 */
function findMissing() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  if (wanted === undefined) throw new Error('package-lock.json is missing or unreadable')
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return 'node_modules is missing or incomplete'
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || !fitsMachine(entry)) continue
    const found = installed[path]
    // What only another machine's package needs is optional and names no machine itself.
    if (found === undefined && entry.optional && entry.os === undefined && entry.cpu === undefined) continue
    if (found === undefined || !existsSync(join(root, path, 'package.json'))) return `${path} is missing`
    if (found.version !== entry.version || found.integrity !== entry.integrity) return `${path} is another version`
  }
  for (const path of Object.keys(installed)) if (wanted[path] === undefined) return `${path} is left over`
  return undefined
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** npm leaves out optional packages for other machines; so does the comparison. */
function fitsMachine({ os, cpu, libc }) {
  return (
    accepts(os, process.platform) && accepts(cpu, process.arch) && (libc === undefined || accepts(libc, findLibc()))
  )
}

function accepts(list, value) {
  if (list === undefined) return true
  const entries = Array.isArray(list) ? list : [list]
  if (entries.includes(`!${value}`)) return false
  const named = entries.filter((entry) => !entry.startsWith('!'))
  return named.length === 0 || named.includes(value) || named.includes('any')
}

function findLibc() {
  if (process.platform !== 'linux') return 'none'
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}

/** Two starts at once: the first installs, the others wait and find nothing left to do. */
async function acquireLock() {
  let told = false
  for (let waited = 0; waited < maxWaitSeconds * 5; waited++) {
    try {
      const file = openSync(lockFile, 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isAbandoned()) {
      rmSync(lockFile, { force: true })
      continue
    }
    if (!told) console.error('Waiting for another install in this folder…')
    told = true
    await sleep(200)
  }
  throw new Error(
    `another install has been running for ${maxWaitSeconds / 60} minutes; if it is not, delete ${lockFile}`,
  )
}

function isAbandoned() {
  try {
    const owners = readFileSync(lockFile, 'utf8').split(' ').filter(Boolean).map(Number)
    // The owner creates the file first and writes its number a moment later.
    if (owners.length === 0) return Date.now() - statSync(lockFile).mtimeMs > 5_000
    return !owners.some(isAlive)
  } catch {
    // The owner has just removed it.
    return false
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Resolves to npm's exit code. The machine's Node runs npm, since the one in node_modules is about to be replaced. */
function runNpmCi() {
  const npm = process.env.npm_execpath
  const isNpm = npm !== undefined && basename(npm).startsWith('npm')
  const [command, ...args] = isNpm ? [process.env.npm_node_execpath ?? process.execPath, npm] : ['npm']
  // Warnings are about the machine's Node being older than `engines`, which the packages themselves put right.
  const child = spawn(
    command,
    [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
  // npm outlives us if we are killed, and holds the lock as long as it works.
  if (child.pid !== undefined) writeFileSync(lockFile, `${process.pid} ${child.pid}`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(error.code === 'ENOENT' ? new Error('npm is not on the PATH; install Node 20 or later with npm') : error)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** npm scripts find the Node of node_modules first; where none is made for this machine, its own must do. */
function checkNode() {
  if (existsSync(join(root, 'node_modules', '.bin', 'node'))) return
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 12)) return
  throw new Error(`no Node package for ${process.platform} ${process.arch}; install Node 24.12 or later yourself`)
}

async function install() {
  if (findMissing() === undefined) return
  await acquireLock()
  try {
    const missing = findMissing()
    if (missing === undefined) return
    console.error(`Installing packages (${missing})…`)
    const code = await runNpmCi()
    if (code !== 0) throw new Error('npm ci failed; it needs the package registry, so check the network and try again')
    const left = findMissing()
    if (left !== undefined) throw new Error(`npm ci ended well, yet ${left}; delete node_modules and try again`)
  } finally {
    rmSync(lockFile, { force: true })
  }
}

try {
  await install()
  checkNode()
} catch (error) {
  console.error(`Packages could not be installed: ${error.message}`)
  process.exitCode = 1
}
