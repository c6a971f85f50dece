/** A Secret as the kubelet mounts it: every file leads through the link `..data` to a folder of its own. */
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyPairFiles } from '../../src/tls/key-pair.ts'

export interface SecretVolume extends KeyPairFiles {
  /** Replaces everything at once, as the kubelet does; an undefined file is not there. */
  swap(files: Readonly<Record<string, string | undefined>>): void
}

/** Mounts `files` in `folder`, which must exist. */
export function mountSecret(folder: string, files: Readonly<Record<string, string | undefined>>): SecretVolume {
  let generation = 0
  const data = join(folder, '..data')

  function swap(changed: Readonly<Record<string, string | undefined>>): void {
    const name = `..2030_01_01_00_00_00.${generation++}`
    mkdirSync(join(folder, name))
    for (const [file, text] of Object.entries(changed)) {
      if (text !== undefined) writeFileSync(join(folder, name, file), text)
    }
    symlinkSync(name, join(folder, '..data_tmp'))
    const previous = generation === 1 ? undefined : readlinkSync(data)
    renameSync(join(folder, '..data_tmp'), data)
    if (previous !== undefined) rmSync(join(folder, previous), { recursive: true })
  }

  swap(files)
  for (const file of ['tls.crt', 'tls.key', 'ca.crt']) symlinkSync(join('..data', file), join(folder, file))
  return { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key'), swap }
}
