import { resolve } from 'node:path'
import type { Config } from './config.ts'

/** `config` with every relative path taken from `folder`, the folder of the configuration file (DESIGN section 4). */
export function resolveFiles(config: Config, folder: string): Config {
  const { cluster, facts, tls } = config
  return {
    ...config,
    facts: resolveFacts(facts, folder),
    tls: {
      ...tls,
      certificate: resolveKeys(tls.certificate, ['certFile', 'keyFile'], folder),
      ...(tls.additionalCertificate && {
        additionalCertificate: resolveKeys(tls.additionalCertificate, ['certFile', 'keyFile'], folder),
      }),
      ...(tls.clientAuth && { clientAuth: resolveKeys(tls.clientAuth, ['caFile'], folder) }),
      profile: resolveKeys(tls.profile, ['file'], folder),
    },
    cluster: resolveKeys(cluster, ['kubeconfig'], folder),
  }
}

function resolveFacts(facts: Config['facts'], folder: string): Config['facts'] {
  if (facts.source === 'file') return resolveKeys(facts, ['path'], folder)
  return {
    ...resolveKeys(facts, ['snapshot'], folder),
    apiServer: resolveKeys(facts.apiServer, ['tokenFile', 'caFile'], folder),
  }
}

function resolveKeys<Block extends { readonly [key in Key]?: string | undefined }, Key extends keyof Block>(
  block: Block,
  keys: readonly Key[],
  folder: string,
): Block {
  const resolved = { ...block }
  for (const key of keys) {
    const path = block[key]
    if (path !== undefined) Object.assign(resolved, { [key]: resolve(folder, path) })
  }
  return resolved
}
