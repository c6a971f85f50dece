/** The whole request of a review, head and body, as the API server sends it. */
export function encodeRequest(body: string): Buffer {
  const head = [
    'POST /validate?timeout=10s HTTP/1.1',
    'Host: localhost',
    'User-Agent: kube-apiserver-admission',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Accept: application/json, */*',
    'Content-Type: application/json',
    'Accept-Encoding: gzip',
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
