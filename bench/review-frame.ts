/** The AdmissionReview around an object, made to size: one line of JSON, as the API server sends it. */

/** One review with the answer that it must get. */
export interface BenchReview {
  readonly uid: string
  readonly body: string
  readonly allowed: boolean
}

export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** The review whose body is exactly `bytes` long, by filling up the text that `object` is given. */
export function padReview(
  index: number,
  about: Resource,
  object: (filler: string) => object,
  bytes: number,
): BenchReview {
  const uid = makeUid(index, 'a')
  const encode = (filler: string): string => encodeReview(uid, about, object(filler))
  const missing = bytes - encode('').length
  if (missing < 0) throw new Error(`a ${about.kind} of ${bytes} bytes is too small by ${-missing}`)
  // A line break is two bytes of JSON, so a line of the text is one byte longer there.
  const perLine = line.length + 2
  const filler = `${line}\n`.repeat(Math.floor(missing / perLine)) + line.slice(0, missing % perLine)
  const body = encode(filler).padEnd(bytes)
  if (Buffer.byteLength(body) !== bytes) throw new Error(`a ${about.kind} came out at ${Buffer.byteLength(body)} bytes`)
  return { uid, body, allowed: true }
}

function encodeReview(uid: string, { group, version, kind, resource, namespace, name }: Resource, object: object) {
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: { group, version, kind },
      resource: { group, version, resource },
      requestKind: { group, version, kind },
      requestResource: { group, version, resource },
      name,
      namespace,
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:cozy-fluxcd:flux',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:cozy-fluxcd', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': ['JTI=4a3c1a0e-4c1f-4f9a-9d0e-0f2f5b8a7c11'] },
      },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl-client-side-apply' },
    },
  })
}

export function managedBy(apiVersion: string, fieldsV1: object): object {
  const manager = 'kubectl-client-side-apply'
  return { apiVersion, fieldsType: 'FieldsV1', fieldsV1, manager, operation: 'Update', time: '2026-11-21T13:17:47Z' }
}

/** A line of a certificate bundle: text as people store it. */
const line = 'MIIBszCCAVmgAwIBAgIUPKf0zY9uJt3vVb1mXq7n2RrDgWEwCgYIKoZIzj0EAwIw'

/** A uid of its own for each index and family: `a` for the review, `b` for the object. */
export function makeUid(index: number, family: string): string {
  return `${family}${index.toString(16).padStart(7, '0')}-48fc-4c67-862f-ca13c3480edc`
}
