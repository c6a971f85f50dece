/** The rule on route hostnames as a ValidatingAdmissionPolicy, as far as CEL can say it: docs/why-a-webhook.md. */
import { hostLabel } from '../tenants.ts'

const name = 'bench-route-hostname'

export const routePolicy = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['gateway.networking.k8s.io'],
          apiVersions: ['*'],
          resources: ['httproutes', 'grpcroutes', 'tlsroutes'],
          operations: ['CREATE', 'UPDATE'],
        },
      ],
    },
    matchConditions: [{ name: 'in-a-tenant-namespace', expression: 'request.namespace.startsWith("tenant-")' }],
    variables: [
      { name: 'apex', expression: `namespaceObject.metadata.?labels["${hostLabel}"].orValue("").lowerAscii()` },
      { name: 'hostnames', expression: 'object.spec.?hostnames.orValue([])' },
    ],
    validations: [
      { expression: 'variables.apex != ""', message: 'the namespace has no apex' },
      { expression: 'variables.hostnames.size() > 0', message: 'a route must name its hostnames' },
      {
        expression:
          'variables.hostnames.all(name, name.lowerAscii() == variables.apex || name.lowerAscii().endsWith("." + variables.apex))',
        messageExpression: '"hostnames must equal " + variables.apex + " or end with ." + variables.apex',
      },
    ],
  },
}

export const routePolicyBinding = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: name, validationActions: ['Deny'] },
}
