const scheme = 'https://'
const printable = /^[!-~]+$/
const digits = /^[0-9]+$/
const maxPort = 65_535

/**
 * Whether `text` is an absolute https URL with a host, taken as it stands: URL parsers repair too much. An issuer
 * has neither query nor fragment (OpenID Connect Discovery 1.0, 3), and a user in it would be a secret.
 */
export function isHttpsUrl(text: string): boolean {
  if (!printable.test(text) || /[\\@?#]/.test(text) || text.slice(0, scheme.length).toLowerCase() !== scheme)
    return false
  const [authority = ''] = text.slice(scheme.length).split('/', 1)
  return isHostAndPort(authority) && URL.canParse(text)
}

function isHostAndPort(text: string): boolean {
  const colon = text.indexOf(':', text.lastIndexOf(']') + 1)
  const port = colon < 0 ? undefined : text.slice(colon + 1)
  const host = colon < 0 ? text : text.slice(0, colon)
  return host !== '' && (port === undefined || (digits.test(port) && Number(port) <= maxPort))
}
