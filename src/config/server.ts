import { isIP } from 'node:net'
import { z } from 'zod'
import { isApex } from '../hostnames/name.ts'
import { isBlock } from './is-block.ts'
import { showValue } from './show-value.ts'
import { ByteSize } from './units.ts'

const Address = z.string().refine((address) => isIP(address) > 0 || isApex(address), {
  error: ({ input }) => `must be an IP address or a host name to listen on, not ${showValue(input)}`,
})
const Port = z.int().min(0).max(65535)

/** The two listeners and what they hold at most (DESIGN section 5). */
export const Server = z
  .strictObject({
    address: Address.default('0.0.0.0').describe('Where the webhook listens'),
    port: Port.default(8443).describe('Port of the webhook (HTTPS); 0 takes any free one'),
    healthAddress: Address.default('0.0.0.0').describe('Where health and metrics listen'),
    healthPort: Port.default(8081).describe('Port of health and metrics (HTTP); 0 takes any free one'),
    maxConcurrent: z.int().min(1).default(256).describe('Reviews at a time; more are answered with 503'),
    maxBytesInFlight: ByteSize.prefault('64MiB').describe('Bytes of reviews at a time; more are answered with 503'),
  })
  .refine(({ port, healthPort }) => port !== healthPort || port === 0 || typeof port !== 'number', {
    path: ['healthPort'],
    error: 'must differ from `server.port`',
    // Also where another key of the block is wrong; what is no number has a fault of its own.
    when: ({ value }) => isBlock(value),
  })
