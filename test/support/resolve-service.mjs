/**
 * Preloaded into processes of a test (`node --import`): names of Services lead to the address in
 * GATEHOUSE_TEST_SERVICE, as the DNS of a cluster would have it.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const { lookup } = dns
const address = process.env.GATEHOUSE_TEST_SERVICE

dns.lookup = (hostname, options, callback) => {
  if (address === undefined || !hostname.endsWith('.svc')) return lookup(hostname, options, callback)
  const done = typeof options === 'function' ? options : callback
  const isAll = typeof options === 'object' && options?.all === true
  process.nextTick(() => (isAll ? done(null, [{ address, family: 4 }]) : done(null, address, 4)))
}
syncBuiltinESMExports()
