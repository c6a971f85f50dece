const scheme = 'https://'
const printable = /^[!-~]+$/
const digits = /^[0-9]+$/
const maxPort = 65_535

/** Whether `text` is an absolute https URL with a host, taken as it stands: URL parsers repair too much. */
export function isHttpsUrl(text: string): boolean {
  if (!printable.test(text) || text.includes('\\') || text.slice(0, scheme.length).toLowerCase() !== scheme)
    return false
  const rest = text.slice(scheme.length)
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  return isHostAndPort(authority.slice(authority.lastIndexOf('@') + 1)) && URL.canParse(text)
}

function isHostAndPort(text: string): boolean {
  const colon = text.indexOf(':', text.lastIndexOf(']') + 1)
  const port = colon < 0 ? undefined : text.slice(colon + 1)
  const host = colon < 0 ? text : text.slice(0, colon)
  return host !== '' && (port === undefined || (digits.test(port) && Number(port) <= maxPort))
}
