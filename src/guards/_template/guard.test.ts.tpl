import { testCases } from '../../../test/support/cases.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { templateGuard } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, settings, namespaces) =>
  judgeWithGuard(templateGuard, review, settings, namespaces),
)
