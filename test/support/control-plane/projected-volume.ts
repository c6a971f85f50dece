/** Files as the kubelet mounts a Secret or a ConfigMap: all of a new version appear in the same moment. */
import { mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

let lastVersion = 0

/** Writes the files of a volume, or replaces all of them at once. */
export async function projectVolume(folder: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const version = `..v${++lastVersion}`
  await mkdir(join(folder, version), { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, version, name), content, { mode: 0o600 })
  }
  const data = join(folder, '..data')
  const previous = await readlink(data).catch(() => undefined)
  await symlink(version, `${data}_tmp`)
  await rename(`${data}_tmp`, data)
  for (const name of Object.keys(files)) await symlink(join('..data', name), join(folder, name)).catch(ignoreExisting)
  if (previous !== undefined) await rm(join(folder, previous), { recursive: true, force: true })
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}
