/** The chart as Helm renders it. */
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { runProgram } from './run-program.ts'
import { describeTool } from './tool-modules.ts'
import { ensureTool } from './tools.ts'

const chart = fileURLToPath(new URL('../../../charts/gatehouse', import.meta.url))

const ChartObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})
/** An object of the chart. */
export type ChartObject = z.infer<typeof ChartObject>

export interface Release {
  readonly name: string
  readonly namespace: string
}

export const defaultRelease: Release = { name: 'gatehouse', namespace: 'gatehouse-system' }

/** Renders the chart with these values over its own; throws with Helm's words where it refuses. */
export async function renderChart(
  values: object = {},
  { name, namespace }: Release = defaultRelease,
): Promise<readonly ChartObject[]> {
  const { version } = await describeTool('kube-apiserver')
  const args = ['template', name, chart, '--namespace', namespace, '--values', '-', '--kube-version', version]
  const { status, stdout, stderr } = await runProgram(await ensureTool('helm'), [...args, '--skip-tests'], {
    input: JSON.stringify(values),
    env: process.env,
  })
  if (status !== 0) throw new Error(`helm ended with ${status}: ${stderr}`)
  const documents = parseAllDocuments(stdout).map((document): unknown => document.toJS())
  return documents.filter((document) => document !== null).map((document) => ChartObject.parse(document))
}

/** The one object of a kind whose name ends so; throws where there is none. */
export function pickObject(objects: readonly ChartObject[], kind: string, ending = ''): ChartObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name.endsWith(ending))
  if (found === undefined) throw new Error(`The chart rendered no ${kind} …${ending}`)
  return found
}
