/** The software bill of materials: npm's, cut down to what `npm ci` puts into the image. */
import { z } from 'zod'

import { StepError } from './container-tool.ts'

const Component = z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() })
const Bill = z.looseObject({
  metadata: z.looseObject({ component: Component }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
})
const mark = z.boolean().default(false)
const Lockfile = z.object({
  name: z.string(),
  packages: z.record(
    z.string(),
    z.looseObject({ version: z.string(), dev: mark, optional: mark, devOptional: mark, name: z.string().optional() }),
  ),
})

/**
 * Cuts npm's CycloneDX document of everything in the lockfile down to the image. npm's own `--omit` will not do: it
 * also leaves out packages that Gatehouse needs as soon as another one may use them too.
 */
export function readBill(npmSbom: string, lockfile: string, epoch: string): object {
  const { name, packages } = Lockfile.parse(JSON.parse(lockfile))
  const { metadata, components, dependencies, ...head } = Bill.parse(JSON.parse(npmSbom))
  const shipped = new Set(
    Object.entries(packages)
      // As `npm ci --omit=dev --omit=optional` decides.
      .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
      .map(([path, entry]) => `${entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${entry.version}`),
  )
  const kept = components.filter((component) => shipped.has(`${component.name}@${component.version}`))
  const listed = new Set(kept.map((component) => `${component.name}@${component.version}`))
  const missing = [...shipped].filter((name) => !listed.has(name))
  if (missing.length > 0) throw new StepError(`npm sbom does not know ${missing.join(', ')}`)
  const refs = new Set([metadata.component['bom-ref'], ...kept.map((component) => component['bom-ref'])])
  // Chance and the hour of the build have no place in what is to be the same again; nor has the folder's name.
  const { serialNumber: _, ...fixed } = head
  const timestamp = new Date(Number(epoch) * 1000).toISOString()
  return {
    ...fixed,
    metadata: { ...metadata, timestamp, component: { ...metadata.component, type: 'application', name } },
    components: kept,
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map((entry) => ({ ...entry, dependsOn: (entry.dependsOn ?? []).filter((ref) => refs.has(ref)) })),
  }
}
