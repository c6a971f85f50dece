/**
 * Requests to the API server for `reconcile` and `doctor`. Of the Kubernetes client it uses what is hard to do well:
 * kubeconfigs with their ways to sign in, tokens that are replaced, TLS. Its typed calls drop fields that they do not
 * know, and its errors carry whole answers, Secrets included.
 */
import { existsSync } from 'node:fs'
import { createConfiguration, KubeConfig, type RequestContext, ServerConfiguration } from '@kubernetes/client-node'
import { own } from './own.ts'
import { KubeError } from './kube-error.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH'
export type PatchType = 'json-patch' | 'merge-patch' | 'apply'

export interface KubeRequest {
  readonly method: Method
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  /** With PATCH. */
  readonly patch?: PatchType
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
  /** Whether an answer may quote what nobody else should read. */
  readonly secret?: boolean
}

/** Sends requests to one API server. */
export interface KubeClient {
  /** The parsed answer. Rejects with a {@link KubeError}. */
  send(request: KubeRequest): Promise<unknown>
  /** Where the API server is. */
  readonly server: string
}

/** A kubeconfig, or a ServiceAccount, that cannot be used. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'
const requestMs = 15_000
const maxTextLength = 2_000
const contentTypes: Readonly<Record<PatchType, string>> = {
  'json-patch': 'application/json-patch+json',
  'merge-patch': 'application/merge-patch+json',
  // JSON is YAML.
  apply: 'application/apply-patch+yaml',
}

/** Reads the kubeconfig, or without one the ServiceAccount of the pod; nothing else is looked for. */
export function createKubeClient(kubeconfig: string | undefined): KubeClient {
  let config = loadKubeconfig(kubeconfig)
  const { httpApi } = createConfiguration({ authMethods: {} })
  return {
    get server() {
      return serverOf(config)
    },
    async send(request) {
      const name = `${request.method} ${request.path}`
      const timeout = AbortSignal.timeout(requestMs)
      const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout])
      try {
        const context = describe(request, serverOf(config), signal)
        await config.applySecurityAuthentication(context)
        const answer = await httpApi.send(context).toPromise()
        const body = parse(await answer.body.text())
        if (answer.httpStatusCode >= 200 && answer.httpStatusCode < 300) return body
        throw new KubeError(name, readStatus(answer.httpStatusCode, body, request.secret === true))
      } catch (error) {
        if (error instanceof KubeError) throw error
        // The certificate of the API server, or that of the user, may have been replaced since.
        config = reload(kubeconfig) ?? config
        throw new KubeError(name, { status: 0, reason: explain(error, signal), text: '' })
      }
    },
  }
}

function loadKubeconfig(file: string | undefined): KubeConfig {
  const config = new KubeConfig()
  if (file === undefined) {
    if (!existsSync(serviceAccountToken)) {
      throw new KubeconfigError(
        'There is no ServiceAccount here, as in a pod: name a kubeconfig with --kubeconfig or `cluster.kubeconfig`',
      )
    }
    config.loadFromCluster()
    return config
  }
  try {
    config.loadFromFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new KubeconfigError(
      `The kubeconfig '${file}' cannot be read: ${code === 'ENOENT' ? 'there is no such file' : 'it is no kubeconfig'}`,
      { cause: error },
    )
  }
  if (config.getCurrentCluster() === null) {
    throw new KubeconfigError(`The kubeconfig '${file}' has no current context with a cluster`)
  }
  return config
}

function reload(file: string | undefined): KubeConfig | undefined {
  try {
    return loadKubeconfig(file)
  } catch {
    // Half written, as while a volume is swapped: the next error tries again.
    return undefined
  }
}

function serverOf(config: KubeConfig): string {
  return (config.getCurrentCluster()?.server ?? '').replace(/\/$/, '')
}

function describe(request: KubeRequest, server: string, signal: AbortSignal): RequestContext {
  const context = new ServerConfiguration(server, {}).makeRequestContext(request.path, request.method)
  context.setHeaderParam('accept', request.accept ?? 'application/json')
  context.setHeaderParam('user-agent', 'gatehouse')
  if (request.body !== undefined) {
    context.setHeaderParam(
      'content-type',
      request.patch === undefined ? 'application/json' : contentTypes[request.patch],
    )
    context.setBody(JSON.stringify(request.body))
  }
  context.setSignal(signal)
  return context
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readStatus(status: number, body: unknown, isSecret: boolean) {
  const reason = own(body, 'reason')
  const text = own(body, 'message')
  return {
    status,
    reason: typeof reason === 'string' ? reason : '',
    text: typeof text !== 'string' || (isSecret && status === 422) ? '' : text.slice(0, maxTextLength),
  }
}

function explain(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time'
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  const why = code ?? (cause instanceof Error ? (cause.message.split('\n')[0] ?? '').slice(0, 200) : '')
  return `no connection to the API server (${why})`
}
