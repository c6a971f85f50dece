import { makeReview } from '../reviews.ts'

/** An HTTPRoute of 4 KB as somebody would create it, with one name of its own and `hostname`. */
export function makeRoute(index: number, hostname: string): object {
  const { request } = JSON.parse(makeReview('route-allowed', index).body)
  const { uid: _, creationTimestamp: __, generation: ___, managedFields: ____, ...metadata } = request.object.metadata
  const [own] = request.object.spec.hostnames
  const spec = { ...request.object.spec, hostnames: [own, hostname] }
  return { ...request.object, metadata: { ...metadata, name: `shop-${index}` }, spec }
}
