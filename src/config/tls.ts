import { isIP } from 'node:net'
import { z } from 'zod'
import { isApex } from '../hostnames/name.ts'
import { isBlock } from './is-block.ts'
import { showValue } from './show-value.ts'
import { FilePath, Text } from './text.ts'

const SubjectName = z.string().refine((name) => isApex(name) || isIP(name) > 0, {
  error: ({ input }) => `must be a DNS name or an IP address, not ${showValue(input)}`,
})

const Certificate = z.strictObject({
  certFile: FilePath.default('/etc/gatehouse/tls/tls.crt').describe('Serving certificate with its chain, PEM'),
  keyFile: FilePath.default('/etc/gatehouse/tls/tls.key').describe('Its private key, PEM'),
  requiredNames: z.array(SubjectName).default([]).describe('Names that the certificate must cover'),
})

const AdditionalCertificate = z.strictObject({
  certFile: FilePath.describe('Certificate of the other key type, PEM'),
  keyFile: FilePath.describe('Its private key, PEM'),
})

const ClientAuth = z.strictObject({
  caFile: FilePath.describe('CA that the certificates of callers are verified against, PEM'),
  subjects: z.array(Text).default([]).describe('Common names that may call; empty: any that verifies'),
})

const Profile = z
  .strictObject({
    file: FilePath.optional().describe('Profile file; absent from the disk, nothing starts'),
    name: z.enum(['Old', 'Intermediate', 'Modern']).optional().describe('One of the built-in profiles'),
    legacyTLS: z.boolean().default(false).describe('Keeps TLS 1.0 and 1.1 where the profile has them'),
    floor: z
      .enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'])
      .optional()
      .describe('A profile below this version is refused; absent: TLSv1 with legacyTLS, else TLSv1.2'),
  })
  .refine((profile) => profile.file === undefined || profile.name === undefined, {
    path: ['name'],
    error: 'may not stand beside `tls.profile.file`; keep one of the two',
    when: ({ value }) => isBlock(value),
  })

/** How the webhook serves TLS (DESIGN section 13). */
export const Tls = z.strictObject({
  certificate: Certificate.prefault({}).describe('Certificate and key that are served'),
  additionalCertificate: AdditionalCertificate.optional().describe('A second pair of the other key type'),
  clientAuth: ClientAuth.optional().describe('Present: callers must show a certificate'),
  profile: Profile.prefault({}).describe('Versions, ciphers and groups; empty: the default path, else Intermediate'),
})
