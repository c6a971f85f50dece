/**
 * The certificates of a PEM text, each without its line breaks, so that they can be compared as text: to parse them
 * takes `node:crypto`, which nothing here may load.
 */
export function listCertificates(pem: string): readonly string[] {
  return pem
    .split('-----BEGIN CERTIFICATE-----')
    .slice(1)
    .map((block) => (block.split('-----END CERTIFICATE-----')[0] ?? '').replaceAll(/\s/g, ''))
    .filter((body) => body !== '')
}
