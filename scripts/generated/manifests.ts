import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { ensureTool } from '../../test/support/control-plane/tools.ts'

const release = 'gatehouse'
const namespace = 'gatehouse-system'

/** Stands where the CA of the installation goes; the file is no registration until somebody has put it there. */
export const caPlaceholder = 'CA_BUNDLE'

/** What the schema takes for a CA, and what is replaced by {@link caPlaceholder} in its base64. */
const standIn = '-----BEGIN CERTIFICATE-----\nCA_BUNDLE\n-----END CERTIFICATE-----'

/** What differs from the defaults: nothing is made that only Helm could keep. */
const values = ['certificates.self.bootstrap=false', `certificates.caBundle=${standIn}`]

const registrationKinds: readonly string[] = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']

/** The chart as plain manifests, by path: the installation, and its registration, which comes last. */
export async function renderManifests(root: string): Promise<Readonly<Record<string, string>>> {
  const documents = (await runHelmTemplate(root)).split(/^---\n/m).flatMap(tidy)
  const isRegistration = (document: string) => registrationKinds.some((kind) => document.includes(`\nkind: ${kind}\n`))
  return {
    'deploy/gatehouse.yaml': assemble(
      `Everything but the registration, see docs/install.md. The controller issues CA and certificate; the admission
pods start as soon as it has.`,
      [namespaceDocument, ...documents.filter((document) => !isRegistration(document))],
    ),
    'deploy/registration.yaml': assemble(
      `The registration, to be applied once the admission pods are ready, with the CA in place of ${caPlaceholder}:
  CA=$(kubectl -n ${namespace} get secret ${release}-ca -o 'jsonpath={.data.tls\\.crt}')
  test -n "$CA" && sed "s|${caPlaceholder}|$CA|" deploy/registration.yaml | kubectl apply -f -
It is the first thing to remove.`,
      documents.filter(isRegistration),
    ),
  }
}

const namespaceDocument = `apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`

async function runHelmTemplate(root: string): Promise<string> {
  const set = values.flatMap((value) => ['--set', value])
  const args = [
    'template',
    release,
    join(root, 'charts', 'gatehouse'),
    '--namespace',
    namespace,
    '--skip-tests',
    ...set,
  ]
  const { stdout } = await promisify(execFile)(await ensureTool('helm'), args)
  return stdout
}

/** Without what only Helm reads, and without the lines that templates leave empty. */
function tidy(document: string): readonly string[] {
  const lines = document
    .split('\n')
    .filter(
      (line) => line.trim() !== '' && !/^(# Source: | *(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): )/.test(line),
    )
  if (lines.length === 0) return []
  return [`${lines.join('\n')}\n`.replaceAll(Buffer.from(standIn).toString('base64'), caPlaceholder)]
}

function assemble(header: string, documents: readonly string[]): string {
  const comment = ['Generated from charts/gatehouse by `npm run manifests`, do not edit.', ...header.split('\n')]
  return [`${comment.map((line) => `# ${line}\n`).join('')}`, ...documents].join('---\n')
}
